//! Single points of failure: the balancer, the primary, and what the replica does not save.

use super::{Act, Fact, Lesson, Look, Number, Run, Step};
use crate::sim::{Class, Setting};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "spof",
    title: "Single points of failure",
    text: include_str!("spof.md"),
    start: Run::USUAL,
    steps: &[
        Step::Show { acts: &[Act::Kill("lb-01"), Act::Send(Class::Read, 1)], look: Look::Trace },
        Step::Predict {
            run: Run {
                timeline: &[
                    (500, Act::Kill("web-01/mysqld")),
                    (1_000, Act::Send(Class::Read, 2)),
                    (1_500, Act::Send(Class::Write, 2)),
                ],
                ..Run::USUAL
            },
            seconds: 3,
            answers: &[
                &[Fact::Is(Number::Ended, 4), Fact::Is(Number::Failed, 4)],
                &[Fact::Is(Number::Answered(Class::Read), 2), Fact::Is(Number::Status(500), 2)],
                &[Fact::Is(Number::Answered(Class::Read), 2), Fact::Is(Number::Answered(Class::Write), 2)],
            ],
        },
        Step::Show {
            acts: &[Act::RestoreAll, Act::Kill("web-02"), Act::Send(Class::Read, 2), Act::Send(Class::Write, 2)],
            look: Look::Requests,
        },
        Step::Predict {
            run: Run {
                preset: "one-db-server",
                timeline: &[
                    (500, Act::Kill("db-01")),
                    (1_000, Act::Send(Class::Read, 2)),
                    (1_500, Act::Send(Class::Write, 2)),
                ],
                ..Run::USUAL
            },
            seconds: 10,
            answers: &[
                &[Fact::Is(Number::Answered(Class::Read), 2), Fact::Is(Number::Answered(Class::Write), 2)],
                &[Fact::Is(Number::Answered(Class::Read), 2), Fact::Is(Number::Status(500), 2)],
                &[Fact::Is(Number::Status(500), 4)],
            ],
        },
        Step::Challenge {
            run: Run { timeline: &[(0, Act::Load(20)), (3_000, Act::Kill("web-02/mysqld"))], ..Run::USUAL },
            goals: &[Fact::Off("web-02/mysqld"), Fact::InARow(100, 2_000)],
            solution: &[Act::Set(Setting::Fallback(true))],
            seconds: 20,
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::testing::{instead, load_bearing};

    /// Without the fallback: the replica stays a single point of failure for reads.
    #[test]
    fn the_fallback_bears_the_challenge() {
        load_bearing(&LESSON, |_, solution| instead(solution, 0, &Act::Set(Setting::Fallback(false))));
    }
}
