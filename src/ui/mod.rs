//! The page: Yew components, the frame loop, the layer of moving packets.

mod address;
mod announcer;
mod clipboard;
mod config;
mod data;
mod diagram;
mod download;
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
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        show_crash(&info.to_string());
    }));
    if let Some(root) = gloo::utils::document().get_element_by_id("app") {
        yew::Renderer::<Page>::with_root(root).render();
    }
}

/// Shows the crash page that stands ready in `index.html`, in place of everything else.
fn show_crash(reason: &str) {
    let document = gloo::utils::document();
    let show = |id: &str, shown: bool| {
        let element = document.get_element_by_id(id)?;
        if shown { element.remove_attribute("hidden").ok() } else { element.set_attribute("hidden", "").ok() }
    };
    if let Some(text) = document.get_element_by_id("crash-reason") {
        text.set_text_content(Some(reason));
    }
    show("app", false);
    show("crash", true);
}
