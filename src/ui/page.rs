//! The page as a whole: it holds the model, lets time pass, and hands each panel its part.

use std::rc::Rc;
use std::sync::Arc;

use gloo::events::EventListener;
use gloo::render::{AnimationFrame, request_animation_frame};
use wasm_bindgen::JsValue;
use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use super::address::Address;
use super::diagram::Diagram;
use super::element::{self, classes, html, if_so};
use super::header::{header, show_chosen};
use super::host::{self, Around};
use super::input::{focus, nothing_has_focus};
use super::inspector::inspector;
use super::lesson::{self, lesson_panel};
use super::notices::notices;
use super::packets::{self, MAX_PACKETS, Palette};
use super::panel::panel;
use super::progress::Progress;
use super::requests::Requests;
use super::sheet::{close_sheet, sheet_bar, sheet_name};
use super::tabs::tabs;
use super::timeline::timeline;
use super::traffic::Traffic;
use super::{address, announcer, crash, drop, experiments, keys, playback, share, storage};
use crate::app::{Aim, Announcer, Model, Msg, Theme};
use crate::scene::diagram::{DiagramView, packets};
use crate::scene::inspector::InspectorView;
use crate::scene::layout::{Layout, Shape};
use crate::sim::{SimTime, Wiring};
use crate::text::label;

/// Below this width of the diagram, in CSS pixels, everything stands in one column.
const NARROW: i32 = 540;
/// Wall time between two renderings of what changes by itself, in milliseconds.
const RENDER_MS: f64 = 100.0;
/// Wall time that one frame gives to the simulation, in milliseconds: half of a frame, the rest is for drawing.
const SLICE_MS: f64 = 8.0;
const THEME_KEY: &str = "hopscope.theme";

/// What reaches the root component.
pub enum PageMsg {
    /// Something was done on the page.
    App(Msg),
    /// The browser draws the next frame; the time is in milliseconds.
    Frame(f64),
    /// The browser has gone back, forward, or to another fragment; to the entry with this state.
    Went(JsValue),
    /// The window or the system's preferences have changed.
    Environment,
    /// The window around this one has sent a message.
    Heard(web_sys::MessageEvent),
}

/// What has to be drawn anew when it has changed by itself: the present moment, whether it is being run to, and whether
/// another run has come to it.
type Shown = (SimTime, bool, bool, Option<usize>);

/// The root component.
pub struct Page {
    model: Model,
    /// The same for as long as the page lives: whoever gets another one is drawn anew.
    send: Callback<Msg>,
    wiring: Arc<Wiring>,
    layout: Rc<Layout>,
    palette: Palette,
    calm: bool,
    stage: NodeRef,
    canvas: NodeRef,
    requests: Requests,
    last_frame: Option<f64>,
    rendered: (f64, Shown),
    frame: Option<AnimationFrame>,
    clock: web_sys::Performance,
    /// Minutes of the run ahead that was shown last.
    ahead: Option<u64>,
    /// The lesson and the step that were shown last.
    step: Option<(usize, usize)>,
    /// The progress that was kept last.
    progress: Progress,
    announcer: Announcer,
    /// The window around this one.
    around: Option<Around>,
    address: Address,
    _listeners: Vec<EventListener>,
}

