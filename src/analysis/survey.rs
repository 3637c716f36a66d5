//! The whole examination, one probe after another: nothing missing, each part, all states, and on demand each pair.

use std::sync::Arc;

use super::availability::{Assumption, Availability, States, Structure};
use super::probe::{Finding, Probe, Proof, Why};
use super::relevance::is_masked;
use super::subject::is_visitors;
use crate::sim::{Class, Micros, PartId, Scenario, World};

/// The most parts that are examined.
pub const MAX_PARTS: usize = 300;
/// The most pairs, times request classes, that are examined.
pub const MAX_PAIRS: usize = 10_000;
/// The most runs for the availability of a request class; what is left then widens the bounds.
pub const MAX_RUNS: usize = 2_000;
/// After so many runs, states that together are less likely than this are left out.
const ENOUGH_RUNS: usize = 500;
const NEGLIGIBLE: f64 = 1e-9;
/// A visitor notices when a page takes so much longer.
pub const NOTICEABLE: Micros = Micros::from_millis(100);

/// What becomes of a request class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Every visit gets what it came for, as before.
    Works,
    /// Every visit gets something, but a read lacks rows that had been stored before it.
    Stale,
    /// Every visit gets what it came for, but at least one had to wait 0.1 s or more longer than any did before.
    Slow,
    /// Some visits fail; so many of a thousand.
    Partly(u16),
    /// No visit gets what it came for.
    Lost,
}

/// Two parts that together take a request class down, while neither does alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Numbers of the parts.
    pub parts: [u16; 2],
    /// The request class.
    pub class: Class,
}

#[derive(Clone, Debug)]
enum Job {
    Intact,
    Single,
    States(States),
    Pair(Pair),
}

/// An examination under way, or done.
#[derive(Clone, Debug)]
pub struct Survey {
    scenario: Arc<Scenario>,
    base: World,
    parts: Vec<PartId>,
    assumptions: Vec<Assumption>,
    works: Vec<f64>,
    intact: Vec<Finding>,
    singles: Vec<Finding>,
    structures: [Structure; 3],
    pairs: Option<Vec<Pair>>,
    open_pairs: Vec<Pair>,
    all_pairs: usize,
    /// Whether availability is asked for, too.
    all_states: bool,
    probe: Option<(Job, Box<Probe>)>,
}

impl Survey {
    /// Nothing is examined yet.
    ///
    /// # Errors
    /// The number of parts, if there are more than [`MAX_PARTS`].
    pub fn new(scenario: Arc<Scenario>) -> Result<Self, usize> {
        let base = Probe::base(&scenario);
        let parts: Vec<PartId> = base.parts().all().collect();
        if parts.len() > MAX_PARTS {
            return Err(parts.len());
        }
        let mut survey = Self {
            assumptions: parts.iter().map(|part| Assumption::usual(base.wiring(), *part)).collect(),
            works: Vec::new(),
            intact: Vec::new(),
            singles: Vec::new(),
            structures: Default::default(),
            pairs: None,
            open_pairs: Vec::new(),
            all_pairs: 0,
            all_states: true,
            probe: None,
            scenario,
            base,
            parts,
        };
        survey.works = survey.assumptions.iter().map(|assumption| assumption.availability()).collect();
        Ok(survey)
    }

    /// The same without availability: for comparing.
    ///
    /// # Errors
    /// The number of parts, if there are more than [`MAX_PARTS`].
    pub fn of_singles(scenario: Arc<Scenario>) -> Result<Self, usize> {
        Ok(Self { all_states: false, ..Self::new(scenario)? })
    }

    /// Goes on for a slice. True once everything is done.
    pub fn slice(&mut self, time_left: &mut dyn FnMut() -> bool) -> bool {
        loop {
            let Some((job, mut probe)) = self.probe.take().or_else(|| self.next_job()) else {
                return true;
            };
            let Some(finding) = probe.slice(time_left) else {
                self.probe = Some((job, probe));
                return false;
            };
            self.found(job, probe.class(), finding);
            if !time_left() {
                return self.is_done();
            }
        }
    }

