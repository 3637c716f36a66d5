//! Failover: promotion, lost rows, and the old primary that returns.

use super::{Act, Fact, Lesson, Look, Number, Run, Step};
use crate::sim::{Class, Command};

const BINLOG: &str = "web-01/mysqld>web-02/mysqld";

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "failover",
    title: "Failover",
    text: include_str!("failover.md"),
    start: Run::USUAL,
    steps: &[
        Step::Show {
            acts: &[
                Act::Kill("web-01/mysqld"),
                Act::Send(Class::Write, 1),
                Act::Wait(2),
                Act::Do(promote),
                Act::Send(Class::Write, 1),
            ],
            look: Look::Requests,
        },
        Step::Predict {
            run: Run {
                timeline: &[
                    (500, Act::Kill(BINLOG)),
                    (1_000, Act::Send(Class::Write, 3)),
                    (2_000, Act::Kill("web-01/mysqld")),
                    (3_000, Act::Do(promote)),
                ],
                ..Run::USUAL
            },
            seconds: 5,
            answers: &[
                &[Fact::Primary("web-02/mysqld"), Fact::Is(Number::Lost, 3)],
                &[Fact::Primary("web-02/mysqld"), Fact::Is(Number::Lost, 0)],
                &[Fact::Primary("web-01/mysqld"), Fact::Is(Number::Ended, 3)],
            ],
        },
        Step::Show {
            acts: &[
                Act::Kill(BINLOG),
                Act::Send(Class::Write, 2),
                Act::Wait(2),
                Act::Kill("web-01/mysqld"),
                Act::Do(promote),
                Act::Send(Class::Write, 1),
                Act::Wait(2),
                Act::RestoreAll,
                Act::Wait(1),
                Act::Do(follow),
            ],
            look: Look::Data,
        },
        Step::Challenge {
            run: Run {
                timeline: &[
                    (0, Act::Load(20)),
                    (3_000, Act::Kill(BINLOG)),
                    (5_000, Act::Kill("web-01/mysqld")),
                    (6_000, Act::Restore(BINLOG)),
                ],
                ..Run::USUAL
            },
            goals: &[Fact::Primary("web-02/mysqld"), Fact::Follows("web-01/mysqld"), Fact::InARow(100, 1_000)],
            solution: &[Act::Wait(7), Act::Do(promote), Act::Restore("web-01/mysqld"), Act::Do(reclone)],
            seconds: 40,
        },
    ],
};

fn promote() -> Command {
    Command::Promote { server: "web-02/mysqld".to_owned() }
}

fn follow() -> Command {
    Command::Follow { server: "web-01/mysqld".to_owned() }
}

fn reclone() -> Command {
    Command::Reclone { server: "web-01/mysqld".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::testing::{instead, load_bearing};

    /// Without the new copy: what has diverged is told to follow as it is.
    #[test]
    fn the_new_copy_bears_the_challenge() {
        load_bearing(&LESSON, |_, solution| instead(solution, 2, &Act::Do(follow)));
    }

    /// Without the promotion.
    #[test]
    fn the_promotion_bears_the_challenge() {
        load_bearing(&LESSON, |_, solution| drop(solution.remove(0)));
    }
}
