//! What the tests of lessons share: playing a challenge, with or without what the lesson teaches.

use std::sync::Arc;

use super::{Act, Fact, Lesson, Step, timed};
use crate::sim::{Command, Micros, Scenario, SimTime, World};

/// The moments of a challenge at which it is looked at.
const LOOK: Micros = Micros::from_millis(100);

/// Commands with the moments at which they are given.
pub type Timed = Vec<(SimTime, Command)>;

/// Puts another act in the place of one of a solution.
pub fn instead(solution: &mut Timed, place: usize, act: &Act) {
    solution[place].1 = act.command().expect("an act that commands something");
}

/// Plays a scenario with these commands for so many seconds: the first moment at which the challenge is met.
fn met_at(scenario: Scenario, commands: &Timed, goals: &[Fact], seconds: u32) -> Option<SimTime> {
    let mut world = World::new(Arc::new(scenario));
    let end = SimTime::ZERO + Micros::from_secs(seconds.into());
    let mut commands = commands.iter().peekable();
    while world.now() < end {
        while let Some((_, command)) = commands.next_if(|(at, _)| *at <= world.now()) {
            // What is taken away may make a command impossible.
            let _ = world.apply(command);
        }
        world.run_until(world.now() + LOOK);
        if goals.iter().all(|goal| goal.holds(&world)) {
            return Some(world.now());
        }
    }
    None
}

/// Every challenge of the lesson is not met untouched, is met by the lesson's solution, and is not met by it once `remove`
/// has taken away what the lesson teaches: from the scenario, or from the solution.
pub fn load_bearing(lesson: &Lesson, remove: impl Fn(&mut Scenario, &mut Timed)) {
    let mut challenges = 0;
    for step in lesson.steps {
        let Step::Challenge { run, goals, solution, seconds } = step else {
            continue;
        };
        challenges += 1;
        let scenario = || Scenario::clone(&run.scenario());
        let solution: Timed =
            timed(solution, SimTime::ZERO).into_iter().map(|entry| (entry.at_us, entry.command)).collect();
        assert_eq!(met_at(scenario(), &Timed::new(), goals, *seconds), None, "{}: met untouched", lesson.id);
        assert!(met_at(scenario(), &solution, goals, *seconds).is_some(), "{}: the solution does not", lesson.id);
        let (mut without, mut commands) = (scenario(), solution.clone());
        remove(&mut without, &mut commands);
        assert!(without != scenario() || commands != solution, "{}: nothing was removed", lesson.id);
        assert_eq!(met_at(without, &commands, goals, *seconds), None, "{}: met without it", lesson.id);
    }
    assert!(challenges > 0, "{} has no challenge", lesson.id);
}
