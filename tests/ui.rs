//! The components in a real browser, without the built site around them.
#![cfg(target_arch = "wasm32")]

use std::time::Duration;

use hopscope::ui::Page;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement};
use yew::platform::time::sleep;

wasm_bindgen_test_configure!(run_in_browser);

/// Mounts a fresh page in place of the one before, and waits until it is drawn.
async fn mount() -> Element {
    let document = gloo::utils::document();
    if let Some(before) = document.query_selector(".fixture").unwrap() {
        before.remove();
    }
    let root = document.create_element("div").unwrap();
    root.set_class_name("fixture");
    gloo::utils::body().append_child(&root).unwrap();
    yew::Renderer::<Page>::with_root(root.clone()).render();
    sleep(Duration::from_millis(120)).await;
    root
}

fn find(root: &Element, selector: &str) -> HtmlElement {
    let found = root.query_selector(selector).unwrap();
    found.unwrap_or_else(|| panic!("nothing matches {selector}")).unchecked_into()
}

fn count(root: &Element, selector: &str) -> u32 {
    root.query_selector_all(selector).unwrap().length()
}

fn press(target: &HtmlElement, key: &str) {
    let init = web_sys::KeyboardEventInit::new();
    init.set_key(key);
    init.set_bubbles(true);
    let event = web_sys::KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
    target.dispatch_event(&event).unwrap();
}

#[wasm_bindgen_test]
async fn the_default_preset_is_drawn_with_a_switch_on_every_part() {
    let root = mount().await;
    assert_eq!(count(&root, "[data-testid=machine]"), 6);
    assert_eq!(count(&root, "[data-testid=process]"), 10);
    assert_eq!(count(&root, "[data-testid=switch][data-kind=machine]"), 6);
    assert_eq!(count(&root, "[data-testid=switch][data-kind=process]"), 10);
    assert!(count(&root, "[data-testid=switch][data-kind=link]") >= 10);
    assert_eq!(count(&root, "[style]"), 0, "a strict content security policy drops style attributes");
}

#[wasm_bindgen_test]
async fn a_switch_obeys_the_keyboard() {
    let root = mount().await;
    let selector = "[data-testid=switch][data-part='web-01/nginx']";
    for (key, on) in [("Enter", "false"), (" ", "true"), ("x", "true")] {
        press(&find(&root, selector), key);
        sleep(Duration::from_millis(30)).await;
        assert_eq!(find(&root, selector).get_attribute("aria-checked").as_deref(), Some(on), "after {key:?}");
    }
}

#[wasm_bindgen_test]
async fn a_visit_is_told_about_until_it_ends() {
    let root = mount().await;
    find(&root, "[data-testid=send-static]").click();
    for _ in 0..200 {
        sleep(Duration::from_millis(50)).await;
        if count(&root, "[data-testid=narrator-result]") == 1 {
            assert!(find(&root, "[data-testid=narrator-result]").inner_text().contains("200"));
            assert_eq!(find(&root, "[data-testid=narrator]").get_attribute("data-visit").as_deref(), Some("1"));
            return;
        }
    }
    panic!("the visit has not ended in 10 s: {}", find(&root, ".narrator__text").inner_text());
}

#[wasm_bindgen_test]
async fn the_chosen_colours_are_applied_and_kept() {
    let root = mount().await;
    let choose = |name: &str| {
        let menu: web_sys::HtmlSelectElement = find(&root, "[data-testid=theme]").unchecked_into();
        menu.set_value(name);
        let init = web_sys::EventInit::new();
        init.set_bubbles(true);
        menu.dispatch_event(&web_sys::Event::new_with_event_init_dict("change", &init).unwrap()).unwrap();
    };
    let theme = || gloo::utils::document_element().get_attribute("data-theme");
    choose("dark");
    sleep(Duration::from_millis(50)).await;
    assert_eq!(theme().as_deref(), Some("dark"));
    choose("system");
    sleep(Duration::from_millis(50)).await;
    assert_eq!(theme(), None);
}

#[wasm_bindgen_test]
async fn the_arrow_keys_walk_through_the_tabs() {
    let root = mount().await;
    press(&find(&root, "[data-testid=tab-trace]"), "ArrowLeft");
    sleep(Duration::from_millis(50)).await;
    let last = find(&root, "[role=tab]:last-child");
    assert_eq!(last.get_attribute("aria-selected").as_deref(), Some("true"));
    press(&last, "ArrowLeft");
    sleep(Duration::from_millis(50)).await;
    assert_eq!(last.get_attribute("aria-selected").as_deref(), Some("false"));
}
