//! Active-active against active-passive.

use super::{Act, Fact, Lesson, Look, Number, Run, Step};
use crate::sim::{Scenario, ServerLine, Setting};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "active",
    title: "Active-active, active-passive",
    text: include_str!("active.md"),
    start: Run::USUAL,
    steps: &[
        Step::Show { acts: &[Act::Load(50)], look: Look::Part("lb-01/haproxy") },
        Step::Predict {
            run: Run { change: with_backup, timeline: &DEATH, ..Run::USUAL },
            seconds: 20,
            answers: &[
                &[Fact::Is(Number::Status(503), 0), Fact::Over(Number::ServedBy("web-02"), 0)],
                &[Fact::Over(Number::Status(503), 0), Fact::Over(Number::ServedBy("web-02"), 0)],
                &[Fact::Over(Number::Status(503), 0), Fact::Is(Number::ServedBy("web-02"), 0)],
            ],
        },
        Step::Compare {
            runs: [Run { timeline: &DEATH, ..Run::USUAL }, Run { change: with_backup, timeline: &DEATH, ..Run::USUAL }],
            seconds: 20,
        },
        Step::Challenge {
            run: Run { change: with_backup, timeline: &DEATH, ..Run::USUAL },
            goals: &[Fact::Off("web-01/nginx"), Fact::Under(Number::Failed, 20), Fact::InARow(100, 1_000)],
            solution: &[Act::Set(Setting::Inter(300))],
            seconds: 30,
        },
    ],
};

const DEATH: [(u32, Act); 2] = [(0, Act::Readers(20)), (5_000, Act::Kill("web-01/nginx"))];

fn with_backup(scenario: &mut Scenario) {
    let line = ServerLine { backup: true, ..ServerLine::default() };
    scenario.settings.balancer.servers.insert("web-02".to_owned(), line);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::compare::told;
    use crate::lesson::testing::{instead, load_bearing};

    /// Without quick checks: `inter` as it was.
    #[test]
    fn the_interval_of_the_check_bears_the_challenge() {
        load_bearing(&LESSON, |_, solution| instead(solution, 0, &Act::Set(Setting::Inter(2_000))));
    }

    #[test]
    fn the_backup_loses_what_comes_before_it_is_needed() {
        let Step::Compare { runs: [active, passive], seconds } = &LESSON.steps[2] else { panic!() };
        let (active, passive) = (told(active, *seconds), told(passive, *seconds));
        // A request that nginx was working on when it died is lost in both.
        assert!(active.lost <= 1 && passive.lost > 40, "{active:?} {passive:?}");
        assert_eq!((active.at_work, passive.at_work, active.servers), (2, 1, 2));
        for told in [active, passive] {
            // Three checks, 2 s apart, and up to one interval before the first of them.
            assert!((4_000..=6_100).contains(&told.noticed_ms.unwrap()), "{told:?}");
        }
    }
}
