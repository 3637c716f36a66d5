//! Primary and replica: what each does for the application, lag, stale reads.

use super::{Act, Fact, Lesson, Look, Number, Run, Step};
use crate::sim::{Class, Command, Mix, ReadFrom, Setting, Workload};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "replica",
    title: "Primary and replica",
    text: include_str!("replica.md"),
    start: Run::USUAL,
    steps: &[
        Step::Show { acts: &[Act::Send(Class::Write, 1), Act::Wait(1), Act::Send(Class::Read, 1)], look: Look::Data },
        Step::Show { acts: &[Act::Do(writers)], look: Look::Part("web-02/mysqld") },
        Step::Predict {
            run: Run {
                timeline: &[
                    (0, Act::Set(Setting::SourceDelay(3_000))),
                    (500, Act::Send(Class::Write, 1)),
                    (1_500, Act::Send(Class::Read, 1)),
                ],
                ..Run::USUAL
            },
            seconds: 3,
            answers: &[
                &[Fact::Last(Class::Read, 200), Fact::Is(Number::Stale, 0)],
                &[Fact::Last(Class::Read, 200), Fact::Is(Number::Stale, 1)],
                &[Fact::Last(Class::Read, 500)],
            ],
        },
        Step::Show {
            acts: &[
                Act::Send(Class::Write, 3),
                Act::Wait(3),
                Act::Do(truncate),
                Act::Wait(3),
                Act::Send(Class::Read, 1),
            ],
            look: Look::Data,
        },
        Step::Challenge {
            run: Run { timeline: &[(0, Act::Set(Setting::SourceDelay(2_000))), (0, Act::Load(20))], ..Run::USUAL },
            goals: &[Fact::Lags(2_000), Fact::InARow(100, 1_000)],
            solution: &[Act::Set(Setting::ReadsFrom(ReadFrom::Primary))],
            seconds: 20,
        },
    ],
};

fn truncate() -> Command {
    Command::Truncate { server: "web-01/mysqld".to_owned() }
}

fn writers() -> Command {
    let mix = Mix { static_files: 0, read: 0, write: 1 };
    Command::Load(Workload { rate_per_s: 100, mix, ..Workload::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::testing::{instead, load_bearing};

    /// Without the way to the primary: reads go to the replica.
    #[test]
    fn the_choice_of_the_database_bears_the_challenge() {
        let replica = Act::Set(Setting::ReadsFrom(ReadFrom::Replica));
        load_bearing(&LESSON, |_, solution| instead(solution, 0, &replica));
    }
}
