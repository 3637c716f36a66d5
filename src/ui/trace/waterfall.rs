//! The rows of a trace: a bar on the time axis, a duration and a sentence each.

use yew::prelude::*;

use crate::scene::trace::{Axis, Hop, Shown, Tick};
use crate::text::label::visits;
use crate::ui::element::{classes, html, if_so};
use crate::ui::panel::{Drawn, Place};

/// The rows of a trace below their time axis. While the visit is under way, the newest row is kept in sight; when it has
/// ended, its result is.
#[derive(PartialEq)]
pub struct Waterfall {
    visit: u64,
    axis: Axis,
    hops: Vec<Hop>,
}

impl Waterfall {
    /// The rows of this trace.
    pub fn of(shown: &Shown) -> Self {
        Self { visit: shown.visit, axis: shown.axis.clone(), hops: shown.hops.clone() }
    }

    fn goes_on(&self) -> bool {
        self.hops.last().is_some_and(|hop| hop.goes_on)
    }

    /// Equal for as long as the same row is to be in sight.
    fn newest(&self) -> (u64, usize, bool) {
        (self.visit, self.hops.len(), self.goes_on())
    }
}

impl Drawn for Waterfall {
    type Kept = ();

    fn draw(&self, (): &(), place: &Place<()>) -> Html {
        waterfall(self, place)
    }

    fn stands(&self, before: Option<&Self>, place: &Place<()>) {
        let rows = place.node.cast::<web_sys::Element>();
        let scroller = rows.and_then(|rows| rows.closest(".trace").ok().flatten());
        if let Some(scroller) = scroller.filter(|_| before.map(Self::newest) != Some(self.newest())) {
            scroller.set_scroll_top(if self.goes_on() { scroller.scroll_height() } else { 0 });
        }
    }
}

fn waterfall(view: &Waterfall, place: &Place<()>) -> Html {
    html! {
        <>
            <div class="trace-axis" aria-hidden="true">
                <svg height="18" width="100%">{ for view.axis.ticks.iter().map(mark) }</svg>
            </div>
            <ol class="trace-hops" aria-label={visits::HOPS} role="list" ref={place.node.clone()}>
                { for view.hops.iter().enumerate().map(|(index, hop)| row(index, hop, &view.axis)) }
            </ol>
        </>
    }
}

fn mark(tick: &Tick) -> Html {
    html! {
        <g key={tick.at.clone()}>
            <line x1={tick.at.clone()} x2={tick.at.clone()} y1="0" y2="18" />
            if let Some(label) = &tick.label {
                <text x={tick.at.clone()} dx="4" y="13">{ label }</text>
            }
        </g>
    }
}

fn row(index: usize, hop: &Hop, axis: &Axis) -> Html {
    let tier = format!("tier-{}", hop.layer.name());
    let lines = axis.ticks.iter().map(|tick| {
        html! { <line key={tick.at.clone()} class="trace-grid" x1={tick.at.clone()} x2={tick.at.clone()} y1="0" y2="100%" /> }
    });
    let wire = tier == "tier-wire";
    let (y, height) = if wire { ("7", "4") } else { ("3", "12") };
    html! {
        <li
            key={index}
            class={classes(["trace-hop", if_so(hop.failed, "trace-hop--failed"), if_so(hop.goes_on, "trace-hop--goes-on")])}
            data-testid="span"
            data-layer={hop.layer.name()}
            data-us={hop.time.0.to_string()}
            data-under-way={hop.goes_on.to_string()}
        >
            <span class="trace-place">
                <span class={classes(["trace-dot", &tier])} aria-hidden="true" />
                { &hop.place }
            </span>
            <svg class="trace-line" height="18" width="100%" aria-hidden="true">
                { for lines }
                <rect class={tier} x={hop.from.clone()} {y} width={hop.length.clone()} {height} rx="1.5" />
            </svg>
            <span class="trace-time">{ hop.time.to_string() }</span>
            <span class="trace-why">
                if hop.failed {
                    <svg class="trace-fault" viewBox="0 0 16 16" width="11" height="11" aria-hidden="true">
                        <path d="M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5" fill="none" stroke="currentColor" stroke-width="2.4" />
                    </svg>
                }
                if hop.longest { <span class="trace-longest">{ visits::LONGEST }</span> }
                { &hop.sentence }
            </span>
        </li>
    }
}
