//! How simulated time follows the clock on the wall: speed, pause, single steps, hop by hop.

use super::ahead::{Ahead, HopSearch, TimeLeft, run_slice};
use super::tape::Tape;
use crate::sim::{SimTime, World};

/// The longest stretch of wall time that one frame makes up for, in microseconds (a hidden tab sleeps for hours).
const MAX_FRAME_US: u64 = 100_000;
/// Wall time in which a hop is shown, in microseconds.
const HOP_US: u64 = 900_000;
/// The speed at which one visit can be watched.
const WATCHING: Speed = Speed::times(1, 20);
/// The speed at which a visit that only waits is watched.
const WAITING: Speed = Speed::times(4, 1);
/// Simulated time without anything new after which a visit counts as waiting, in microseconds.
const PATIENCE_US: u64 = 250_000;

/// Simulated time per wall time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speed {
    /// Real time, and slow motion while a visit that was sent by hand travels.
    Auto,
    /// A fixed ratio.
    Times {
        /// Simulated microseconds …
        simulated: u32,
        /// … per this many microseconds on the wall.
        wall: u32,
    },
}

impl Speed {
    /// A fixed ratio.
    #[must_use]
    pub const fn times(simulated: u32, wall: u32) -> Self {
        Self::Times { simulated, wall }
    }

    /// The speeds to choose from, slowest first; the first is automatic.
    pub const ALL: [Self; 14] = [
        Self::Auto,
        Self::times(1, 100),
        Self::times(1, 50),
        Self::times(1, 20),
        Self::times(1, 10),
        Self::times(1, 5),
        Self::times(1, 2),
        Self::times(1, 1),
        Self::times(2, 1),
        Self::times(5, 1),
        Self::times(10, 1),
        Self::times(20, 1),
        Self::times(50, 1),
        Self::times(100, 1),
    ];

    /// The speed as addresses and menus write it: `auto`, `1/20`, `5`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Auto => "auto".to_owned(),
            Self::Times { simulated, wall: 1 } => simulated.to_string(),
            Self::Times { simulated, wall } => format!("{simulated}/{wall}"),
        }
    }

    /// The speed with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|speed| speed.name() == name)
    }
}

/// A visit that is followed hop by hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Follow {
    /// Its number.
    pub visit: u64,
    /// How many spans of its trace have been told.
    pub told: usize,
    /// End of the hop that is being shown; none while the text of the last one is read.
    pub target: Option<SimTime>,
}

/// The state of playback.
#[derive(Clone, Debug)]
pub struct Playback {
    /// Whether time runs.
    pub running: bool,
    /// The chosen speed.
    pub speed: Speed,
    /// The visit that is followed hop by hop, if any.
    pub follow: Option<Follow>,
    /// The newest run ahead, even if it is over.
    pub ahead: Option<Ahead>,
    /// The search for the end of the followed visit's next hop.
    search: Option<Box<HopSearch>>,
    /// Simulated time owed, in microseconds times the speed's divisor.
    owed: u64,
    hop_speed: Speed,
}

impl Playback {
    /// Time runs, at `speed`.
    #[must_use]
    pub const fn new(speed: Speed) -> Self {
        Self { running: true, speed, follow: None, ahead: None, search: None, owed: 0, hop_speed: WATCHING }
    }

    /// The speed in force now.
    #[must_use]
    pub fn effective(&self, world: &World) -> Speed {
        match self.speed {
            _ if self.follow.is_some() => self.hop_speed,
            Speed::Auto => automatic(world),
            fixed => fixed,
        }
    }

    /// Lets `elapsed_us` of wall time pass, as far as the simulation gets in the time that this frame has. What it does
    /// not get to is let go: under a heavy load simulated time falls behind, and the page still answers.
    pub fn frame(&mut self, world: &mut World, tape: &mut Tape, elapsed_us: u64, time_left: TimeLeft) {
        if let Some(ahead) = self.ahead.as_mut().filter(|ahead| ahead.is_running()) {
            return ahead.slice(world, tape, time_left);
        }
        if let Some(search) = &mut self.search {
            if let Some(target) = search.slice(time_left) {
                self.search = None;
                self.show_hop(world.now(), target);
            }
            return;
        }
        let moving = match self.follow {
            Some(follow) => follow.target.is_some(),
            None => self.running,
        };
        if !moving {
            return;
        }
        let Speed::Times { simulated, wall } = self.effective(world) else {
            unreachable!("the effective speed is a ratio");
        };
        self.owed += elapsed_us.min(MAX_FRAME_US) * u64::from(simulated);
        let step = self.owed / u64::from(wall);
        self.owed %= u64::from(wall);
        let mut until = SimTime(world.now().0 + step);
        if let Some(target) = self.follow.and_then(|follow| follow.target) {
            until = until.min(target);
        }
        run_slice(world, tape, until, time_left);
        if let Some(follow) = &mut self.follow
            && follow.target.is_some_and(|target| world.now() >= target)
        {
            follow.target = None;
            follow.told += 1;
        }
    }

