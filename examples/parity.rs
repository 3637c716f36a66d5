//! Prints the digest of every run of `tests/parity/runs.rs`; in WebAssembly `digests()` returns the same text. `cargo xtask
//! test parity` compares what this machine, Chromium and Firefox make of it.

#[path = "../tests/swarm/chance.rs"]
mod chance;
#[path = "../tests/parity/runs.rs"]
mod runs;
#[path = "../tests/support/mod.rs"]
mod support;

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    print!("{}", runs::digests());
}

#[cfg(target_arch = "wasm32")]
fn main() {
    console_error_panic_hook::set_once();
}

/// Every digest, one in each line.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn digests() -> String {
    runs::digests()
}