    fn next_job(&mut self) -> Option<(Job, Box<Probe>)> {
        let class_of = |done: usize| Class::ALL[done % Class::ALL.len()];
        let (job, class, down) = if self.intact.len() < Class::ALL.len() {
            (Job::Intact, class_of(self.intact.len()), Vec::new())
        } else if self.singles.len() < self.parts.len() * Class::ALL.len() {
            let part = self.singles.len() / Class::ALL.len();
            (Job::Single, class_of(self.singles.len()), vec![part as u16])
        } else if let Some((class, states)) = self.next_states() {
            let down = states.down.clone();
            (Job::States(states), class, down)
        } else {
            let pair = self.open_pairs.pop()?;
            (Job::Pair(pair), pair.class, pair.parts.to_vec())
        };
        let probe = Probe::new(&self.base, &self.named(&down), class);
        Some((job, Box::new(probe)))
    }

    fn next_states(&mut self) -> Option<(Class, States)> {
        for class in Class::ALL {
            if self.runs_left(&self.structures[class as usize]) > 0
                && let Some(states) = self.structures[class as usize].next(&self.works)
            {
                return Some((class, states));
            }
        }
        None
    }

    fn found(&mut self, job: Job, class: Class, finding: Finding) {
        match job {
            Job::Intact => self.intact.push(finding),
            Job::Single => self.singles.push(finding),
            Job::States(states) => {
                let down = self.named(&states.down);
                let matters =
                    |part: &&PartId| !is_visitors(&self.base, **part) && !is_masked(&self.base, **part, &down);
                let relevant = finding.relevant.iter().filter(matters).filter_map(|part| self.number(*part));
                let relevant: Vec<u16> = relevant.collect();
                self.structures[class as usize].examined(states, finding.share(), &relevant);
            }
            Job::Pair(pair) => {
                let lost = finding.ok == 0;
                self.pairs.get_or_insert_default().extend(lost.then_some(pair));
            }
        }
    }

    fn named(&self, numbers: &[u16]) -> Vec<PartId> {
        numbers.iter().map(|number| self.parts[usize::from(*number)]).collect()
    }

    /// Number of a part.
    #[must_use]
    pub fn number(&self, part: PartId) -> Option<u16> {
        self.parts.iter().position(|other| *other == part).map(|at| at as u16)
    }

    /// Asks for the pairs, too.
    ///
    /// # Errors
    /// The number of pairs times request classes, if there are more than [`MAX_PAIRS`].
    pub fn examine_pairs(&mut self) -> Result<(), usize> {
        let mut pairs = Vec::new();
        for class in Class::ALL {
            let counts = |number: &u16| {
                let part = self.parts[usize::from(*number)];
                !is_visitors(&self.base, part) && self.single(*number, class).is_some_and(|f| f.ok > 0)
            };
            let numbers: Vec<u16> = (0..self.parts.len() as u16).filter(counts).collect();
            for (at, first) in numbers.iter().enumerate() {
                pairs.extend(numbers[at + 1..].iter().map(|second| Pair { parts: [*first, *second], class }));
            }
        }
        if pairs.len() > MAX_PAIRS {
            return Err(pairs.len());
        }
        pairs.reverse();
        (self.all_pairs, self.open_pairs, self.pairs) = (pairs.len(), pairs, Some(Vec::new()));
        Ok(())
    }

    /// How much is done, in whole percent. What the availability takes is not known before; it counts as it comes.
    #[must_use]
    pub fn percent(&self) -> usize {
        let runs: usize = self.structures.iter().map(Structure::runs).sum();
        let open: usize = self.structures.iter().map(|structure| self.runs_left(structure)).sum();
        let done = self.intact.len() + self.singles.len() + runs + self.all_pairs - self.open_pairs.len();
        let all = (self.parts.len() + 1) * Class::ALL.len() + runs + open + self.all_pairs;
        (done * 100 / all).min(if self.is_done() { 100 } else { 99 })
    }

