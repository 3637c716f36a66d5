//! A picture as pixels: the browser draws the SVG on a canvas, twice as large as it is on the page.

use gloo::events::EventListener;
use gloo::utils::document;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement, Url};

use crate::ui::download;

/// Pixels per unit of the picture.
const SCALE: u32 = 2;

/// Draws a picture and saves it. Where the browser cannot draw it, it is saved as it is.
pub fn save(name: &str, svg: &str) {
    let vector = {
        let (name, svg) = (name.replace(".png", ".svg"), svg.to_owned());
        move || download::save(&name, "image/svg+xml", &svg)
    };
    if begin(name.to_owned(), svg, vector.clone()).is_err() {
        vector();
    }
}

fn begin(name: String, svg: &str, vector: impl Fn() + Clone + 'static) -> Result<(), JsValue> {
    let address = Url::create_object_url_with_blob(&download::blob("image/svg+xml", &svg.into())?)?;
    let image: HtmlImageElement = document().create_element("img")?.unchecked_into();
    let (drawn, other) = (image.clone(), vector.clone());
    let used = address.clone();
    EventListener::once(&image, "load", move |_| {
        let saved = draw(&drawn, name);
        let _ = Url::revoke_object_url(&used);
        if saved.is_err() {
            other();
        }
    })
    .forget();
    EventListener::once(&image, "error", move |_| vector()).forget();
    image.set_attribute("src", &address)
}

fn draw(image: &HtmlImageElement, name: String) -> Result<(), JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width(image.natural_width() * SCALE);
    canvas.set_height(image.natural_height() * SCALE);
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?.unchecked_into::<CanvasRenderingContext2d>();
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    context.draw_image_with_html_image_element_and_dw_and_dh(image, 0.0, 0.0, width, height)?;
    let done = Closure::once_into_js(move |blob: JsValue| {
        if let Some(blob) = blob.dyn_ref::<Blob>() {
            download::save_picture(&name, blob);
        }
    });
    canvas.to_blob(done.unchecked_ref())
}
