//! The page: Yew components, the frame loop, the layer of moving packets.

mod data;
mod inspector;
mod metrics;
mod page;
mod parts;
mod plot;
mod requests;
mod trace;

pub use page::Page;

/// Mounts the page.
pub fn start() {
    console_error_panic_hook::set_once();
    yew::Renderer::<Page>::new().render();
}
