//! Web server against application server: static and dynamic, 502 and 504, checks that see one and not the other.

use super::{Act, Fact, Lesson, Look, Number, Run, Step};
use crate::sim::{Check, Class, Setting};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "web-app",
    title: "Web server and application",
    text: include_str!("web_app.md"),
    start: Run::USUAL,
    steps: &[
        Step::Show { acts: &[Act::Send(Class::Static, 1), Act::Send(Class::Read, 1)], look: Look::Trace },
        Step::Show {
            acts: &[Act::Kill("web-01/app"), Act::Send(Class::Static, 2), Act::Send(Class::Read, 2)],
            look: Look::Requests,
        },
        Step::Predict {
            run: Run {
                timeline: &[(1_000, Act::Freeze("web-01/app")), (2_000, Act::Send(Class::Read, 4))],
                ..Run::USUAL
            },
            seconds: 10,
            answers: &[
                &[Fact::Is(Number::Status(502), 2)],
                &[Fact::Is(Number::Status(504), 2)],
                &[Fact::Is(Number::Status(200), 4)],
            ],
        },
        Step::Challenge {
            run: Run { timeline: &[(0, Act::Load(20)), (3_000, Act::Kill("web-01/app"))], ..Run::USUAL },
            goals: &[Fact::Off("web-01/app"), Fact::InARow(100, 1_000)],
            solution: &[Act::Set(Setting::CheckKind(Check::Http))],
            seconds: 30,
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::testing::{instead, load_bearing};

    /// Without the deep check: one that asks nginx alone.
    #[test]
    fn the_deep_check_bears_the_challenge() {
        let shallow = Act::Set(Setting::CheckKind(Check::HttpStatic));
        load_bearing(&LESSON, |_, solution| instead(solution, 0, &shallow));
    }
}