    /// Runs as fast as it goes, frame by frame; time stands still afterwards.
    pub fn run(&mut self, ahead: Ahead) {
        self.ahead = Some(ahead);
        self.running = false;
        self.follow = None;
    }

    /// Ends what takes long: a run ahead stays where it has come to, a search for the next hop where it began.
    pub fn stop(&mut self, now: SimTime) {
        self.search = None;
        if let Some(ahead) = &mut self.ahead {
            ahead.stop(now);
        }
    }

    /// Whether the next hop of the followed visit is being searched for or shown.
    #[must_use]
    pub fn is_on_a_hop(&self) -> bool {
        self.search.is_some() || self.follow.is_some_and(|follow| follow.target.is_some())
    }

    /// Starts to follow a visit: time stands still between hops.
    pub fn follow(&mut self, visit: u64) {
        self.follow = Some(Follow { visit, told: 0, target: None });
    }

    /// Tells the next span of the followed visit. If there is none yet, a copy of the world runs ahead to find when there
    /// will be, and time runs until then.
    pub fn next_hop(&mut self, world: &World, tape: &Tape) {
        let Some(follow) = &mut self.follow else {
            return;
        };
        let spans = world.trace(follow.visit).map_or(0, |trace| trace.spans.len());
        if follow.told < spans {
            follow.told += 1;
        } else {
            self.search = HopSearch::new(world, tape, follow.visit).map(Box::new);
        }
    }

    fn show_hop(&mut self, now: SimTime, target: SimTime) {
        if let Some(follow) = &mut self.follow {
            follow.target = Some(target);
        }
        let length = target.since(now).0.max(1);
        self.owed = 0;
        self.hop_speed = Speed::times(u32::try_from(length).unwrap_or(u32::MAX), HOP_US as u32);
    }

    /// Whether everything about the followed visit has been told.
    #[must_use]
    pub fn has_told_all(&self, world: &World) -> bool {
        let Some(follow) = self.follow else {
            return true;
        };
        world.trace(follow.visit).is_none_or(|trace| trace.outcome.is_some() && follow.told >= trace.spans.len())
    }
}

fn automatic(world: &World) -> Speed {
    let by_hand = world.sent_by_hand();
    if by_hand.is_empty() {
        return Speed::times(1, 1);
    }
    let quiet = |visit: &u64| {
        let last = world.trace(*visit).map_or(SimTime::ZERO, |trace| trace.end());
        world.now().since(last).0 > PATIENCE_US
    };
    if by_hand.iter().all(quiet) { WAITING } else { WATCHING }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_have_names_that_lead_back() {
        for speed in Speed::ALL {
            assert_eq!(Speed::find(&speed.name()), Some(speed));
        }
        assert_eq!(Speed::find("1/20"), Some(WATCHING));
        assert_eq!(Speed::find("fast"), None);
    }

    #[test]
    fn following_tells_every_span_once_and_lets_no_time_pass_between() {
        let scenario = std::sync::Arc::new(crate::sim::PRESETS[0].scenario());
        let mut world = World::new(scenario);
        let class = crate::sim::Class::Read;
        world.apply(&crate::sim::Command::visits(class, 1)).unwrap();
        let mut playback = Playback::new(Speed::Auto);
        playback.follow(1);
        let mut tape = Tape::default();
        let mut told = Vec::new();
        while !playback.has_told_all(&world) {
            playback.next_hop(&world, &tape);
            while playback.is_on_a_hop() {
                playback.frame(&mut world, &mut tape, 16_667, &mut || false);
            }
            let now = world.now();
            playback.frame(&mut world, &mut tape, 16_667, &mut || false);
            assert_eq!(world.now(), now);
            told.push(playback.follow.unwrap().told);
        }
        let spans = world.trace(1).unwrap().spans.len();
        assert_eq!(told, (1..=spans).collect::<Vec<_>>());
    }
}
