//! Firewalls and TLS: what is open without them, what they close, and what TLS that ends at the balancer leaves open.

use super::{Act, Fact, Lesson, Look, Run, Step};
use crate::sim::{Class, Setting, TlsMode};

const FRONT: &str = "client/browser>lb-01/haproxy";
const BEHIND: [&str; 2] = ["lb-01/haproxy>web-01/nginx", "lb-01/haproxy>web-02/nginx"];

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "security",
    title: "Firewalls and HTTPS",
    text: include_str!("security.md"),
    start: Run::USUAL,
    steps: &[
        Step::Show { acts: &[Act::Send(Class::Write, 1)], look: Look::Security },
        Step::Show {
            acts: &[Act::Guard("lb-01"), Act::Guard("web-01"), Act::Guard("web-02"), Act::Send(Class::Read, 1)],
            look: Look::Security,
        },
        Step::Show { acts: &[Act::Send(Class::Write, 1)], look: Look::Wire(FRONT) },
        Step::Show {
            acts: &[Act::Set(Setting::Tls(TlsMode::Balancer)), Act::Send(Class::Read, 1)],
            look: Look::Wire(FRONT),
        },
        Step::Predict {
            run: Run { preset: "secured", timeline: &[(1_000, Act::Send(Class::Write, 1))], ..Run::USUAL },
            seconds: 3,
            answers: &[
                &[Fact::Last(Class::Write, 200), Fact::Secret(FRONT), Fact::Secret(BEHIND[0])],
                &[Fact::Last(Class::Write, 200), Fact::Secret(FRONT), Fact::Overheard(BEHIND[0])],
                &[Fact::Last(Class::Write, 200), Fact::Overheard(FRONT), Fact::Overheard(BEHIND[0])],
            ],
        },
        Step::Show {
            acts: &[
                Act::Set(Setting::Tls(TlsMode::Balancer)),
                Act::Set(Setting::CertificateDays(0)),
                Act::Send(Class::Read, 1),
            ],
            look: Look::Requests,
        },
        Step::Challenge {
            run: Run { timeline: &[(0, Act::Load(20))], ..Run::USUAL },
            goals: &[
                Fact::OpenAtMost("lb-01", &[80, 443]),
                Fact::Secret(BEHIND[0]),
                Fact::Secret(BEHIND[1]),
                Fact::InARow(100, 1_000),
            ],
            solution: &[
                Act::Guard("lb-01"),
                Act::Guard("web-01"),
                Act::Guard("web-02"),
                Act::Set(Setting::Tls(TlsMode::Servers)),
            ],
            seconds: 30,
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::testing::{instead, load_bearing};

    /// Without the firewall of one machine, whichever.
    #[test]
    fn each_firewall_bears_the_challenge() {
        for machine in 0..3 {
            load_bearing(&LESSON, |_, solution| drop(solution.remove(machine)));
        }
    }

    /// Without TLS behind the balancer.
    #[test]
    fn tls_behind_the_balancer_bears_the_challenge() {
        let ends_there = Act::Set(Setting::Tls(TlsMode::Balancer));
        load_bearing(&LESSON, |_, solution| instead(solution, 3, &ends_there));
    }

    /// A firewall that also keeps out the balancer closes the ports, and the site with them.
    #[test]
    fn a_site_that_is_shut_does_not_meet_the_challenge() {
        load_bearing(&LESSON, |_, solution| {
            let Some((_, crate::sim::Command::Firewall { firewall: Some(firewall), .. })) = solution.get_mut(1) else {
                panic!("the second act guards web-01")
            };
            firewall.rules.clear();
        });
    }
}
