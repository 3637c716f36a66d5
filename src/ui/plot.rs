//! A chart of lines over time: plotters lays it out, an SVG that CSS styles shows it.

mod svg;

pub use svg::sample;

use std::convert::Infallible;
use std::rc::Rc;

use gloo::events::EventListener;
use plotters::coord::combinators::BindKeyPoints;
use plotters::drawing::{DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::PathElement;
use plotters::prelude::ChartBuilder;
use plotters::style::{Color, FontFamily, IntoFont};
use yew::prelude::*;

use self::svg::{Backend, Drawing, Ink, Marks};
use crate::scene::metrics::{ChartKind, MetricsView, Series, ticks, time_ticks};
use crate::text::metrics as words;

/// Size of a chart until it has been laid out.
const DEFAULT_SIZE: (u32, u32) = (440, 170);
/// Room for the labels on the left and below.
const LABELS: (u32, u32) = (44, 22);
/// Room above and to the right of the lines, for half a label.
const MARGIN: (u32, u32) = (8, 16);
/// Room that a label takes along its axis.
const PER_LABEL: (u32, u32) = (52, 34);
/// Markers of one line stand this many labels of the time axis apart, at least.
const MARK_STEPS: [u32; 4] = [5, 10, 15, 30];

/// What the component shows.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The numbers.
    pub view: Rc<MetricsView>,
    /// The chart.
    pub kind: ChartKind,
    /// Start of the ids that tie the picture to its description.
    pub id: &'static str,
}

/// Draws one chart, as large as the place that it is given.
#[component]
pub fn Plot(props: &Props) -> Html {
    let frame = use_node_ref();
    let size = use_state_eq(|| DEFAULT_SIZE);
    {
        let (frame, size) = (frame.clone(), size.setter());
        use_effect(move || measure(&frame, &size));
    }
    {
        let (frame, size) = (frame.clone(), size.setter());
        use_effect_with((), move |()| {
            let listener = EventListener::new(&gloo::utils::window(), "resize", move |_| measure(&frame, &size));
            move || drop(listener)
        });
    }
    let (view, kind, (width, height)) = (&props.view, props.kind, *size);
    let drawing = draw(view, kind, (width, height));
    let [title, description] = ["title", "description"].map(|part| format!("{}-{part}", props.id));
    html! {
        <div class="plot" ref={frame}>
            <svg class="plot__picture" role="img" viewBox={format!("0 0 {width} {height}")}
                aria-labelledby={format!("{title} {description}")}>
                <title id={title}>{ words::title(kind) }</title>
                <desc id={description}>
                    { words::description(kind, view.chart(kind), view.first_s, view.len()) }
                </desc>
                { drawing.into_html() }
            </svg>
        </div>
    }
}

/// Takes over the size that the layout gave to the chart.
fn measure(frame: &NodeRef, size: &UseStateSetter<(u32, u32)>) {
    if let Some(element) = frame.cast::<web_sys::Element>() {
        let at_least = |length: i32, least: u32| u32::try_from(length).unwrap_or(0).max(least);
        size.set((at_least(element.client_width(), 160), at_least(element.client_height(), 90)));
    }
}

fn draw(view: &MetricsView, kind: ChartKind, size: (u32, u32)) -> Drawing {
    let mut drawing = Drawing::new(size);
    match draw_on(Backend(&mut drawing), view, kind, size) {
        Ok(()) => drawing,
        Err(error) => unreachable!("writing to memory does not fail: {error}"),
    }
}

fn draw_on(
    backend: Backend<'_>,
    view: &MetricsView,
    kind: ChartKind,
    (width, height): (u32, u32),
) -> Result<(), DrawingAreaErrorKind<Infallible>> {
    let lines = view.chart(kind);
    let (first, end) = (view.first_s, view.end_s());
    let peak = lines.iter().filter_map(Series::peak).max().unwrap_or(0);
    let values = ticks(peak, (height - LABELS.1) / PER_LABEL.1);
    let times = time_ticks(first, end, (width - LABELS.0) / PER_LABEL.0);
    let top = values.last().copied().unwrap_or(1);
    let area = backend.into_drawing_area();
    let mut chart = ChartBuilder::on(&area)
        .margin_top(MARGIN.0)
        .margin_right(MARGIN.1)
        .y_label_area_size(LABELS.0)
        .x_label_area_size(LABELS.1)
        .build_cartesian_2d((first..end).with_key_points(times), (0..top).with_key_points(values))?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(Ink::Grid.color())
        .axis_style(Ink::Axis.color())
        .label_style((FontFamily::SansSerif, svg::FONT_SIZE).into_font().color(&Ink::Axis.color()))
        .set_all_tick_mark_size(3)
        .x_label_formatter(&|second| words::clock(*second))
        .y_label_formatter(&|value| words::tick(kind, *value))
        .draw()?;
    let step = MARK_STEPS.into_iter().find(|step| view.len() as u32 / step < 8).unwrap_or(30);
    for (index, line) in lines.iter().enumerate() {
        let runs = runs(line, first);
        let marked = |(second, _): &(u32, u32)| second % step == (index as u32 * 2 + 1) % step;
        let marks: Vec<_> =
            runs.iter().flat_map(|run| run.iter().filter(|point| run.len() == 1 || marked(point))).copied().collect();
        chart
            .draw_series(runs.into_iter().map(|run| PathElement::new(run, Ink::Line(index).color().stroke_width(2))))?;
        chart.draw_series([Marks::new(marks, index)])?;
    }
    Ok(())
}

/// The points of a line, cut where there is nothing to measure.
fn runs(line: &Series, first: u32) -> Vec<Vec<(u32, u32)>> {
    let points: Vec<_> = (first..).zip(line.values.iter().copied()).collect();
    let runs = points.split(|(_, value)| value.is_none()).filter(|run| !run.is_empty());
    runs.map(|run| run.iter().filter_map(|(second, value)| Some((*second, (*value)?))).collect()).collect()
}
