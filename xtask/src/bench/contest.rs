//! Contestants that run in turn, round by round, so that whatever else the machine does hits all of them alike.

use super::line::Line;
use anyhow::{Context, Result};

/// Somebody who can be asked to run once.
pub struct Contestant<'a> {
    pub name: String,
    pub run: Box<dyn FnMut() -> Result<Line> + 'a>,
}

impl<'a> Contestant<'a> {
    pub fn new(name: impl Into<String>, run: impl FnMut() -> Result<Line> + 'a) -> Self {
        Self { name: name.into(), run: Box::new(run) }
    }
}

/// All runs of one contestant.
pub struct Runs {
    pub name: String,
    pub lines: Vec<Line>,
}

impl Runs {
    fn sorted(&self) -> Vec<f64> {
        let mut speeds: Vec<f64> = self.lines.iter().map(Line::requests_per_s).collect();
        speeds.sort_by(f64::total_cmp);
        speeds
    }

    /// The median of requests per second.
    pub fn median(&self) -> f64 {
        median(&self.sorted())
    }
}

/// Lets every contestant run once in each round.
pub fn alternate(mut contestants: Vec<Contestant>, rounds: usize) -> Result<Vec<Runs>> {
    let mut all: Vec<Runs> =
        contestants.iter().map(|contestant| Runs { name: contestant.name.clone(), lines: Vec::new() }).collect();
    for _ in 0..rounds {
        for (contestant, runs) in contestants.iter_mut().zip(&mut all) {
            let line = (contestant.run)().with_context(|| contestant.name.clone())?;
            runs.lines.push(line);
        }
    }
    Ok(all)
}

/// Prints medians and spreads, and how often as fast as each of the others the first is.
pub fn print(all: &[Runs]) {
    let first = &all[0];
    let width = all.iter().map(|runs| runs.name.len()).max().unwrap_or_default();
    println!("{:width$}  {:>12}  {:>25}  ratio of {}", "", "median/s", "slowest–fastest/s", first.name);
    for runs in all {
        let speeds = runs.sorted();
        let spread = format!("{:.0}–{:.0}", speeds[0], speeds[speeds.len() - 1]);
        println!("{:width$}  {:12.0}  {spread:>25}  {:.3}", runs.name, runs.median(), ratio(first, runs));
    }
}

/// How often as fast `one` is as `other`: the median over the rounds, in each of which they ran one after the other.
pub fn ratio(one: &Runs, other: &Runs) -> f64 {
    let pairs = one.lines.iter().zip(&other.lines);
    let mut ratios: Vec<f64> = pairs.map(|(one, other)| one.requests_per_s() / other.requests_per_s()).collect();
    ratios.sort_by(f64::total_cmp);
    median(&ratios)
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) }
}

#[cfg(test)]
mod tests {
    use super::super::line::line;
    use super::*;

    fn runs(speeds: &[u32]) -> Runs {
        let lines = speeds.iter().map(|speed| line(&format!("{{\"requests_per_s\": {speed}}}"))).collect();
        Runs { name: "x".to_owned(), lines }
    }

    #[test]
    fn one_disturbed_round_changes_nothing() {
        let (ours, theirs) = (runs(&[900, 100, 1_000]), runs(&[100, 100, 100]));
        assert_eq!(ours.median(), 900.0);
        assert_eq!(ratio(&ours, &theirs), 9.0);
        assert_eq!(median(&[1.0, 2.0]), 1.5);
    }

    #[test]
    fn contestants_take_turns() {
        let order = std::cell::RefCell::new(String::new());
        let contestant = |name: &'static str| {
            let order = &order;
            Contestant::new(name, move || {
                *order.borrow_mut() += name;
                Ok(line(r#"{"requests_per_s": 1}"#))
            })
        };
        let all = alternate(vec![contestant("a"), contestant("b")], 2).unwrap();
        assert_eq!(order.into_inner(), "abab");
        assert!(all.iter().all(|runs| runs.lines.len() == 2));
    }
}
