//! The event queue: what happens next, in total order.

use core::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::time::SimTime;

/// Something that will happen. Events are ordered by time, then by the order in which they were planned.
#[derive(Clone, Copy, Debug)]
pub struct Event<A> {
    /// When.
    pub at: SimTime,
    /// Number of the plan: no two events share it.
    pub sequence: u64,
    /// What.
    pub action: A,
}

impl<A> PartialEq for Event<A> {
    fn eq(&self, other: &Self) -> bool {
        self.sequence == other.sequence
    }
}

impl<A> Eq for Event<A> {}

impl<A> PartialOrd for Event<A> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<A> Ord for Event<A> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        (self.at, self.sequence).cmp(&(other.at, other.sequence))
    }
}

/// All planned events.
#[derive(Clone, Debug)]
pub struct EventQueue<A> {
    heap: BinaryHeap<Reverse<Event<A>>>,
    planned: u64,
}

impl<A: Copy> EventQueue<A> {
    /// An empty queue.
    #[must_use]
    pub fn new() -> Self {
        Self { heap: BinaryHeap::with_capacity(1024), planned: 0 }
    }

    /// Plans `action` at `at`.
    pub fn plan(&mut self, at: SimTime, action: A) {
        let sequence = self.ticket();
        self.plan_with(at, sequence, action);
    }

    /// Takes a place in the order of plans, for an event that is kept elsewhere until it is near.
    pub fn ticket(&mut self) -> u64 {
        self.planned += 1;
        self.planned
    }

    /// Plans `action` in the place that [`EventQueue::ticket`] gave.
    pub fn plan_with(&mut self, at: SimTime, sequence: u64, action: A) {
        self.heap.push(Reverse(Event { at, sequence, action }));
    }

    /// When the next event happens.
    #[must_use]
    pub fn next_at(&self) -> Option<SimTime> {
        self.heap.peek().map(|Reverse(event)| event.at)
    }

    /// Takes the next event.
    pub fn pop(&mut self) -> Option<Event<A>> {
        self.heap.pop().map(|Reverse(event)| event)
    }

    /// Number of planned events.
    #[must_use]
    pub(super) fn len(&self) -> usize {
        self.heap.len()
    }
}

impl<A: Copy> Default for EventQueue<A> {
    fn default() -> Self {
        Self::new()
    }
}

/// Time-outs of one kind. Nearly all of them are cancelled by an answer, and nearly all have the same length, so they
/// wait in the order of their deadlines outside the event queue; only the first of them has an event there.
#[derive(Clone, Debug)]
pub struct TimerLane<K> {
    timers: VecDeque<Timer<K>>,
}

/// One time-out.
#[derive(Clone, Copy, Debug)]
pub struct Timer<K> {
    /// When it strikes.
    pub at: SimTime,
    /// Its place in the order of plans.
    pub sequence: u64,
    /// What it is for.
    pub key: K,
}

impl<K: Copy> TimerLane<K> {
    /// An empty lane.
    #[must_use]
    pub const fn new() -> Self {
        Self { timers: VecDeque::new() }
    }

    /// Adds a timer. True if it is now the first and needs an event.
    pub fn push(&mut self, timer: Timer<K>) -> bool {
        let after = |other: &Timer<K>| (other.at, other.sequence) > (timer.at, timer.sequence);
        let behind = self.timers.iter().rev().take_while(|other| after(other)).count();
        let at = self.timers.len() - behind;
        self.timers.insert(at, timer);
        at == 0
    }

    /// Takes the first timer if it is the one that was planned as `sequence`.
    pub fn pop(&mut self, sequence: u64) -> Option<Timer<K>> {
        let is_first = self.timers.front().is_some_and(|timer| timer.sequence == sequence);
        if is_first { self.timers.pop_front() } else { None }
    }

    /// Drops timers from the front as long as `stale`, and returns the first that is left.
    pub fn first_live(&mut self, stale: impl Fn(K) -> bool) -> Option<Timer<K>> {
        while self.timers.front().is_some_and(|t| stale(t.key)) {
            self.timers.pop_front();
        }
        self.timers.front().copied()
    }
}

impl<K: Copy> Default for TimerLane<K> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_by_time_then_by_plan() {
        let mut queue = EventQueue::new();
        for (at, name) in [(5, 'c'), (3, 'a'), (5, 'd'), (3, 'b')] {
            queue.plan(SimTime(at), name);
        }
        let order: String = core::iter::from_fn(|| queue.pop()).map(|event| event.action).collect();
        assert_eq!(order, "abcd");
    }

    #[test]
    fn a_lane_keeps_deadlines_in_order_even_if_their_length_changes() {
        let mut lane = TimerLane::new();
        let firsts: Vec<bool> = [(10, 1), (20, 2), (15, 3), (5, 4)]
            .into_iter()
            .map(|(at, sequence)| lane.push(Timer { at: SimTime(at), sequence, key: sequence }))
            .collect();
        assert_eq!(firsts, [true, false, false, true]);
        let order: Vec<u64> = core::iter::from_fn(|| {
            let first = lane.first_live(|_| false)?;
            lane.pop(first.sequence).map(|timer| timer.key)
        })
        .collect();
        assert_eq!(order, [4, 1, 3, 2]);
    }
}
