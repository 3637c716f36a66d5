//! A visit from the A record to the database row, hop by hop.

use super::{Act, Fact, Lesson, Look, Number, Run, Step};
use crate::sim::Class;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "visit",
    title: "A visit, hop by hop",
    text: include_str!("visit.md"),
    start: Run::USUAL,
    steps: &[
        Step::Show { acts: &[Act::Send(Class::Read, 1)], look: Look::Trace },
        Step::Show { acts: &[Act::Follow(Class::Read)], look: Look::Part("lb-01/haproxy") },
        Step::Predict {
            run: Run { timeline: &[(500, Act::Send(Class::Static, 1))], ..Run::USUAL },
            seconds: 2,
            answers: &[
                &[Fact::Is(Number::Status(200), 1), Fact::Missed(1, "/nginx")],
                &[Fact::Met(1, "/nginx"), Fact::Missed(1, "/app")],
                &[Fact::Met(1, "/mysqld")],
            ],
        },
        Step::Challenge {
            run: Run::USUAL,
            goals: &[Fact::Last(Class::Read, 500), Fact::Last(Class::Static, 200)],
            solution: &[Act::Kill("web-02/mysqld"), Act::Send(Class::Read, 1), Act::Send(Class::Static, 1)],
            seconds: 10,
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::testing::load_bearing;

    /// Without the last hop: the application may ask the other database.
    #[test]
    fn the_hop_to_the_replica_bears_the_challenge() {
        load_bearing(&LESSON, |scenario, _| scenario.settings.app.fallback_to_primary = true);
    }
}