    fn runs_left(&self, structure: &Structure) -> usize {
        let runs = structure.runs();
        if !self.all_states || runs >= ENOUGH_RUNS && structure.unknown(&self.works) < NEGLIGIBLE {
            return 0;
        }
        structure.open().min(MAX_RUNS - runs)
    }

    /// Whether everything that was asked for is done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        let open = |structure: &Structure| self.runs_left(structure) > 0;
        self.probe.is_none()
            && self.singles.len() == self.parts.len() * Class::ALL.len()
            && !self.structures.iter().any(open)
            && self.open_pairs.is_empty()
    }

    /// What is examined.
    #[must_use]
    pub const fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }

    /// The world that every probe starts from.
    #[must_use]
    pub const fn base(&self) -> &World {
        &self.base
    }

    /// Every part: machines, processes, links.
    #[must_use]
    pub fn parts(&self) -> &[PartId] {
        &self.parts
    }

    /// What was found with nothing missing.
    #[must_use]
    pub fn intact(&self, class: Class) -> Option<&Finding> {
        self.intact.get(class as usize)
    }

    /// What was found with one part missing.
    #[must_use]
    pub fn single(&self, part: u16, class: Class) -> Option<&Finding> {
        self.singles.get(usize::from(part) * Class::ALL.len() + class as usize)
    }

    /// The pairs found so far; none if nobody has asked.
    #[must_use]
    pub fn pairs(&self) -> Option<&[Pair]> {
        self.pairs.as_deref()
    }

    /// What a request class gets in which states.
    #[must_use]
    pub const fn structure(&self, class: Class) -> &Structure {
        &self.structures[class as usize]
    }

    /// What a finding means for a request class.
    #[must_use]
    pub fn verdict(&self, class: Class, finding: &Finding) -> Verdict {
        let Some(intact) = self.intact(class) else {
            return Verdict::Works;
        };
        match () {
            () if finding.ok == 0 => Verdict::Lost,
            () if finding.ok < finding.sent => {
                Verdict::Partly(((finding.sent - finding.ok) * 1_000 / finding.sent) as u16)
            }
            () if finding.longest.0 >= intact.longest.0 + NOTICEABLE.0 => Verdict::Slow,
            () if finding.stale > intact.stale => Verdict::Stale,
            () => Verdict::Works,
        }
    }

    /// A run that shows what becomes of a request class without these parts: up to the visit that shows it best.
    #[must_use]
    pub fn proof(&self, parts: &[u16], class: Class) -> Proof {
        let down = self.named(parts);
        let mut probe = Probe::new(&self.base, &down, class);
        let visit = probe.slice(&mut || true).map_or(0, |finding| match self.verdict(class, &finding) {
            Verdict::Works | Verdict::Lost => 0,
            Verdict::Partly(_) => finding.visit(Why::Failed),
            Verdict::Slow => finding.visit(Why::Slow),
            Verdict::Stale => finding.visit(Why::Stale),
        });
        Probe::proof(&self.scenario, &down, class, visit)
    }

    /// What is assumed about a part.
    #[must_use]
    pub fn assumption(&self, part: u16) -> Assumption {
        self.assumptions[usize::from(part)]
    }

    /// Assumes something else about a part.
    pub fn assume(&mut self, part: u16, assumption: Assumption) {
        if let Some(place) = self.assumptions.get_mut(usize::from(part)) {
            *place = assumption;
            self.works[usize::from(part)] = assumption.availability();
        }
    }

    /// The share of visits of a class that are served.
    #[must_use]
    pub fn availability(&self, class: Class) -> Availability {
        self.structures[class as usize].availability(&self.works)
    }

    /// How much more would be served if a part never failed (its improvement potential).
    #[must_use]
    pub fn gain(&self, part: u16, class: Class) -> f64 {
        let mut works = self.works.clone();
        works[usize::from(part)] = 1.0;
        self.structures[class as usize].availability(&works).least - self.availability(class).least
    }
}
