//! The event queue: what happens next, in total order.

mod lane;

use core::cmp::Reverse;
use std::collections::BinaryHeap;

use super::time::{Micros, SimTime};
use lane::Lane;

/// What an event does, in two words that mean nothing to the queue.
///
/// A pair of words travels in two registers. An enum, or even an array, is written to memory piece by piece and read as a
/// whole, for which the processor has to wait every time.
pub type What = (u64, u64);

/// Something that will happen. Events are ordered by time, then by the order in which they were planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(align(32))]
pub struct Event {
    at: SimTime,
    /// Number of the plan.
    sequence: u64,
    /// What.
    pub what: What,
}

impl Event {
    const NONE: Self = Self { at: SimTime::ZERO, sequence: 0, what: (0, 0) };

    /// When it happens.
    #[must_use]
    pub const fn at(&self) -> SimTime {
        self.at
    }

    const fn order(&self) -> (u64, u64) {
        (self.at.0, self.sequence)
    }
}

/// All planned events.
///
/// Most delays are constant, such as the latency of a link: what is planned with the same delay happens in the order of the
/// plans, so it waits in a lane of its own, first in, first out. The next arrival happens at any moment, but it is the only one:
/// it has a lane, too. Only what else happens at any moment has to be sorted: the next 64 of these by insertion into a lane,
/// which is the fastest way with few, the others in a heap.
///
/// The order of the fields is that of the memory: what is looked at together is in one line of the cache, here as in a lane.
/// Where many worlds take turns, each event has to fetch these lines anew.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct EventQueue {
    /// When the first event of each lane happens.
    firsts: [First; LANES],
    /// The delay of each lane, in microseconds.
    delays: [u32; LANES],
    planned: u64,
    /// So many lanes have a delay: all behind them are empty.
    used: u32,
    /// What is sorted, what is alone, then what was planned with each delay.
    lanes: [Lane; LANES],
    /// All that is sorted and later than what is in the lane for it.
    far: BinaryHeap<Reverse<Event>>,
}

/// The lane of an event that is due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due(usize);

/// When the first event of a lane happens, and below that the number of the lane: the least of these numbers tells both, and
/// is found without a branch that could be guessed wrong.
type First = u64;

const LANE_BITS: u32 = LANES.ilog2();
const NEVER: First = First::MAX;

const fn first(at: SimTime, lane: usize) -> First {
    at.0 << LANE_BITS | lane as First
}

/// The end of time, in 73,000 years: what is planned for later happens then.
const LAST: SimTime = SimTime((NEVER >> LANE_BITS) - 1);

/// Number of lanes: a power of two, which makes an index safe by its bits alone. What finds all of them taken by other
/// delays is sorted.
const LANES: usize = 8;
/// So many are nearly always enough, and are looked at without counting.
const FEW: usize = 4;
/// The lane of what is sorted.
const SORTED: usize = 0;
/// The lane of what is alone.
const ALONE: usize = 1;
/// The delay of no lane: what is planned for later than that is sorted.
const NO_DELAY: u32 = u32::MAX;
/// So many events are sorted by insertion.
const NEAR: usize = 64;

impl EventQueue {
    /// An empty queue.
    #[must_use]
    pub fn new() -> Self {
        Self {
            firsts: [NEVER; LANES],
            delays: [NO_DELAY; LANES],
            planned: 0,
            used: ALONE as u32 + 1,
            lanes: core::array::from_fn(|_| Lane::new()),
            far: BinaryHeap::with_capacity(256),
        }
    }

    /// Plans `what` at any moment.
    #[inline(always)]
    pub fn plan(&mut self, at: SimTime, what: What) {
        let event = self.event(at, what);
        let (order, near) = (first(event.at, SORTED), &mut self.lanes[SORTED]);
        if order < self.firsts[SORTED] {
            let later = core::mem::replace(&mut near.head, event);
            if core::mem::replace(&mut self.firsts[SORTED], order) == NEVER {
                return;
            }
            near.push_front(later);
        } else {
            let others_are_far = near.len() >= NEAR || !self.far.is_empty();
            if others_are_far && near.last().is_none_or(|last| event.at >= last.at) {
                return self.far.push(Reverse(event));
            }
            near.sort_in(event);
        }
        if near.len() > NEAR {
            self.far.push(Reverse(near.pop_last()));
        }
    }

