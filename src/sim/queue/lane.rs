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

    /// Puts an event before all others, in a lane that is sorted.
    #[inline(always)]
    pub(super) fn push_front(&mut self, event: Event) {
        self.make_room()[0] = event;
    }

    /// Puts a new event behind all that happen at the same time or before, in a lane that is sorted.
    #[inline(always)]
    pub(super) fn sort_in(&mut self, event: Event) {
        let events = self.make_room();
        let mut hole = 0;
        for next in 1..events.len() {
            if events[next].at > event.at {
                break;
            }
            events[hole] = events[next];
            hole = next;
        }
        events[hole] = event;
    }

    /// A place before all others, and these. They are in one piece in a lane that is sorted.
    #[inline(always)]
    fn make_room(&mut self) -> &mut [Event] {
        if self.start == 0 {
            self.move_to_end();
        }
        self.start -= 1;
        self.len += 1;
        let start = self.start as usize;
        &mut self.events[start..start + self.len as usize]
    }

    /// Moves events that begin with the first place behind the last, so that there is room before them.
    #[cold]
    #[inline(never)]
    fn move_to_end(&mut self) {
        if self.len() == self.events.len() {
            self.grow();
        }
        let start = self.events.len() - self.len();
        self.events.copy_within(..self.len(), start);
        self.start = start as u32;
    }

    /// Makes an empty lane one that is sorted.
    pub(super) const fn restart(&mut self) {
        self.start = 0;
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
        self.head = self.events[self.start as usize];
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