impl Component for Page {
    type Message = PageMsg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let mut start = address::read();
        if start.theme == Theme::System {
            start.theme = storage::read(THEME_KEY).and_then(|name| Theme::find(&name)).unwrap_or_default();
        }
        element::double_strings(start.double_strings);
        let mut model = Model::new(start);
        let progress = Progress::recall(&mut model, ctx.link().callback(PageMsg::App));
        let around = Around::find(&mut model, ctx.link().callback(PageMsg::Heard));
        let requests = Requests::new(&model.world, 0.0);
        apply_theme(model.view.theme);
        let wiring = Arc::clone(model.world.wiring());
        let listen = |target: &web_sys::EventTarget, event: &'static str| {
            let link = ctx.link().clone();
            EventListener::new(target, event, move |_| link.send_message(PageMsg::Environment))
        };
        let mut listeners = vec![listen(&gloo::utils::window(), "resize")];
        for query in ["(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"] {
            listeners
                .extend(gloo::utils::window().match_media(query).ok().flatten().map(|list| listen(&list, "change")));
        }
        let send = ctx.link().callback(PageMsg::App);
        listeners.push(keys::listen(send.clone()));
        listeners.push(address::listen(ctx.link().callback(PageMsg::Went)));
        listeners.extend(drop::listen(&send));
        Self {
            layout: Rc::new(Layout::new(&wiring, Shape::Wide)),
            wiring,
            address: Address::new(&model),
            send,
            palette: Palette::read(),
            calm: matches("(prefers-reduced-motion: reduce)"),
            stage: NodeRef::default(),
            canvas: NodeRef::default(),
            requests,
            last_frame: None,
            rendered: (0.0, Shown::default()),
            frame: None,
            clock: gloo::utils::window().performance().expect("every browser has a clock"),
            ahead: None,
            // A frame leaves the focus where it is.
            step: open_step(&model).filter(|_| around.is_some()),
            model,
            progress,
            announcer: Announcer::default(),
            around,
            _listeners: listeners,
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if first {
            self.next_frame(ctx);
            ctx.link().send_message(PageMsg::Environment);
        }
        show_chosen(&self.model.history.scenario().name);
        self.move_focus();
        self.progress.keep(&mut self.model);
        self.announcer.hear(announcer::said());
        if let (Some(around), Some(stage)) = (&mut self.around, self.stage.cast()) {
            around.fit(&self.model, &stage, [self.layout.width, self.layout.height]);
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: PageMsg) -> bool {
        match msg {
            PageMsg::App(msg) => {
                match msg {
                    Msg::Theme(theme) => _ = storage::write(THEME_KEY, theme.name()),
                    Msg::Save(record) => share::save(&mut self.model, record),
                    _ => {}
                }
                self.address.before(&msg, &mut self.model);
                crash::remember(&mut self.model, &msg);
                self.model.update(msg);
                self.address.follow(&self.model);
                self.changed()
            }
            PageMsg::Went(state) => {
                self.address.go(&state, &mut self.model);
                self.changed()
            }
            PageMsg::Heard(event) => {
                if let Some(around) = &self.around {
                    around.hear(&mut self.model, &event, self.clock.now());
                }
                self.adapt()
            }
            PageMsg::Environment => {
                self.calm = matches("(prefers-reduced-motion: reduce)");
                self.adapt()
            }
            PageMsg::Frame(time) => {
                self.next_frame(ctx);
                announcer::speak(&mut self.announcer, time);
                self.pass_time(time)
            }
        }
    }

    fn view(&self, _ctx: &Context<Self>) -> Html {
        let send = &self.send;
        let model = &self.model;
        let (world, view) = (&model.world, &model.view);
        let sheet = &format!("page--sheet-{}", view.sheet.map_or("none", sheet_name));
        let in_lesson = if_so(model.lessons.open.is_some(), "page--lesson");
        let kind = if view.embed { "page--embed" } else { if_so(view.large, "page--large") };
        let classes = classes(["page", kind, in_lesson, sheet]);
        html! {
            <div class={classes} data-testid="page">
                if !view.embed {
                    { header(&model.history.scenario().name, view, send) }
                }
                { notices(&model.notices, send) }
                <main class="page__main">
                    if view.embed {
                        <h1 class="visually-hidden">{ label::PRODUCT }</h1>
                    }
                    <div class="page__left">
                        { lesson_panel(model, send) }
                        { panel("traffic", Traffic { workload: *world.workload(), experiments: experiments::of(world) }, send) }
                    </div>
                    <div class="page__centre">
                        { self.stage(send) }
                        { playback::narrator(model, send) }
                        { playback::bar(&model.playback, world, send) }
                        { timeline(model, send) }
                        { sheet_bar(model, send) }
                    </div>
                    <aside class="panel page__inspector" tabindex="0" aria-label={label::INSPECTOR}>
                        if view.selected.is_none() { { close_sheet(send) } }
                        { inspector(&InspectorView::new(world, view.selected), send) }
                    </aside>
                    { tabs(model, &self.requests, send) }
                </main>
            </div>
        }
    }
}

impl Page {
    /// Takes over what a message may have changed.
    fn changed(&mut self) -> bool {
        self.requests = Requests::new(&self.model.world, self.rendered.0);
        // This is drawn at once: a run that comes back to where the last one ended is something new.
        self.rendered.1 = self.shown();
        self.adapt()
    }

    /// Takes over what may have changed beside the world: topology, width, colours.
    fn adapt(&mut self) -> bool {
        apply_theme(self.model.view.theme);
        self.palette = Palette::read();
        let width = self.stage.cast::<web_sys::Element>().map_or(i32::MAX, |stage| stage.client_width());
        let shape = if width > 0 && width < NARROW { Shape::Tall } else { Shape::Wide };
        let same = Arc::ptr_eq(&self.wiring, self.model.world.wiring());
        if !same || shape != self.layout.shape {
            self.wiring = Arc::clone(self.model.world.wiring());
            self.layout = Rc::new(Layout::new(&self.wiring, shape));
        }
        true
    }

