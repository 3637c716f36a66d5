//! A request costs no allocation: what it needs was there before it came.
#![cfg(not(target_arch = "wasm32"))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use hopscope::sim::Micros;
use reference::Options;

#[path = "../examples/throughput/reference.rs"]
mod reference;

/// The system's allocator, which counts what the present thread asks of it.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    ALLOCATIONS.with(|allocations| allocations.set(allocations.get() + 1));
}

// SAFETY: everything is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Long enough for every ring to be full once: the time series of two minutes, and at 10 % writes of 2,000 visits per
/// second the binlogs with their 4,096 transactions.
const WARM_UP: Micros = Micros::from_secs(200);
/// What is measured after it.
const REQUESTS: u64 = 50_000;

#[test]
fn a_request_allocates_nothing() {
    assert_eq!(allocations_after_warm_up(Options { rate: 2_000, requests: REQUESTS, ..Options::default() }), 0);
}

#[test]
fn a_request_allocates_nothing_when_workers_are_busy_and_one_in_a_hundred_is_traced() {
    let options = Options { rate: 3_500, requests: REQUESTS, trace_one_in: 100, ..Options::default() };
    assert_eq!(allocations_after_warm_up(options), 0);
}

fn allocations_after_warm_up(options: Options) -> u64 {
    let mut world = reference::world(options);
    world.run_until(world.now() + WARM_UP);
    let (allocations, ended) = (ALLOCATIONS.get(), world.metrics().ended);
    while world.metrics().ended < ended + options.requests {
        world.run_until(world.now() + Micros::from_secs(1));
    }
    ALLOCATIONS.get() - allocations
}

#[test]
fn the_counter_counts() {
    let before = ALLOCATIONS.get();
    drop(vec![1]);
    assert_eq!(ALLOCATIONS.get() - before, 1);
}
