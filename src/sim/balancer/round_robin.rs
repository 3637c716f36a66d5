//! `balance roundrobin`: turns by weight, with weights that may change at any time (manual, section 4.2, `balance`).
//!
//! Think of a clock that advances by one with each request. Each server stands at the time of its next turn, and after
//! that it moves on by the sum of weights divided by its own. Times beyond the present window wait for the next one.
//! The order is HAProxy's, down to where a returning server joins in (recordings `roundrobin_*` and `change_*`).

use super::candidate::{Candidate, Group, MAX_WEIGHT};

/// Weights are multiplied by this, so that a time is a whole number with room between two turns.
const SCALE: u64 = 16;

/// The turns of the active servers and, apart from them, of the backups.
#[derive(Clone, Debug)]
pub(super) struct RoundRobin {
    places: Vec<Place>,
    clocks: [Clock; 2],
    /// Whether the last pick opened a window, and whether it passed over a server whose turn it was.
    pub(super) last_pick: (bool, bool),
}

/// The time of one group.
#[derive(Clone, Copy, Debug, Default)]
struct Clock {
    now: u64,
    /// The sum of weights when the window began, which is its length.
    window: u64,
    /// The sum of weights now.
    sum: u64,
    /// Counts the entries in the lists; among equals the first come is the first served.
    entries: u64,
}

/// Where one server stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    group: Group,
    list: List,
    /// The rank in its list: by time, or by falling weight where times do not count.
    key: u64,
    entry: u64,
    weight: u64,
    /// The time of the next turn, that of the turn before it, and what the division of the times left over.
    turn: u64,
    last_turn: u64,
    rest: u64,
    /// The sum of weights divided by its own, and what is left over.
    step: (u64, u64),
    /// Links the servers that this pick has passed over.
    passed_before: Option<u32>,
}

/// The lists of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    /// Not usable, or just taken from its list.
    Out,
    /// Had no turn in this window yet.
    Fresh,
    /// Has a further turn in this window.
    Current,
    /// Has no turn left in this window.
    Next,
}

impl RoundRobin {
    pub(super) fn new(servers: &[Candidate]) -> Self {
        let place = |candidate: &Candidate| Place {
            group: candidate.group(),
            list: List::Out,
            key: 0,
            entry: 0,
            weight: u64::from(candidate.effective_weight()) * SCALE,
            turn: 0,
            last_turn: 0,
            rest: 0,
            step: (0, 0),
            passed_before: None,
        };
        let places = servers.iter().map(place).collect();
        let mut robin = Self { places, clocks: [Clock::default(); 2], last_pick: (false, false) };
        for server in 0..servers.len() {
            let Place { group, weight, .. } = robin.places[server];
            robin.clocks[group as usize].sum += weight;
            if weight > 0 {
                robin.enter_by_weight(server, List::Fresh);
            }
        }
        for clock in &mut robin.clocks {
            (clock.now, clock.window) = (clock.sum, clock.sum);
        }
        robin.divide();
        robin
    }

    /// The server whose turn it is in `group`, full ones left out; the one in `avoid` only if there is no other.
    ///
    /// A server that is passed over has used up its turn.
    #[inline(always)]
    pub(super) fn pick(&mut self, group: Group, servers: &[Candidate], avoid: Option<usize>) -> Option<usize> {
        // Nearly always the first one in the window takes the request.
        if avoid.is_none()
            && self.clocks[group as usize].window > 0
            && let Some(server) = self.front(group)
            && !servers[server].full()
        {
            self.take_turn(server);
            self.enter(server);
            self.last_pick = (false, false);
            return Some(server);
        }
        self.pick_among_others(group, servers, avoid)
    }

    #[cold]
    #[inline(never)]
    fn pick_among_others(&mut self, group: Group, servers: &[Candidate], avoid: Option<usize>) -> Option<usize> {
        let clock = &mut self.clocks[group as usize];
        if clock.window == 0 {
            (clock.now, clock.window) = (clock.sum, clock.sum);
        }
        let (mut passed, mut avoided, mut new_window) = (None, None, false);
        let chosen = loop {
            let Some(server) = self.front(group) else {
                if new_window {
                    break avoided;
                }
                new_window = true;
                self.open_window(group);
                continue;
            };
            self.take_turn(server);
            if !servers[server].full() {
                if avoid != Some(server) {
                    break Some(server);
                }
                avoided = avoid;
            }
            self.places[server].passed_before = passed.replace(server as u32);
        };
        if let Some(server) = chosen {
            self.enter(server);
        }
        self.last_pick = (new_window, passed.is_some());
        self.put_back(passed, chosen, new_window);
        chosen
    }

