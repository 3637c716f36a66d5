//! The event queue: what happens next, in total order.

use core::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::time::{Micros, SimTime};

/// Something that will happen. Events are ordered by time, then by the order in which they were planned.
#[derive(Clone, Copy, Debug)]
pub struct Event<A> {
    /// When, and below it the number of the plan: no two events share both.
    key: Key,
    /// What.
    pub action: A,
}

/// Time in the upper half, number of the plan in the lower.
type Key = u128;

const fn key(at: SimTime, sequence: u64) -> Key {
    (at.0 as Key) << 64 | sequence as Key
}

const fn time_of(key: Key) -> SimTime {
    SimTime((key >> 64) as u64)
}

impl<A> Event<A> {
    /// When it happens.
    #[must_use]
    pub const fn at(&self) -> SimTime {
        time_of(self.key)
    }
}

impl<A> PartialEq for Event<A> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
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
        self.key.cmp(&other.key)
    }
}

/// All planned events.
///
/// Most delays are constant, such as the latency of a link: what is planned with the same delay happens in the order of the
/// plans, so it waits in a lane of its own, first in, first out. Only what happens at any moment has to be sorted: the next
/// 64 of these by insertion, which is the fastest way with few, the others in a heap.
#[derive(Clone, Debug)]
pub struct EventQueue<A> {
    lanes: [Lane<A>; LANES],
    /// The next of what is sorted, the earliest last.
    near: Vec<Event<A>>,
    /// All that is sorted and later than that.
    far: BinaryHeap<Reverse<Event<A>>>,
    /// The first event of each lane, and of what is sorted at the end; `NEVER` where there is none.
    firsts: [Key; LANES + 1],
    /// The place of the next event.
    next: usize,
    planned: u64,
    waiting: usize,
}

/// Events that were planned with one and the same delay.
#[derive(Clone, Debug)]
struct Lane<A> {
    delay: Micros,
    events: VecDeque<Event<A>>,
}

/// Number of lanes, as a power of two. What finds its lane and the one beside taken by other delays is sorted.
const LANES_LOG2: u32 = 3;
const LANES: usize = 1 << LANES_LOG2;
/// The place of what is sorted, behind those of the lanes.
const SORTED: usize = LANES;
/// So many events are sorted by insertion.
const NEAR: usize = 64;
const NEVER: Key = Key::MAX;

impl<A: Copy> EventQueue<A> {
    /// An empty queue.
    #[must_use]
    pub fn new() -> Self {
        Self {
            lanes: core::array::from_fn(|_| Lane { delay: Micros::ZERO, events: VecDeque::with_capacity(64) }),
            near: Vec::with_capacity(NEAR + 1),
            far: BinaryHeap::with_capacity(256),
            firsts: [NEVER; LANES + 1],
            next: SORTED,
            planned: 0,
            waiting: 0,
        }
    }

    /// Plans `action` at any moment.
    pub fn plan(&mut self, at: SimTime, action: A) {
        let event = self.event(at, action);
        self.sort_in(event);
    }

    /// Plans `action` after a delay that others have, too. `now` never goes back from call to call.
    pub fn plan_after(&mut self, now: SimTime, delay: Micros, action: A) {
        let event = self.event(now + delay, action);
        let home = (delay.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - LANES_LOG2)) as usize;
        for place in [home, (home + 1) % LANES] {
            let lane = &mut self.lanes[place];
            if lane.events.is_empty() {
                lane.delay = delay;
                lane.events.push_back(event);
                return self.is_first(place, event.key);
            }
            if lane.delay == delay {
                return lane.events.push_back(event);
            }
        }
        self.sort_in(event);
    }

    fn event(&mut self, at: SimTime, action: A) -> Event<A> {
        self.planned += 1;
        self.waiting += 1;
        Event { key: key(at, self.planned), action }
    }

    fn sort_in(&mut self, event: Event<A>) {
        let is_far = self.near.first().is_some_and(|last| event.key > last.key);
        if is_far && (self.near.len() >= NEAR || !self.far.is_empty()) {
            return self.far.push(Reverse(event));
        }
        let later = self.near.iter().rev().take_while(|other| other.key < event.key).count();
        self.near.insert(self.near.len() - later, event);
        if later == 0 {
            self.is_first(SORTED, event.key);
        }
        if self.near.len() > NEAR {
            self.far.push(Reverse(self.near.remove(0)));
        }
    }

    /// Takes the first of what is sorted.
    fn pop_sorted(&mut self) -> Option<Event<A>> {
        let event = self.near.pop()?;
        if self.near.is_empty() {
            let more = core::iter::from_fn(|| self.far.pop()).take(NEAR / 2).map(|Reverse(event)| event);
            self.near.extend(more);
            self.near.reverse();
        }
        Some(event)
    }

    /// A new event is the first of its place.
    fn is_first(&mut self, place: usize, key: Key) {
        self.firsts[place] = key;
        if key < self.firsts[self.next] {
            self.next = place;
        }
    }

    /// When the next event happens.
    #[must_use]
    pub fn next_at(&self) -> Option<SimTime> {
        let first = self.firsts[self.next];
        (first != NEVER).then(|| time_of(first))
    }

    /// Takes the next event.
    pub fn pop(&mut self) -> Option<Event<A>> {
        let place = self.next;
        let (event, next) = if place == SORTED {
            (self.pop_sorted()?, self.near.last())
        } else {
            let events = &mut self.lanes[place].events;
            (events.pop_front()?, events.front())
        };
        self.waiting -= 1;
        self.firsts[place] = next.map_or(NEVER, |next| next.key);
        let mut earliest = NEVER;
        for (place, first) in self.firsts.iter().enumerate() {
            if *first < earliest {
                (earliest, self.next) = (*first, place);
            }
        }
        Some(event)
    }

    /// Number of planned events.
    #[must_use]
    pub(super) const fn len(&self) -> usize {
        self.waiting
    }
}

