//! A chart of lines over time: plotters lays it out, an SVG that CSS styles shows it.

mod svg;

pub use svg::sample;

use std::convert::Infallible;
use std::rc::Rc;

use plotters::coord::combinators::BindKeyPoints;
use plotters::drawing::{DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::PathElement;
use plotters::prelude::ChartBuilder;
use plotters::style::{Color, FontFamily, IntoFont};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

use self::svg::{Backend, Drawing, Ink, Marks};
use super::element::html;
use super::panel::{Drawn, Place};
use crate::scene::charts::{Charts, Line, MAX_LINES, ticks, time_ticks};
use crate::text::metrics as words;

/// Size of a chart until it has been laid out.
const DEFAULT_SIZE: (u32, u32) = (440, 170);
/// Room for the labels on the left and below.
const LABELS: (u32, u32) = (44, 22);
/// Room above and to the right of the lines, for half a label.
const MARGIN: (u32, u32) = (8, 16);
/// Room that a label takes along its axis.
const PER_LABEL: (u32, u32) = (46, 26);
/// Markers of one line stand this many points apart.
const MARK_STEPS: [u32; 4] = [5, 10, 15, 30];

/// One chart, as large as the place that it is given.
#[derive(PartialEq)]
pub struct Plot {
    /// All charts.
    pub charts: Rc<Charts>,
    /// The number of this one.
    pub at: usize,
    /// Start of the ids that tie the picture to its description.
    pub id: &'static str,
}

/// The size that the layout gives to a chart.
pub struct Frame {
    size: (u32, u32),
    observer: Option<Observer>,
}

impl Default for Frame {
    fn default() -> Self {
        Self { size: DEFAULT_SIZE, observer: None }
    }
}

impl Drawn for Plot {
    type Kept = Frame;

    fn draw(&self, frame: &Frame, place: &Place<Frame>) -> Html {
        plot(self, frame.size, place)
    }

    fn stands(&self, before: Option<&Self>, place: &Place<Frame>) {
        if before.is_none() {
            let observer = Observer::new(place);
            place.keep(|frame| frame.observer = observer);
        }
    }
}

fn plot(props: &Plot, (width, height): (u32, u32), place: &Place<Frame>) -> Html {
    let (charts, chart) = (&props.charts, &props.charts.all[props.at]);
    let drawing = draw(charts, props.at, (width, height));
    let [title, description] = ["title", "description"].map(|part| format!("{}-{part}", props.id));
    html! {
        <div class="plot" ref={place.node.clone()}>
            <svg class="plot__picture" role="img" viewBox={format!("0 0 {width} {height}")}
                aria-labelledby={format!("{title} {description}")}>
                <title id={title}>{ words::title(chart.kind) }</title>
                <desc id={description}>{ words::description(charts, chart) }</desc>
                { drawing.into_html() }
            </svg>
        </div>
    }
}

/// Takes over every size that the layout gives to the chart, for as long as it lives. Asking for the size instead would
/// force a layout on each drawing.
struct Observer {
    observer: ResizeObserver,
    _on_resize: Closure<dyn FnMut()>,
}

impl Observer {
    fn new(place: &Place<Frame>) -> Option<Self> {
        let element = place.node.cast::<Element>()?;
        let (place, measured) = (place.clone(), element.clone());
        let on_resize = Closure::<dyn FnMut()>::new(move || {
            let at_least = |length: i32, least: u32| u32::try_from(length).unwrap_or(0).max(least);
            let size = (at_least(measured.client_width(), 160), at_least(measured.client_height(), 90));
            place.keep(move |frame| frame.size = size);
        });
        let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok()?;
        observer.observe(&element);
        Some(Self { observer, _on_resize: on_resize })
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

fn draw(charts: &Charts, at: usize, size: (u32, u32)) -> Drawing {
    let mut drawing = Drawing::new(size);
    match draw_on(Backend(&mut drawing), charts, at, size) {
        Ok(()) => drawing,
        Err(error) => unreachable!("writing to memory does not fail: {error}"),
    }
}

fn draw_on(
    backend: Backend<'_>,
    charts: &Charts,
    at: usize,
    (width, height): (u32, u32),
) -> Result<(), DrawingAreaErrorKind<Infallible>> {
    let kind = charts.all[at].kind;
    let lines = &charts.all[at].lines[..charts.all[at].lines.len().min(MAX_LINES)];
    let (first, end) = (charts.first_s, charts.end_s());
    let peak = lines.iter().filter_map(Line::peak).max().unwrap_or(0);
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
    // Dashed lines come after the solid first one, and markers after all lines, so that equal lines do not hide another.
    let points = (end - first) / charts.step_s;
    let step = MARK_STEPS.into_iter().find(|step| points / step < 8).unwrap_or(30);
    let mut all_marks = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let runs = runs(line);
        all_marks.push(Marks::new(marked(&runs, index, charts.step_s, step), index));
        let style = Ink::Line(index).color().stroke_width(2);
        chart.draw_series(runs.into_iter().map(|run| PathElement::new(run, style)))?;
    }
    chart.draw_series(all_marks.into_iter().rev())?;
    Ok(())
}

/// The points of a line, cut where there is nothing to measure.
fn runs(line: &Line) -> Vec<Vec<(u32, u32)>> {
    let runs = line.points.split(|(_, value)| value.is_none()).filter(|run| !run.is_empty());
    runs.map(|run| run.iter().filter_map(|(second, value)| Some((*second, (*value)?))).collect()).collect()
}

/// The points that carry a marker: one of every `step`, others than those of the next line, and each point that stands
/// alone. A line that is flat at zero needs none.
fn marked(runs: &[Vec<(u32, u32)>], index: usize, step_s: u32, step: u32) -> Vec<(u32, u32)> {
    let is_flat = runs.iter().flatten().all(|(_, value)| *value == 0);
    let is_due = |second: u32| !is_flat && second / step_s % step == (index as u32 * 2 + 1) % step;
    let of_run = |run: &Vec<(u32, u32)>| {
        let is_alone = run.len() == 1;
        run.iter().copied().filter(|(second, _)| is_alone || is_due(*second)).collect::<Vec<_>>()
    };
    runs.iter().flat_map(of_run).collect()
}
