//! Starts the page.

#[cfg(target_arch = "wasm32")]
fn main() {
    hopscope::ui::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("Hopscope runs in a browser: `cargo xtask serve` builds the site and serves it.");
    std::process::exit(1);
}
