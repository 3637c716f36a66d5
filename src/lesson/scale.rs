//! Scaling up: a second balancer with a shared virtual address, tiers on machines of their own.

use super::{Act, Fact, Lesson, Look, Number, Run, Step};
use crate::sim::{Class, Command};

const SCALED: Run = Run { preset: "scaled", ..Run::USUAL };

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "scale",
    title: "Growing",
    text: include_str!("scale.md"),
    start: SCALED,
    steps: &[
        Step::Show {
            acts: &[Act::Kill("lb-01"), Act::Wait(5), Act::Send(Class::Read, 1)],
            look: Look::Part("lb-02/keepalived"),
        },
        Step::Predict {
            run: Run {
                timeline: &[(0, Act::Readers(20)), (5_000, Act::Kill("lb-01")), (15_000, Act::Readers(0))],
                ..SCALED
            },
            seconds: 40,
            answers: &[
                &[Fact::Over(Number::Ended, 200), Fact::Is(Number::Failed, 0)],
                &[Fact::Over(Number::Failed, 0), Fact::Under(Number::Failed, 100)],
                &[Fact::Over(Number::Failed, 150)],
            ],
        },
        Step::Show { acts: &[Act::RestoreAll, Act::Kill("app-01"), Act::Send(Class::Read, 4)], look: Look::Requests },
        Step::Challenge {
            run: Run { timeline: &HALF, ..SCALED },
            goals: &[
                Fact::Off("lb-01"),
                Fact::Off("web-01"),
                Fact::Off("app-01"),
                Fact::Off("db-01"),
                Fact::InARow(100, 3_000),
            ],
            solution: &[Act::Wait(8), Act::Do(promote)],
            seconds: 60,
        },
    ],
};

const HALF: [(u32, Act); 5] = [
    (0, Act::Load(20)),
    (5_000, Act::Kill("lb-01")),
    (5_000, Act::Kill("web-01")),
    (5_000, Act::Kill("app-01")),
    (5_000, Act::Kill("db-01")),
];

fn promote() -> Command {
    Command::Promote { server: "db-02/mysqld".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::testing::load_bearing;

    /// Without the second balancer.
    #[test]
    fn the_second_balancer_bears_the_challenge() {
        load_bearing(&LESSON, |scenario, _| scenario.timeline.extend(Act::Kill("lb-02").at(4_000)));
    }

    /// Without the second application server.
    #[test]
    fn the_second_application_bears_the_challenge() {
        load_bearing(&LESSON, |scenario, _| scenario.timeline.extend(Act::Kill("app-02").at(4_000)));
    }
}
