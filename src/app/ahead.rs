//! Work that may take long, done in slices: a run ahead by minutes or hours, and the search for the end of a hop. Each
//! slice ends when the caller's clock says so, and the next goes on from there.

use super::tape::Tape;
use crate::sim::{Micros, PartId, SimTime, World};

/// Events between two looks at the clock: some tens of microseconds of work.
const PIECE: u64 = 128;

/// Asked between pieces of work: whether there is time left in this slice. The page knows the clock, not the core.
pub type TimeLeft<'a> = &'a mut dyn FnMut() -> bool;

/// Lets a world run until `until` or until the slice is over, obeying the commands that are due; at least one piece is
/// carried out, so that every slice gets on. True if it came to the end; otherwise the clock stays at the last event.
pub fn run_slice(world: &mut World, tape: &mut Tape, until: SimTime, time_left: TimeLeft) -> bool {
    while !tape.run_bounded(world, until, PIECE) {
        if !time_left() {
            return false;
        }
    }
    true
}

/// Time in which the next event of a part is searched for.
const SEARCH: Micros = Micros::from_secs(3_600);
/// Slices after which going to a moment counts as long: a fifth of a second.
const LONG: u32 = 12;

/// A run as fast as it goes, until something is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// What it is to reach.
    pub aim: Aim,
    /// The moment it began at.
    pub from: SimTime,
    /// The moment it is to reach.
    pub until: SimTime,
    /// How it stands.
    pub state: AheadState,
    /// Slices so far.
    slices: u32,
}

/// What a run is to reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// A moment so far ahead.
    Ahead,
    /// A moment that has been seen before.
    Moment,
    /// The next event that has to do with a part.
    Part(PartId),
}

/// How a run ahead stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AheadState {
    /// It is under way.
    Running,
    /// It has reached its end.
    Reached,
    /// It has found nothing.
    Missed,
    /// It was stopped at this moment.
    Stopped(SimTime),
}

impl Ahead {
    /// The lengths to choose from, in minutes of simulated time.
    pub const MINUTES: [u64; 3] = [1, 10, 60];

    /// A run from `from` that is to last so long.
    #[must_use]
    pub fn new(from: SimTime, length: Micros) -> Self {
        Self { aim: Aim::Ahead, from, until: from + length, state: AheadState::Running, slices: 0 }
    }

    /// A run from `from` to a moment that is not before it.
    #[must_use]
    pub fn to(from: SimTime, until: SimTime) -> Self {
        Self { aim: Aim::Moment, ..Self::new(from, until.since(from)) }
    }

    /// A run from `from` to the next event of a part.
    #[must_use]
    pub fn to_part(from: SimTime, part: PartId) -> Self {
        Self { aim: Aim::Part(part), ..Self::new(from, SEARCH) }
    }

    /// Whether it is under way and takes so long that one would like to know: most ways to a moment are short.
    #[must_use]
    pub fn is_long(&self) -> bool {
        self.is_running() && (self.aim == Aim::Ahead || self.slices > LONG)
    }

    /// Whether it is under way.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.state == AheadState::Running
    }

    /// How much of it is done at `now`, in whole percent.
    #[must_use]
    pub fn percent(&self, now: SimTime) -> u64 {
        now.since(self.from).0 * 100 / self.until.since(self.from).0.max(1)
    }

    /// Does as much as fits into a slice.
    pub fn slice(&mut self, world: &mut World, tape: &mut Tape, time_left: TimeLeft) {
        self.slices += 1;
        if let Aim::Part(part) = self.aim {
            return self.search(world, tape, part, time_left);
        }
        if run_slice(world, tape, self.until, time_left) {
            self.state = AheadState::Reached;
        }
    }

    fn search(&mut self, world: &mut World, tape: &mut Tape, part: PartId, time_left: TimeLeft) {
        loop {
            for _ in 0..PIECE {
                if world.next_event_at().is_none_or(|at| at > self.until) {
                    self.state = AheadState::Missed;
                    return;
                }
                let (concerns, before) = (world.next_concerns(part), world.events());
                tape.step(world);
                if concerns && world.events() > before {
                    self.state = AheadState::Reached;
                    return;
                }
            }
            if !time_left() {
                return;
            }
        }
    }

    /// Leaves the world where it is.
    pub fn stop(&mut self, now: SimTime) {
        if self.is_running() {
            self.state = AheadState::Stopped(now);
        }
    }
}

/// A copy of the world that runs ahead to find when a visit's trace has one more span, or the visit has ended.
#[derive(Clone, Debug)]
pub struct HopSearch {
    ahead: World,
    tape: Tape,
    visit: u64,
    spans: usize,
}

impl HopSearch {
    /// The search for the next span of a visit; none if the visit has no trace.
    #[must_use]
    pub fn new(world: &World, tape: &Tape, visit: u64) -> Option<Self> {
        let spans = world.trace(visit)?.spans.len();
        Some(Self { ahead: world.clone(), tape: tape.clone(), visit, spans })
    }

    /// Searches for a slice; the moment once it is found.
    pub fn slice(&mut self, time_left: TimeLeft) -> Option<SimTime> {
        loop {
            for _ in 0..PIECE {
                if self.is_there() || !self.tape.step(&mut self.ahead) {
                    return Some(self.ahead.now());
                }
            }
            if !time_left() {
                return None;
            }
        }
    }

