//! The page: Yew components, the frame loop, the layer of moving packets.

mod address;
mod announcer;
mod clipboard;
mod config;
mod crash;
mod data;
mod diagram;
mod download;
mod drop;
mod element;
mod experiments;
mod failures;
mod header;
mod host;
mod input;
mod inspector;
mod keys;
mod lesson;
mod metrics;
mod notices;
mod packets;
mod page;
mod panel;
mod parts;
mod playback;
mod plot;
mod progress;
mod requests;
mod runs;
mod security;
mod share;
mod sheet;
mod storage;
mod tabs;
mod timeline;
mod trace;
mod traffic;

pub use page::Page;

/// Mounts the page. A panic from here on shows a page with a way out.
pub fn start() {
    crash::prepare();
    if let Some(root) = gloo::utils::document().get_element_by_id("app") {
        yew::Renderer::<Page>::with_root(root).render();
    }
}
