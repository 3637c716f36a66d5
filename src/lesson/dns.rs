//! The A record and its TTL.

use std::net::Ipv4Addr;

use super::{Act, Fact, Lesson, Look, Number, Run, Step};
use crate::sim::{Class, Command, Scenario};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "dns",
    title: "The address of the site",
    text: include_str!("dns.md"),
    start: Run::USUAL,
    steps: &[
        Step::Show {
            acts: &[Act::Send(Class::Read, 1), Act::Wait(1), Act::Send(Class::Read, 1)],
            look: Look::Part("resolver/resolver"),
        },
        Step::Show { acts: &[Act::Do(to_web_01), Act::Send(Class::Read, 1)], look: Look::Trace },
        Step::Predict {
            run: Run {
                change: short_ttl,
                timeline: &[
                    (1_000, Act::Send(Class::Static, 1)),
                    (3_000, Act::Kill("ns1/nsd")),
                    (6_000, Act::Send(Class::Static, 1)),
                    (16_000, Act::Send(Class::Static, 1)),
                ],
                ..Run::USUAL
            },
            seconds: 30,
            answers: &[
                &[Fact::Is(Number::Ended, 3), Fact::Is(Number::Failed, 2)],
                &[Fact::Is(Number::Ended, 3), Fact::Is(Number::Failed, 1)],
                &[Fact::Is(Number::Ended, 3), Fact::Is(Number::Failed, 0)],
            ],
        },
        Step::Challenge {
            run: Run { change: short_ttl, timeline: &[(0, Act::Load(10)), (5_000, Act::Kill("lb-01"))], ..Run::USUAL },
            goals: &[Fact::Off("lb-01"), Fact::InARow(50, 1_000)],
            solution: &[Act::Wait(6), Act::Do(to_web_01)],
            seconds: 60,
        },
    ],
};

fn short_ttl(scenario: &mut Scenario) {
    scenario.settings.dns.ttl_s = 10;
}

fn to_web_01() -> Command {
    Command::Records { addresses: vec![Ipv4Addr::new(203, 0, 113, 11)], ttl_s: 60 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::testing::load_bearing;

    /// Without a TTL that ends: resolvers keep the old address for an hour.
    #[test]
    fn the_ttl_bears_the_challenge() {
        load_bearing(&LESSON, |scenario, _| scenario.settings.dns.ttl_s = 3_600);
    }
}