    fn is_there(&self) -> bool {
        self.ahead.trace(self.visit).is_none_or(|trace| trace.spans.len() > self.spans || trace.outcome.is_some())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::link::parse_address;
    use super::super::model::Model;
    use super::super::msg::Msg;
    use super::super::view::Tab;
    use super::*;
    use crate::sim::{Class, Command, PRESETS, Workload};

    const LENGTH: Micros = Micros::from_secs(60);

    fn loaded() -> World {
        let mut world = World::new(Arc::new(PRESETS[0].scenario()));
        let load = Workload { rate_per_s: 200, ..*world.workload() };
        world.apply(&Command::Load(load)).unwrap();
        world
    }

    fn in_one_go() -> World {
        let mut world = loaded();
        world.run_until(SimTime::ZERO + LENGTH);
        world
    }

    #[test]
    fn a_sliced_run_is_the_run_in_one_go() {
        let (mut world, whole) = (loaded(), in_one_go());
        let mut ahead = Ahead::new(world.now(), LENGTH);
        let mut slices = 0;
        let mut percent = 0;
        while ahead.is_running() {
            let mut pieces = slices % 7;
            slices += 1;
            ahead.slice(&mut world, &mut Tape::default(), &mut || {
                pieces -= i32::from(pieces > 0);
                pieces > 0
            });
            assert!(ahead.percent(world.now()) >= percent);
            percent = ahead.percent(world.now());
        }
        assert!(slices > 100, "{slices} slices");
        assert_eq!((ahead.state, percent), (AheadState::Reached, 100));
        assert_eq!((world.now(), world.digest()), (whole.now(), whole.digest()));
    }

    #[test]
    fn a_slice_gets_on_even_without_time_and_does_no_more_than_a_piece() {
        let mut world = loaded();
        let before = world.events();
        let mut ahead = Ahead::new(world.now(), LENGTH);
        ahead.slice(&mut world, &mut Tape::default(), &mut || false);
        assert_eq!(world.events() - before, PIECE);
        assert!(ahead.is_running());
    }

    #[test]
    fn a_stopped_run_can_be_carried_on_to_the_same_end() {
        let (mut world, whole) = (loaded(), in_one_go());
        let mut ahead = Ahead::new(world.now(), LENGTH);
        ahead.slice(&mut world, &mut Tape::default(), &mut || false);
        ahead.stop(world.now());
        assert_eq!(ahead.state, AheadState::Stopped(world.now()));
        let rest = (SimTime::ZERO + LENGTH).since(world.now());
        let mut ahead = Ahead::new(world.now(), rest);
        ahead.slice(&mut world, &mut Tape::default(), &mut || true);
        assert_eq!((ahead.state, world.digest()), (AheadState::Reached, whole.digest()));
    }

    #[test]
    fn a_sliced_search_finds_the_same_moment() {
        let mut world = loaded();
        world.run_until(SimTime(1_000_000));
        world.apply(&Command::visits(Class::Read, 1)).unwrap();
        let visit = world.last_visit();
        let at_once = HopSearch::new(&world, &Tape::default(), visit).unwrap().slice(&mut || true);
        let mut search = HopSearch::new(&world, &Tape::default(), visit).unwrap();
        let sliced = loop {
            if let Some(at) = search.slice(&mut || false) {
                break Some(at);
            }
        };
        assert_eq!(sliced, at_once);
        assert!(at_once > Some(world.now()));
    }

    fn running_ahead() -> Model {
        let mut model = Model::new(parse_address("", ""));
        model.update(Msg::RunAhead(Micros::from_secs(60)));
        model.frame(16_667, &mut || false);
        model
    }

    fn runs_ahead(model: &Model) -> bool {
        model.playback.ahead.is_some_and(|ahead| ahead.is_running())
    }

    #[test]
    fn a_run_ahead_ends_in_a_pause() {
        let mut model = running_ahead();
        model.frame(16_667, &mut || true);
        assert_eq!(model.world.now(), SimTime(60_000_000));
        model.frame(16_667, &mut || true);
        assert!(!runs_ahead(&model) && !model.playback.running);
        assert_eq!(model.world.now(), SimTime(60_000_000));
    }

    #[test]
    fn looking_leaves_a_run_ahead_alone_and_a_command_ends_it_where_it_is() {
        let mut model = running_ahead();
        let now = model.world.now();
        model.update(Msg::Tab(Tab::Metrics));
        assert!(runs_ahead(&model));
        model.update(Msg::Do(Command::RestoreAll));
        model.frame(16_667, &mut || true);
        assert!(!runs_ahead(&model));
        assert_eq!((model.world.now(), model.history.commands()[0].at_us), (now, now));
    }

    #[test]
    fn a_cancelled_search_for_a_hop_leaves_the_world_where_it_was() {
        let mut model = Model::new(parse_address("", ""));
        model.update(Msg::Follow(Class::Read));
        assert!(model.playback.is_on_a_hop());
        model.update(Msg::Cancel);
        model.frame(16_667, &mut || true);
        assert!(!model.playback.is_on_a_hop());
        assert_eq!(model.world.now(), SimTime::ZERO);
    }
}
