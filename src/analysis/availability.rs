//! Availability over all failure states, found by running the router on as few of them as can be.
//!
//! A state is a set of missing parts. Running one tells the share of visits that are served, and which parts took part
//! (`relevance`): all states that agree on these have the same share. So the states fall into classes: the missing parts and
//! the relevant ones that are there. Taking each relevant part away in turn, with those before it in place, leads to further
//! classes, and together they hold every state exactly once. This is factoring (pivotal decomposition) of the structure
//! function. Since a class is a product, the availability can be computed anew in no time when an assumption changes.

use crate::sim::{PartId, Reach, Role, Wiring};

/// How often a part fails, and how long it takes until it works again. Parts fail independently of one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// Mean time between failures, in hours.
    pub mtbf_h: u32,
    /// Mean time to repair, in minutes; 0 for what never fails.
    pub mttr_min: u32,
}

impl Assumption {
    /// What is assumed where nobody has said otherwise: hardware fails once in a few years and is repaired within hours,
    /// programs fail more often and are started again within minutes. What stays within a machine fails with it only.
    #[must_use]
    pub fn usual(wiring: &Wiring, part: PartId) -> Self {
        let (mtbf_h, mttr_min) = match part {
            PartId::Machine(_) => (8_760, 240),
            PartId::Process(process) if matches!(wiring.role(process), Role::App) => (720, 10),
            PartId::Process(_) => (4_380, 15),
            PartId::Link(link) => match wiring.link(link).reach {
                Reach::Loopback => (43_800, 0),
                Reach::Lan => (43_800, 60),
                _ => (4_380, 60),
            },
        };
        Self { mtbf_h, mttr_min }
    }

    /// The share of time in which it works.
    #[must_use]
    pub fn availability(self) -> f64 {
        let up_min = f64::from(self.mtbf_h.max(1)) * 60.0;
        up_min / (up_min + f64::from(self.mttr_min))
    }
}

/// The share of visits that are served. Exact if both bounds are the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Availability {
    /// If no visit is served in the states that were not examined.
    pub least: f64,
    /// If all of them are.
    pub most: f64,
}

/// States that agree on the parts that matter. Parts are numbered as in the survey.
#[derive(Clone, Debug)]
pub struct States {
    /// Missing.
    pub down: Vec<u16>,
    /// In place.
    up: Vec<u16>,
    /// The share of visits that are served.
    share: f64,
}

/// What a request class gets in which states.
#[derive(Clone, Debug)]
pub struct Structure {
    examined: Vec<States>,
    open: Vec<States>,
}

impl Structure {
    /// Nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self { examined: Vec::new(), open: vec![States { down: Vec::new(), up: Vec::new(), share: 0.0 }] }
    }

    /// Takes out the most likely states that are not examined.
    pub(super) fn next(&mut self, works: &[f64]) -> Option<States> {
        let chances = self.open.iter().map(|states| states.chance(works));
        let best = chances.enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map(|(at, _)| self.open.swap_remove(at))
    }

    /// Notes what a run with the missing parts of `states` has shown: how much is served, and the parts that mattered.
    pub(super) fn examined(&mut self, mut states: States, share: f64, relevant: &[u16]) {
        for &part in relevant {
            if !states.down.contains(&part) && !states.up.contains(&part) {
                let mut further = states.clone();
                further.down.push(part);
                self.open.push(further);
                states.up.push(part);
            }
        }
        states.share = share;
        self.examined.push(states);
    }

    /// How many sets of missing parts were run.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.examined.len()
    }

    /// How many sets of missing parts are known to be left.
    pub(super) fn open(&self) -> usize {
        self.open.len()
    }

    /// Whether every state is known.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.open.is_empty()
    }

    /// The availability if each part works for this share of time.
    #[must_use]
    pub fn availability(&self, works: &[f64]) -> Availability {
        let least: f64 = self.examined.iter().map(|states| states.share * states.chance(works)).sum();
        Availability { least, most: least + self.unknown(works) }
    }

    /// How likely the states are that were not examined.
    pub(super) fn unknown(&self, works: &[f64]) -> f64 {
        self.open.iter().map(|states| states.chance(works)).sum()
    }

    /// The share of visits that are served in one state, if it was examined.
    #[must_use]
    pub fn share(&self, down: &[u16]) -> Option<f64> {
        let fits = |states: &&States| {
            states.down.iter().all(|part| down.contains(part)) && !states.up.iter().any(|part| down.contains(part))
        };
        self.examined.iter().find(fits).map(|states| states.share)
    }
}

impl Default for Structure {
    fn default() -> Self {
        Self::new()
    }
}

impl States {
    fn chance(&self, works: &[f64]) -> f64 {
        let up: f64 = self.up.iter().map(|part| works[usize::from(*part)]).product();
        let down: f64 = self.down.iter().map(|part| 1.0 - works[usize::from(*part)]).product();
        up * down
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two of three, with the parts asked in turn until the answer is clear.
    fn two_of_three() -> Structure {
        let mut structure = Structure::new();
        while let Some(states) = structure.next(&[0.9; 3]) {
            let down = states.down.len();
            let share = if down < 2 { 1.0 } else { 0.0 };
            let there = (0..3).filter(|part| !states.down.contains(part));
            let relevant: Vec<u16> = there.take(if down < 2 { 2 } else { 0 }).collect();
            structure.examined(states, share, &relevant);
        }
        structure
    }

    #[test]
    fn the_classes_of_states_hold_every_state_once() {
        let structure = two_of_three();
        assert!(structure.is_exact());
        let works = [0.9, 0.8, 0.7];
        let (all, open) = (1_u32 << 3, structure.availability(&works));
        let mut sum = 0.0;
        for state in 0..all {
            let down: Vec<u16> = (0..3).filter(|part| state >> part & 1 == 1).collect();
            let chance: f64 = (0..3)
                .map(
                    |part| if down.contains(&part) { 1.0 - works[usize::from(part)] } else { works[usize::from(part)] },
                )
                .product();
            assert_eq!(structure.share(&down), Some(if down.len() < 2 { 1.0 } else { 0.0 }), "{down:?}");
            sum += chance * structure.share(&down).unwrap();
        }
        assert!((open.least - sum).abs() < 1e-12 && (open.most - sum).abs() < 1e-12, "{open:?} {sum}");
    }

    #[test]
    fn what_is_not_examined_widens_the_bounds() {
        let mut structure = Structure::new();
        let states = structure.next(&[0.9, 0.8]).unwrap();
        structure.examined(states, 1.0, &[0, 1]);
        let Availability { least, most } = structure.availability(&[0.9, 0.8]);
        assert!((least - 0.72).abs() < 1e-12 && (most - 1.0).abs() < 1e-12, "{least} {most}");
    }

    #[test]
    fn four_hours_a_year_are_three_nines() {
        let machine = Assumption { mtbf_h: 8_760, mttr_min: 240 };
        assert!((machine.availability() - 0.999_543_6).abs() < 1e-7);
        assert!((Assumption { mtbf_h: 1, mttr_min: 0 }.availability() - 1.0).abs() < f64::EPSILON);
    }
}
