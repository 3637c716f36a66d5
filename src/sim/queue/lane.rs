//! Events that wait in the order in which they happen.

use super::Event;

/// Places of a new lane, a power of two.
const FEW: usize = 16;

/// Events in the order in which they happen: the first one, and the others in a ring whose size is a power of two.
#[derive(Debug)]
#[repr(C, align(64))]
pub(super) struct Lane {
    /// The first event, if there is any: here it is at hand when it is due. The rest is about the others.
    pub(super) head: Event,
    events: Box<[Event]>,
    start: u32,
    len: u32,
}

/// A copy has no more places than it needs, however many a rush has asked for.
impl Clone for Lane {
    fn clone(&self) -> Self {
        let places = self.len().next_power_of_two().max(FEW);
        let at = |place: usize| self.events[self.index(place)];
        Self { head: self.head, events: (0..places).map(at).collect(), start: 0, len: self.len }
    }
}

impl Lane {
    pub(super) fn new() -> Self {
        Self { head: Event::NONE, events: vec![Event::NONE; FEW].into(), start: 0, len: 0 }
    }

    /// Number of events after the first.
    #[inline(always)]
    pub(super) const fn len(&self) -> usize {
        self.len as usize
    }

    /// The index of the event after so many others.
    #[inline(always)]
    const fn index(&self, others: usize) -> usize {
        (self.start as usize).wrapping_add(others) & (self.events.len() - 1)
    }

    #[inline(always)]
    pub(super) fn push(&mut self, event: Event) {
        if self.len() == self.events.len() {
            self.grow();
        }
        let index = self.index(self.len());
        self.events[index] = event;
        self.len += 1;
    }

    /// Puts an event before all others.
    #[inline(always)]
    pub(super) fn push_front(&mut self, event: Event) {
        if self.len() == self.events.len() {
            self.grow();
        }
        let index = self.index(usize::MAX);
        self.start = index as u32;
        self.events[index] = event;
        self.len += 1;
    }

    /// Puts a new event behind all that happen at the same time or before.
    #[inline(always)]
    pub(super) fn sort_in(&mut self, event: Event) {
        if self.len() == self.events.len() {
            self.grow();
        }
        let (mut hole, mut left) = (self.index(usize::MAX), self.len);
        self.start = hole as u32;
        while left > 0 {
            let next = (hole + 1) & (self.events.len() - 1);
            if self.events[next].at > event.at {
                break;
            }
            self.events[hole] = self.events[next];
            (hole, left) = (next, left - 1);
        }
        self.events[hole] = event;
        self.len += 1;
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        self.events.rotate_left(self.start as usize);
        self.start = 0;
        self.events = [&self.events[..], &self.events].concat().into();
    }

    #[inline(always)]
    pub(super) fn last(&self) -> Option<&Event> {
        if self.len > 0 { Some(&self.events[self.index(self.len() - 1)]) } else { None }
    }

    /// The next event takes the place of the first, if there is one.
    #[inline(always)]
    pub(super) fn advance(&mut self) -> bool {
        if self.len == 0 {
            return false;
        }
        self.head = self.events[self.index(0)];
        self.start = self.index(1) as u32;
        self.len -= 1;
        true
    }

    /// Takes the last event, of which the caller knows that it is there.
    pub(super) fn pop_last(&mut self) -> Event {
        self.len -= 1;
        self.events[self.index(self.len())]
    }
}
