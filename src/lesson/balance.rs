//! Round robin, weights, and the other algorithms.

use super::{Act, Fact, Lesson, Look, Number, Run, Step};
use crate::sim::balancer::Algorithm;
use crate::sim::{Class, Scenario, ServiceTimes, Setting};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "balance",
    title: "Taking turns",
    text: include_str!("balance.md"),
    start: Run::USUAL,
    steps: &[
        Step::Show { acts: &[Act::Send(Class::Read, 6)], look: Look::Requests },
        Step::Show { acts: &[Act::Weight("web-01", 3), Act::Send(Class::Read, 8)], look: Look::Part("lb-01/haproxy") },
        Step::Predict {
            run: Run { change: slow_second, timeline: &[(0, Act::Send(Class::Read, 40))], ..Run::USUAL },
            seconds: 8,
            answers: &[
                &[Fact::Is(Number::Ended, 40), Fact::Under(Number::ServedBy("web-02"), 20)],
                &[Fact::Is(Number::ServedBy("web-01"), 20), Fact::Is(Number::ServedBy("web-02"), 20)],
                &[Fact::Is(Number::Ended, 40), Fact::Under(Number::ServedBy("web-01"), 20)],
            ],
        },
        Step::Show {
            acts: &[Act::Set(Setting::Balance(Algorithm::Source)), Act::Send(Class::Read, 4)],
            look: Look::Requests,
        },
        Step::Challenge {
            run: Run { change: slow_second, timeline: &[(0, Act::Readers(80))], ..Run::USUAL },
            goals: &[Fact::Slow("web-02/app", 50), Fact::InARow(200, 1_000)],
            solution: &[Act::Set(Setting::Balance(Algorithm::LeastConn))],
            seconds: 20,
        },
    ],
};

/// web-02's application takes 200 ms for a request and works on four at a time: 20 a second.
fn slow_second(scenario: &mut Scenario) {
    scenario.settings.service = ServiceTimes::Fixed;
    scenario.settings.app.workers = 4;
    scenario.timeline.extend(Act::Slow("web-02/app", 50).at(0));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::testing::{instead, load_bearing};

    /// Without the choice of an algorithm: the balancer goes on in turns.
    #[test]
    fn the_algorithm_bears_the_challenge() {
        let turns = Act::Set(Setting::Balance(Algorithm::RoundRobin));
        load_bearing(&LESSON, |_, solution| instead(solution, 0, &turns));
    }
}
