//! The event queue.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use hopscope::sim::{EventQueue, Micros, Rng, SimTime};

const PENDING: [usize; 4] = [100, 1_000, 10_000, 100_000];
const EVENTS: usize = 1_000;

/// A queue in which so many events are pending at random moments of the next second.
fn filled(pending: usize) -> (EventQueue, Rng) {
    let (mut queue, mut rng) = (EventQueue::new(), Rng::new(1, 0));
    for action in 0..pending {
        queue.plan(SimTime(u64::from(rng.below(1_000_000))), (action as u64, 0));
    }
    (queue, rng)
}

/// The next event plans another at random: as many stay pending.
#[divan::bench(args = PENDING)]
fn pop_and_plan(bencher: Bencher, pending: usize) {
    let (mut queue, mut rng) = filled(pending);
    bencher.counter(ItemsCount::new(EVENTS)).bench_local(|| {
        for _ in 0..EVENTS {
            let event = queue.pop().expect("as many are planned as are taken");
            let delay = Micros(u64::from(rng.below(1_000_000)));
            queue.plan(event.at() + delay, black_box(event.what));
        }
    });
}

/// The next event plans another after the delay that all have: the lanes do what the heap does above.
#[divan::bench(args = PENDING)]
fn pop_and_plan_after(bencher: Bencher, pending: usize) {
    let (mut queue, delay) = (EventQueue::new(), Micros::from_secs(1));
    for action in 0..pending as u64 {
        queue.plan_after(SimTime(action), delay, (action, 0));
    }
    bencher.counter(ItemsCount::new(EVENTS)).bench_local(|| {
        for _ in 0..EVENTS {
            let event = queue.pop().expect("as many are planned as are taken");
            queue.plan_after(event.at(), delay, black_box(event.what));
        }
    });
}

/// From empty to full and back.
#[divan::bench(args = PENDING)]
fn fill_and_empty(bencher: Bencher, pending: usize) {
    bencher.counter(ItemsCount::new(pending)).bench_local(|| {
        let (mut queue, _) = filled(pending);
        while let Some(event) = queue.pop() {
            black_box(event.what);
        }
    });
}