    /// The focus goes to the button that cancels when time begins to run ahead, and comes back when that button is gone,
    /// unless the user has moved it elsewhere meanwhile.
    fn move_focus(&mut self) {
        let focus = if self.around.is_some() { host::focus } else { focus };
        let running = self.model.playback.ahead.filter(|ahead| ahead.is_running() && ahead.aim == Aim::Ahead);
        let now = running.map(|ahead| ahead.until.since(ahead.from).0 / 60_000_000);
        match (std::mem::replace(&mut self.ahead, now), now) {
            (None, Some(_)) => focus(playback::CANCEL_ID),
            (Some(minutes), None) if nothing_has_focus() => focus(&playback::begun_at(minutes)),
            _ => {}
        }
        let step = open_step(&self.model);
        if std::mem::replace(&mut self.step, step) != step && step.is_some() {
            focus(lesson::HEADING_ID);
        }
    }

    fn next_frame(&mut self, ctx: &Context<Self>) {
        let link = ctx.link().clone();
        self.frame = Some(request_animation_frame(move |time| link.send_message(PageMsg::Frame(time))));
    }

    /// Lets time pass and moves the packets. True if what stands still has to be drawn anew, too.
    fn pass_time(&mut self, time: f64) -> bool {
        let elapsed_ms = self.last_frame.replace(time).map_or(0.0, |last| time - last);
        // A clock may be set back.
        let draws = (time - self.rendered.0).abs() >= RENDER_MS;
        // A run ahead leaves the frames that draw the rest to the drawing.
        let end = self.clock.now() + if draws && self.ahead.is_some() { 0.0 } else { SLICE_MS };
        self.model.frame((elapsed_ms.max(0.0) * 1_000.0) as u64, &mut || self.clock.now() < end);
        // A command that was due has brought new machines.
        if !Arc::ptr_eq(&self.wiring, self.model.world.wiring()) {
            self.adapt();
        }
        if let Some(canvas) = self.canvas.cast::<HtmlCanvasElement>() {
            // Packets of a run ahead are gone before they are seen.
            let is_running = self.model.playback.ahead.is_some_and(|ahead| ahead.is_running());
            let limit = if self.calm || is_running { 0 } else { MAX_PACKETS };
            let moving = packets(&self.model.world, &self.layout, self.model.visit(), limit);
            packets::draw(&canvas, &self.layout, &self.palette, moving);
        }
        if let Some(around) = &self.around {
            around.tell(&mut self.model, time);
        }
        let shown = self.shown();
        let due = draws && shown != self.rendered.1;
        if due {
            self.rendered = (time, shown);
            self.requests.refresh(&self.model.world, time);
        }
        due
    }

    fn shown(&self) -> Shown {
        let (model, now) = (&self.model, self.model.world.now());
        let is_compared = model.comparison.as_ref().is_some_and(|with| with.other(now).is_some());
        (now, model.playback.ahead.is_some_and(|ahead| ahead.is_running()), is_compared, model.examination.percent())
    }

    fn stage(&self, send: &Callback<Msg>) -> Html {
        let view = &self.model.view;
        let tall = if_so(self.layout.shape == Shape::Tall, "stage--tall");
        let scene = DiagramView::new(&self.model.world, view.selected, self.model.visit(), self.calm);
        let diagram = Diagram { layout: Rc::clone(&self.layout), view: scene };
        html! {
            <div class={classes(["stage", tall])} ref={self.stage.clone()}>
                { panel(Rc::as_ptr(&self.layout) as usize, diagram, send) }
                <canvas class="stage__packets" ref={self.canvas.clone()} aria-hidden="true" />
            </div>
        }
    }
}

/// The lesson and the step that are open.
fn open_step(model: &Model) -> Option<(usize, usize)> {
    model.lessons.open.as_ref().map(|open| (open.number, open.step))
}

fn matches(query: &str) -> bool {
    gloo::utils::window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

fn apply_theme(theme: Theme) {
    let root = gloo::utils::document_element();
    let result = match theme {
        Theme::System => root.remove_attribute("data-theme"),
        chosen => root.set_attribute("data-theme", chosen.name()),
    };
    debug_assert!(result.is_ok(), "the name of the attribute is valid");
}