    /// The weight or the usability of `server` may have changed.
    ///
    /// A server that returns is placed further on, as if it had just had its turn (recording `change_maint_3eq_mid`).
    pub(super) fn changed(&mut self, server: usize, servers: &[Candidate]) {
        let place = &mut self.places[server];
        let clock = &mut self.clocks[place.group as usize];
        let weight = u64::from(servers[server].effective_weight()) * SCALE;
        let before = core::mem::replace(&mut place.weight, weight);
        clock.sum = clock.sum - before + weight;
        if weight == before {
            return;
        }
        self.divide();
        let place = &mut self.places[server];
        let clock = &mut self.clocks[place.group as usize];
        if weight == 0 {
            place.list = List::Out;
            return;
        }
        if before == 0 {
            let ahead = (clock.sum + clock.window).saturating_sub(clock.now);
            place.turn = clock.now + ahead / weight;
        } else if place.list == List::Fresh {
            return self.enter_by_weight(server, List::Fresh);
        } else {
            if place.list == List::Next {
                place.turn += clock.window;
            }
            let step = clock.sum / weight;
            place.turn = place.turn.min(place.last_turn + step);
            place.rest = 0;
            if place.turn < clock.now + 2 {
                place.turn = clock.now + step;
            }
        }
        self.enter(server);
    }

    /// How far each server moves on with a turn: weights change seldom, and divisions take long.
    fn divide(&mut self) {
        for place in self.places.iter_mut().filter(|place| place.weight > 0) {
            let sum = self.clocks[place.group as usize].sum;
            place.step = (sum / place.weight, sum % place.weight);
        }
    }

    /// The next server: the first of the current list if its time has come, else a fresh one, else that first after all.
    #[inline(never)]
    fn front(&mut self, group: Group) -> Option<usize> {
        let current = self.first_of(group, List::Current);
        if let Some(due) = current.filter(|current| self.places[*current].turn <= self.clocks[group as usize].now) {
            return Some(due);
        }
        let Some(fresh) = self.first_of(group, List::Fresh) else {
            return current;
        };
        let place = &mut self.places[fresh];
        (place.turn, place.rest) = (0, 0);
        Some(fresh)
    }

    /// The first server in a list: among equals the first come.
    #[inline(always)]
    fn first_of(&self, group: Group, list: List) -> Option<usize> {
        let (mut first, mut rank) = (None, (u64::MAX, u64::MAX));
        for (server, place) in self.places.iter().enumerate() {
            if place.list == list && place.group == group && (place.key, place.entry) < rank {
                (first, rank) = (Some(server), (place.key, place.entry));
            }
        }
        first
    }

    /// Takes a usable server from its list, lets it have its turn, and lets the time pass.
    #[inline(always)]
    fn take_turn(&mut self, server: usize) {
        let place = &mut self.places[server];
        let clock = &mut self.clocks[place.group as usize];
        if place.turn == 0 {
            place.turn = clock.now;
        }
        place.list = List::Out;
        place.last_turn = place.turn;
        place.turn += place.step.0;
        place.rest += place.step.1;
        if place.rest >= place.weight {
            place.rest -= place.weight;
            place.turn += 1;
        }
        clock.now += 1;
    }

    /// Begins the next window of `group`, in which those that waited for it are fresh.
    fn open_window(&mut self, group: Group) {
        for place in &mut self.places {
            if place.group == group && place.list == List::Next {
                place.list = List::Fresh;
            }
        }
        let clock = &mut self.clocks[group as usize];
        (clock.now, clock.window) = (clock.sum, clock.sum);
    }

    /// Returns the servers that a pick has passed over to the lists, the last one first.
    ///
    /// If the window has changed meanwhile, the times they had mean nothing any more.
    fn put_back(&mut self, mut passed: Option<u32>, chosen: Option<usize>, new_window: bool) {
        while let Some(server) = passed {
            let server = server as usize;
            passed = self.places[server].passed_before.take();
            if chosen == Some(server) {
                continue;
            }
            if new_window {
                self.enter_by_weight(server, List::Fresh);
            } else {
                self.enter(server);
            }
        }
    }

    /// Puts a server into the list that its time belongs to.
    fn enter(&mut self, server: usize) {
        let place = &mut self.places[server];
        let clock = &mut self.clocks[place.group as usize];
        if place.turn >= clock.window + clock.window.min(clock.sum) {
            place.turn -= clock.window;
            return self.enter_by_weight(server, List::Next);
        }
        let lag = (u64::from(MAX_WEIGHT) * SCALE + place.rest).saturating_sub(place.weight);
        place.list = List::Current;
        place.key = u64::from(MAX_WEIGHT + 1) * place.turn + lag / SCALE;
        place.entry = clock.next_entry();
    }

    fn enter_by_weight(&mut self, server: usize, list: List) {
        let place = &mut self.places[server];
        place.list = list;
        place.key = u64::from(MAX_WEIGHT) * SCALE - place.weight;
        place.entry = self.clocks[place.group as usize].next_entry();
    }
}

impl Clock {
    fn next_entry(&mut self) -> u64 {
        self.entries += 1;
        self.entries
    }
}

#[cfg(test)]
mod tests;
