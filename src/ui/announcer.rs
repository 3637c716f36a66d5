//! The live region for screen readers, the only one: it stands in index.html, so that it is there before anything is said.

use crate::app::Announcer;

/// The texts on the page that are announced when they change: those of the class `said`.
pub fn said() -> Vec<String> {
    let elements = gloo::utils::document().get_elements_by_class_name("said");
    (0..elements.length()).filter_map(|at| elements.item(at)?.text_content()).collect()
}

/// Says what is to be said at this moment.
pub fn speak(announcer: &mut Announcer, now_ms: f64) {
    if let Some(text) = announcer.speak(now_ms)
        && let Some(region) = gloo::utils::document().get_element_by_id("announcer")
    {
        region.set_text_content(Some(&text));
    }
}
