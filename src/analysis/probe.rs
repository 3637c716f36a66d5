//! One probe: these parts are missing, and visits of one class come, one after another.

use std::net::Ipv4Addr;
use std::sync::Arc;

use super::relevance;
use crate::sim::balancer::Algorithm;
use crate::sim::{Class, Command, Micros, Outcome, PartId, Scenario, SimTime, TimedCommand, VisitRecord, World};

/// When a first visit fills the resolver's cache. Odd moments: nothing else happens at them.
const FIRST_VISIT: SimTime = SimTime(5_000_137);
/// When parts go missing.
const BREAK: SimTime = SimTime(10_000_331);
/// The least time until visits come again.
const SETTLE: Micros = Micros::from_secs(20);
/// Time between the end of a visit and the next; replication catches up in it.
const PAUSE: Micros = Micros::from_millis(50);
/// A visit that takes so long is given up.
const TOO_LONG: Micros = Micros::from_secs(600);
/// Events between two looks at the clock.
const PIECE: u64 = 128;

/// What a probe has found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Visits sent.
    pub sent: u32,
    /// Visits that got what they came for.
    pub ok: u32,
    /// Of these, reads that missed a row which was stored after the parts went missing.
    pub stale: u32,
    /// The longest time that one of these took.
    pub longest: Micros,
    /// What the first visit came to that failed.
    pub failure: Option<Outcome>,
    /// Whether a visitor whose resolver still remembered the address was served, where one without was not.
    pub hidden_by_cache: bool,
    /// Parts that took part: with any other part missing as well, the same would have happened.
    pub relevant: Vec<PartId>,
    /// Number of the visit, from 0, that failed first, took longest, and was stale first.
    shown: [u32; 3],
}

/// Which visit of a probe is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The first that failed.
    Failed,
    /// The one that took longest.
    Slow,
    /// The first stale read.
    Stale,
}

impl Finding {
    const NOTHING: Self = Self {
        sent: 0,
        ok: 0,
        stale: 0,
        longest: Micros::ZERO,
        failure: None,
        hidden_by_cache: false,
        relevant: Vec::new(),
        shown: [0; 3],
    };

    /// The share of visits that got what they came for, from 0 to 1.
    #[must_use]
    pub fn share(&self) -> f64 {
        f64::from(self.ok) / f64::from(self.sent.max(1))
    }

    /// Number of a visit, from 0.
    #[must_use]
    pub const fn visit(&self, why: Why) -> u32 {
        self.shown[why as usize]
    }

    fn count(&mut self, record: &VisitRecord) {
        let at = self.sent;
        self.sent += 1;
        if !record.outcome.is_ok() {
            if self.failure.is_none() {
                (self.failure, self.shown[Why::Failed as usize]) = (Some(record.outcome), at);
            }
            return;
        }
        self.ok += 1;
        if record.took > self.longest {
            (self.longest, self.shown[Why::Slow as usize]) = (record.took, at);
        }
        if record.outcome.is_stale() {
            if self.stale == 0 {
                self.shown[Why::Stale as usize] = at;
            }
            self.stale += 1;
        }
    }
}

/// A scenario with commands that show what a probe has found; the last one starts the visit.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The scenario.
    pub scenario: Arc<Scenario>,
    /// What is done, and when.
    pub commands: Vec<TimedCommand>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Health checks, replicas and balancers notice.
    Settles,
    /// A visitor comes whose resolver remembers the address.
    Warm,
    /// A row is written that the reads should show.
    Writes,
    /// Visitors come whose resolver remembers nothing at first.
    Visits,
}

/// A run under way.
#[derive(Clone, Debug)]
pub struct Probe {
    world: World,
    class: Class,
    step: Step,
    /// When the next step begins, unless a visit is under way.
    until: SimTime,
    visits: u32,
    finding: Finding,
    commands: Vec<TimedCommand>,
}

impl Probe {
    /// The world that probes start from: everything is in place and has been for a while, and the resolver knows the address.
    #[must_use]
    pub fn base(scenario: &Arc<Scenario>) -> World {
        let mut world = World::new(Arc::clone(scenario));
        world.run_until(FIRST_VISIT);
        world.apply(&Command::visits(Class::Static, 1)).expect("the browser is open when a run begins");
        world.run_until(BREAK);
        world
    }

