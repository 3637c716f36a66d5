//! Monitoring: who is blind hears of a fault from visitors, late or never; what is scraped, QPS first of all; and alerts.

use super::{Act, Fact, Lesson, Look, Number, Run, Step};
use crate::sim::{Command, Scenario};

/// Long before it is needed, an agent has been put on every machine.
fn monitored(scenario: &mut Scenario) {
    scenario.topology = scenario.topology.monitored();
}

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "monitoring",
    title: "Flying blind",
    text: include_str!("monitoring.md"),
    start: Run::USUAL,
    steps: &[
        Step::Predict {
            run: Run { timeline: &[(0, Act::Load(20)), (30_000, Act::Kill("web-01/app"))], ..Run::USUAL },
            seconds: 600,
            answers: &[
                &[Fact::Complained(0, 30)],
                &[Fact::Complained(60, 570)],
                &[Fact::Over(Number::Status(502), 1_000), Fact::Unheard(560)],
            ],
        },
        Step::Show { acts: &[INSTALL, Act::Load(20)], look: Look::Metrics },
        Step::Predict {
            run: Run {
                change: monitored,
                timeline: &[(0, Act::Load(20)), (60_000, Act::Kill("web-01/app"))],
                ..Run::USUAL
            },
            seconds: 240,
            answers: &[&[Fact::Alerted(0, 20)], &[Fact::Alerted(30, 75)], &[Fact::Unheard(170)]],
        },
        Step::Show { acts: &[INSTALL, Act::Load(20), Act::Wait(60), Act::Kill("web-02/agent")], look: Look::Metrics },
        Step::Challenge {
            run: Run { timeline: &[(0, Act::Load(20)), (120_000, Act::Kill(BINLOG))], ..Run::USUAL },
            goals: &[Fact::Alerted(0, 90), Fact::Mended(180)],
            solution: &[
                INSTALL,
                // Until the alert fires.
                Act::Wait(210),
                Act::Restore(BINLOG),
            ],
            seconds: 300,
        },
    ],
};

const INSTALL: Act = Act::Do(|| Command::InstallMonitoring);
const BINLOG: &str = "web-01/mysqld>web-02/mysqld";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::testing::load_bearing;

    /// Without the monitor: mending in time is not enough, since nobody had told.
    #[test]
    fn the_monitor_bears_the_challenge() {
        load_bearing(&LESSON, |_, solution| drop(solution.remove(0)));
    }

    /// With rules that wait for an hour, too.
    #[test]
    fn an_alert_that_waits_too_long_does_not_meet_the_challenge() {
        load_bearing(&LESSON, |scenario, _| scenario.settings.monitoring.for_ms = 3_600_000);
    }

    /// The challenge is about a fault of which no visitor ever tells.
    #[test]
    fn no_visitor_complains_of_a_replica_that_stands_still() {
        let Some(Step::Challenge { run, .. }) = LESSON.steps.last() else { panic!("a challenge") };
        let mut world = crate::sim::World::new(run.scenario());
        world.run_until(crate::sim::SimTime(3_600_000_000));
        assert!(Fact::Unheard(3_400).holds(&world));
        assert!(world.metrics().stale > 10_000, "though they get old pages: {}", world.metrics().stale);
    }
}