impl<A: Copy> Default for EventQueue<A> {
    fn default() -> Self {
        Self::new()
    }
}

/// Time-outs of one kind. Nearly all of them are cancelled by an answer, and nearly all have the same length, so they
/// wait in the order of their deadlines outside the event queue; at most one event there watches the first of them.
#[derive(Clone, Debug)]
pub struct TimerLane<K> {
    timers: VecDeque<Timer<K>>,
    /// When the event that watches the lane happens, if one is planned.
    watched: Option<SimTime>,
}

/// One time-out.
#[derive(Clone, Copy, Debug)]
struct Timer<K> {
    at: SimTime,
    key: K,
}

impl<K: Copy> TimerLane<K> {
    /// An empty lane.
    #[must_use]
    pub const fn new() -> Self {
        Self { timers: VecDeque::new(), watched: None }
    }

    /// Adds a timer and drops some of the oldest ones if they are `stale`: cancelled timers never pile up. Returns when the
    /// lane needs an event of its own, if the one that is planned does not come in time.
    pub fn push(&mut self, at: SimTime, key: K, stale: impl Fn(K) -> bool) -> Option<SimTime> {
        for _ in 0..2 {
            if self.timers.front().is_some_and(|first| stale(first.key)) {
                self.timers.pop_front();
            }
        }
        if self.timers.back().is_some_and(|last| last.at > at) {
            let behind = self.timers.iter().rev().take_while(|other| other.at > at).count();
            self.timers.insert(self.timers.len() - behind, Timer { at, key });
        } else {
            self.timers.push_back(Timer { at, key });
        }
        self.watch()
    }

    /// Takes the next timer that is due.
    pub fn due(&mut self, now: SimTime) -> Option<K> {
        let first = self.timers.front().filter(|first| first.at <= now)?;
        let key = first.key;
        self.timers.pop_front();
        Some(key)
    }

    /// The event that watched the lane has happened, and what was due has been taken: drops what is stale, and returns when
    /// the lane needs the next event.
    pub fn watch_on(&mut self, now: SimTime, stale: impl Fn(K) -> bool) -> Option<SimTime> {
        if self.watched.is_some_and(|at| at <= now) {
            self.watched = None;
        }
        while self.timers.front().is_some_and(|first| stale(first.key)) {
            self.timers.pop_front();
        }
        self.watch()
    }

    fn watch(&mut self) -> Option<SimTime> {
        let first = self.timers.front()?.at;
        if self.watched.is_some_and(|at| at <= first) {
            return None;
        }
        self.watched = Some(first);
        self.watched
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

    /// Whatever is planned through whichever door comes by time, then by plan.
    #[test]
    fn lanes_and_heap_agree_on_the_order() {
        let (mut queue, mut rng) = (EventQueue::new(), crate::Rng::new(7, 7));
        let (mut now, mut last, mut popped) = (SimTime::ZERO, None, 0);
        for name in 0..20_000_u32 {
            let delay = Micros([0, 5, 20, 20_000, 333, 1_000][rng.below(6) as usize]);
            match rng.below(3) {
                0 => queue.plan(now + Micros(rng.below(3_000).into()), name),
                _ => queue.plan_after(now, delay, name),
            }
            for _ in 0..rng.below(3) {
                let next = queue.next_at();
                let Some(event) = queue.pop() else { continue };
                assert_eq!(next, Some(event.at()));
                assert!(last < Some(event.key) && event.at() >= now, "{event:?} after {last:?}");
                (now, last, popped) = (event.at(), Some(event.key), popped + 1);
            }
        }
        let rest = core::iter::from_fn(|| queue.pop()).count();
        assert_eq!((popped + rest, queue.len()), (20_000, 0));
    }

    #[test]
    fn a_lane_keeps_deadlines_in_order_even_if_their_length_changes() {
        let mut lane = TimerLane::new();
        let never = |_| false;
        let watch: Vec<Option<SimTime>> =
            [(10, 1), (20, 2), (15, 3), (5, 4)].map(|(at, key)| lane.push(SimTime(at), key, never)).to_vec();
        assert_eq!(watch, [Some(SimTime(10)), None, None, Some(SimTime(5))]);
        let order: Vec<i32> = core::iter::from_fn(|| lane.due(SimTime(15))).collect();
        assert_eq!(order, [4, 1, 3]);
        assert_eq!(lane.watch_on(SimTime(15), never), Some(SimTime(20)));
    }

    #[test]
    fn cancelled_timers_do_not_pile_up() {
        let mut lane = TimerLane::new();
        for key in 0..10_000_u64 {
            lane.push(SimTime(1_000_000 + key), key, |other| other + 5 < key);
        }
        assert!(lane.timers.len() < 20, "{}", lane.timers.len());
    }
}
