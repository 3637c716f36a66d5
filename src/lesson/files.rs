//! Application files in sync: version skew, draining, a rolling deployment.

use super::{Act, Fact, Lesson, Look, Number, Run, Step};
use crate::sim::Class;
use crate::sim::balancer::AdminState;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "files",
    title: "The same files everywhere",
    text: include_str!("files.md"),
    start: Run::USUAL,
    steps: &[
        Step::Show { acts: &[Act::Kill("web-01/nginx"), Act::Send(Class::Read, 2)], look: Look::Requests },
        Step::Predict {
            run: Run { timeline: &[(500, Act::Deploy("web-01", 2)), (1_000, Act::Send(Class::Read, 4))], ..Run::USUAL },
            seconds: 3,
            answers: &[
                &[Fact::Is(Number::Version(2), 4)],
                &[Fact::Is(Number::Version(1), 2), Fact::Is(Number::Version(2), 2)],
                &[Fact::Is(Number::Version(1), 4)],
            ],
        },
        Step::Show {
            acts: &[Act::RestoreAll, Act::State("web-02", AdminState::Drain), Act::Send(Class::Read, 4)],
            look: Look::Part("lb-01/haproxy"),
        },
        Step::Challenge {
            run: Run { timeline: &[(0, Act::Load(20))], ..Run::USUAL },
            goals: &[Fact::Deployed(2), Fact::NeverBack, Fact::InARow(100, 1_000)],
            solution: &[
                Act::State("web-02", AdminState::Drain),
                Act::Wait(2),
                Act::Deploy("web-01", 2),
                Act::Wait(2),
                Act::Deploy("web-02", 2),
                Act::State("web-02", AdminState::Ready),
            ],
            seconds: 20,
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::testing::load_bearing;

    /// Without the drain: both versions are on duty for two seconds.
    #[test]
    fn the_drain_bears_the_challenge() {
        load_bearing(&LESSON, |_, solution| drop(solution.remove(0)));
    }
}