    /// Plans `what` at any moment, where nothing else is planned in this way: of the arrivals, only the next one is.
    #[inline(always)]
    pub fn plan_alone(&mut self, at: SimTime, what: What) {
        if self.firsts[ALONE] != NEVER {
            return self.plan_anyhow(at, what);
        }
        let event = self.event(at, what);
        self.firsts[ALONE] = first(event.at, ALONE);
        self.lanes[ALONE].head = event;
    }

    /// Plans `what` after a delay that others have, too. `now` never goes back from call to call.
    #[inline(always)]
    pub fn plan_after(&mut self, now: SimTime, delay: Micros, what: What) {
        if delay.0 >= NO_DELAY.into() {
            return self.plan_anyhow(now + delay, what);
        }
        let mut lane = ALONE + 1;
        while self.delays[lane % LANES] != delay.0 as u32 {
            lane += 1;
            if lane >= self.used as usize {
                let Some(free) = self.free_lane(delay.0 as u32) else {
                    return self.plan_anyhow(now + delay, what);
                };
                lane = free;
            }
        }
        let event = self.event(now + delay, what);
        if self.firsts[lane % LANES] == NEVER {
            self.firsts[lane % LANES] = first(event.at, lane);
            self.lanes[lane % LANES].head = event;
        } else {
            self.lanes[lane % LANES].push(event);
        }
    }

    /// All lanes are taken by other delays, or the delay is very long.
    #[cold]
    fn plan_anyhow(&mut self, at: SimTime, what: What) {
        self.plan(at, what);
    }

    /// An empty lane, from now on of this delay: one that has had another delay, or a new one.
    #[cold]
    #[inline(never)]
    fn free_lane(&mut self, delay: u32) -> Option<usize> {
        let used = self.used as usize;
        let lane = (ALONE + 1..used).find(|lane| self.firsts[*lane] == NEVER).unwrap_or(used);
        if lane == LANES {
            return None;
        }
        self.delays[lane] = delay;
        self.used = self.used.max(lane as u32 + 1);
        Some(lane)
    }

    #[inline(always)]
    fn event(&mut self, at: SimTime, what: What) -> Event {
        self.planned += 1;
        Event { at: at.min(LAST), sequence: self.planned, what }
    }

    /// The next event.
    #[must_use]
    #[inline(never)]
    pub fn peek(&self) -> Option<&Event> {
        self.due(SimTime(u64::MAX)).map(|Due(lane)| &self.lanes[lane].head)
    }

    /// When the next event happens.
    #[must_use]
    pub fn next_at(&self) -> Option<SimTime> {
        let first = self.firsts.iter().fold(NEVER, |first, lane| first.min(*lane));
        (first != NEVER).then_some(SimTime(first >> LANE_BITS))
    }

    /// Takes the next event.
    pub fn pop(&mut self) -> Option<Event> {
        self.due(SimTime(u64::MAX)).map(|due| self.take(due))
    }

    /// Where the next event is, unless it happens later than `until`.
    #[inline(always)]
    pub(super) fn due(&self, until: SimTime) -> Option<Due> {
        let in_order = |a: First, b: First| (a.min(b), a.max(b));
        let (near, other) = in_order(self.firsts[0], self.firsts[1]);
        let (next, another) = in_order(self.firsts[2], self.firsts[3]);
        let (mut first, next) = in_order(near, next);
        let mut second = next.min(other).min(another);
        // Where more than a few are in use, none of them is empty.
        if self.firsts[FEW] != NEVER {
            for lane in &self.firsts[FEW..] {
                let (earlier, later) = in_order(first, *lane);
                (first, second) = (earlier, second.min(later));
            }
        }
        if first >> LANE_BITS > until.0.min(LAST.0) {
            return None;
        }
        let together = first >> LANE_BITS == second >> LANE_BITS;
        Some(if together { self.due_among_several() } else { Due(first as usize % LANES) })
    }