    /// Takes parts out of a copy of [`Probe::base`].
    #[must_use]
    pub fn new(base: &World, down: &[PartId], class: Class) -> Self {
        let first = TimedCommand { at_us: FIRST_VISIT, command: Command::visits(Class::Static, 1) };
        let settings = &base.settings().balancer;
        // A check of a silent server ends after `inter`, and the next one starts `inter` later.
        let notice = Micros::from_millis(settings.inter_ms.into()).times((settings.fall + 1).into()).times(2);
        let mut probe = Self {
            world: base.clone(),
            class,
            step: Step::Settles,
            until: BREAK + SETTLE.max(notice),
            visits: visits_needed(base),
            finding: Finding::NOTHING,
            commands: vec![first],
        };
        for part in down {
            let part = base.wiring().part_name(*part).to_owned();
            probe.tell(Command::Kill { part });
        }
        probe
    }

    /// The same run again up to the end of a visit, as commands.
    #[must_use]
    pub fn proof(scenario: &Arc<Scenario>, down: &[PartId], class: Class, visit: u32) -> Proof {
        let mut probe = Self::new(&Self::base(scenario), down, class);
        probe.visits = probe.visits.min(visit + 1);
        probe.slice(&mut || true);
        Proof { scenario: Arc::clone(scenario), commands: probe.commands }
    }

    /// What the visits ask for.
    pub(super) const fn class(&self) -> Class {
        self.class
    }

    /// Goes on for a slice; the finding once it is complete.
    pub fn slice(&mut self, time_left: &mut dyn FnMut() -> bool) -> Option<Finding> {
        while self.finding.sent < self.visits {
            if self.waited() {
                self.next_step();
            }
            if !time_left() {
                return None;
            }
        }
        let mut finding = std::mem::replace(&mut self.finding, Finding::NOTHING);
        relevance::complete(&self.world, &mut finding.relevant, self.class);
        Some(finding)
    }

    /// Lets the world run for a piece. True once the visit under way has ended and the time is over.
    fn waited(&mut self) -> bool {
        for _ in 0..PIECE {
            if self.world.under_way() == 0 {
                return self.world.run_bounded(self.until, PIECE);
            }
            if self.world.now() > self.until + TOO_LONG {
                let visit = self.world.last_visit();
                self.tell(Command::Abort { visit });
            }
            self.world.step();
            if self.world.under_way() == 0 {
                self.until = self.world.now() + PAUSE;
            }
        }
        false
    }

    fn next_step(&mut self) {
        match self.step {
            Step::Settles => {
                self.step = Step::Warm;
                self.send(self.class);
            }
            Step::Warm => {
                self.finding.hidden_by_cache = self.last().is_some_and(|visit| visit.outcome.is_ok());
                self.tell(Command::FlushCache);
                let reads = self.class == Class::Read;
                self.step = if reads { Step::Writes } else { Step::Visits };
                self.send(if reads { Class::Write } else { self.class });
            }
            Step::Writes => {
                self.step = Step::Visits;
                self.send(self.class);
            }
            Step::Visits => {
                if let Some(record) = self.last() {
                    self.finding.count(&record);
                    relevance::of_visit(&self.world, record.id, &mut self.finding.relevant);
                }
                self.finding.hidden_by_cache &= self.finding.ok == 0;
                if self.finding.sent < self.visits {
                    self.send(self.class);
                }
            }
        }
    }

    fn last(&self) -> Option<VisitRecord> {
        self.world.log().of(self.world.last_visit()).copied()
    }

    /// Sends the next visitor, from an address of their own. Without a browser there is nobody to send.
    fn send(&mut self, class: Class) {
        let number = self.finding.sent;
        // Both the last byte and the first three differ: hashes look at one or the other.
        let source = Some(Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 51, 0, 1)) + number * 257));
        // Where the page decides on the server, visitors read different pages.
        let hashes = self.world.settings().balancer.algorithm == Algorithm::Uri;
        let path = (hashes && self.world.settings().nginx.files.is_none()).then(|| format!("/{number}"));
        let visit = Command::Visit { class, count: 1, source, answer: None, method: None, path, cookie: None };
        if !self.tell(visit) {
            self.visits = 0;
        }
        self.until = self.world.now();
    }

    /// True if the command made sense.
    fn tell(&mut self, command: Command) -> bool {
        let done = self.world.apply(&command).is_ok();
        self.commands.push(TimedCommand { at_us: self.world.now(), command });
        done
    }
}

/// So many visits that each of the few servers that are left has the same number of turns, and each of its turns meets each
/// replica: 24 for up to four web servers. With more than six, or where chance decides, shares are measured as a sample.
fn visits_needed(world: &World) -> u32 {
    let (settings, balancers) = (world.settings(), world.balancers());
    let by_chance = settings.dns.addresses.len() > 1 || settings.balancer.algorithm == Algorithm::Random;
    match balancers.iter().map(|balancer| balancer.servers.len()).max().unwrap_or(0) {
        0..=4 if !by_chance => 24,
        5 | 6 if !by_chance => 60,
        _ => 240,
    }
}
