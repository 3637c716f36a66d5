//! How long single parts of the engine take: `cargo bench`, or one alone as in `cargo bench -- queue`.

#[cfg(not(target_arch = "wasm32"))]
mod balancer;
#[cfg(not(target_arch = "wasm32"))]
mod checkpoint;
#[cfg(not(target_arch = "wasm32"))]
mod dns;
#[cfg(not(target_arch = "wasm32"))]
mod queue;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../../examples/throughput/reference.rs"]
mod reference;
#[cfg(not(target_arch = "wasm32"))]
mod replication;

fn main() {
    #[cfg(not(target_arch = "wasm32"))]
    divan::main();
}