    /// Several lanes have an event for the same moment.
    #[cold]
    fn due_among_several(&self) -> Due {
        let lanes = (0..LANES).filter(|lane| self.firsts[*lane] != NEVER);
        Due(lanes.min_by_key(|lane| self.lanes[*lane].head.order()).unwrap_or(SORTED))
    }

    /// Takes the event that is due.
    #[inline(always)]
    pub(super) fn take(&mut self, Due(at): Due) -> Event {
        let lane = &mut self.lanes[at % LANES];
        let event = lane.head;
        if lane.advance() {
            self.firsts[at % LANES] = first(lane.head.at, at);
        } else {
            self.firsts[at % LANES] = NEVER;
            if at == SORTED || at != ALONE && self.used as usize > FEW {
                self.is_empty_now(at);
            }
        }
        event
    }

    /// What is sorted has all happened, so that what was far is near now; or one of many lanes has become empty. The last one
    /// takes its place then, so that there are as few to look at as can be. (Of a few, each keeps its delay.)
    #[cold]
    #[inline(never)]
    fn is_empty_now(&mut self, at: usize) {
        if at == SORTED {
            self.lanes[SORTED].restart();
            if let Some(Reverse(next)) = self.far.pop() {
                self.firsts[SORTED] = first(next.at, SORTED);
                self.lanes[SORTED].head = next;
            }
            for Reverse(event) in core::iter::from_fn(|| self.far.pop()).take(NEAR / 2) {
                self.lanes[SORTED].push(event);
            }
            return;
        }
        self.used -= 1;
        let last = self.used as usize;
        self.lanes.swap(at, last);
        self.delays[at] = self.delays[last];
        if at != last {
            self.firsts[at] = first(self.lanes[at].head.at, at);
        }
        (self.firsts[last], self.delays[last]) = (NEVER, NO_DELAY);
    }

    /// Number of planned events.
    #[must_use]
    pub fn len(&self) -> usize {
        let heads = self.firsts.iter().filter(|first| **first != NEVER).count();
        heads + self.lanes.iter().map(Lane::len).sum::<usize>() + self.far.len()
    }

    /// Whether nothing is planned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for EventQueue {
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
        for (at, name) in [(5, 3), (3, 1), (5, 4), (3, 2)] {
            queue.plan(SimTime(at), (name, 0));
        }
        let order: Vec<u64> = core::iter::from_fn(|| queue.pop()).map(|event| event.what.0).collect();
        assert_eq!(order, [1, 2, 3, 4]);
    }

    /// Whatever is planned through whichever door comes by time, then by plan.
    #[test]
    fn lanes_and_heap_agree_on_the_order() {
        let (mut queue, mut rng) = (EventQueue::new(), crate::Rng::new(7, 7));
        let (mut now, mut last, mut popped) = (SimTime::ZERO, None, 0);
        for name in 0..20_000 {
            let delay = Micros([0, 5, 20, 20_000, 333, 1_000][rng.below(6) as usize]);
            match rng.below(3) {
                0 => queue.plan(now + Micros(rng.below(3_000).into()), (name, 0)),
                _ => queue.plan_after(now, delay, (name, 0)),
            }
            for _ in 0..rng.below(3) {
                let next = queue.next_at();
                let Some(event) = queue.pop() else { continue };
                assert_eq!(next, Some(event.at()));
                assert!(last < Some(event.order()) && event.at() >= now, "{event:?} after {last:?}");
                (now, last, popped) = (event.at(), Some(event.order()), popped + 1);
            }
        }
        let rest = core::iter::from_fn(|| queue.pop()).count();
        assert_eq!((popped + rest, queue.len()), (20_000, 0));
    }
}
