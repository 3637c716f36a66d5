//! A request costs no allocation: what it needs was there before it came. What a rush has needed is given back.
#![cfg(not(target_arch = "wasm32"))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use hopscope::sim::{Command, Micros, World};
use reference::Options;

#[path = "../examples/throughput/reference.rs"]
mod reference;

/// The system's allocator, which counts what the present thread asks of it.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

fn count(bytes: usize) {
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
    BYTES.set(BYTES.get() + bytes);
}

// SAFETY: everything is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
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
fn a_copy_of_the_world_is_no_larger_for_an_outage_that_is_over() {
    let mut world = reference::world(Options { rate: 500, ..Options::default() });
    world.run_until(world.now() + WARM_UP);
    let before = bytes_of_a_copy(&world);
    let part = || "lb-01/haproxy".to_owned();
    world.apply(&Command::Freeze { part: part() }).unwrap();
    world.run_until(world.now() + Micros::from_secs(60));
    let meanwhile = bytes_of_a_copy(&world);
    world.apply(&Command::Restore { part: part() }).unwrap();
    world.run_until(world.now() + Micros::from_secs(60));
    let after = bytes_of_a_copy(&world);
    assert!(meanwhile > 3 * before, "{before} bytes, {meanwhile} while visits pile up");
    assert!(after < before + before / 10, "{before} bytes, {after} after it");
}

fn bytes_of_a_copy(world: &World) -> usize {
    let before = BYTES.get();
    drop(world.clone());
    BYTES.get() - before
}

#[test]
fn the_counter_counts() {
    let before = ALLOCATIONS.get();
    drop(vec![1]);
    assert_eq!(ALLOCATIONS.get() - before, 1);
}
