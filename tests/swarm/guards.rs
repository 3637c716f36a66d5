//! Firewalls and TLS in random worlds. They draw from a stream of their own, so that the other worlds stay as they were.

use hopscope::sim::{Command, Firewall, Rng, Rule, Ruling, Scenario, Setting, TimedCommand, TlsMode};

use super::{TROUBLE_MS, troubles_end};
use crate::support::ms;

/// Gives a scenario TLS or not, and firewalls that come and go. In the end nothing is shut.
pub fn change(scenario: &mut Scenario, seed: u64) {
    let mut rng = Rng::new(seed, 1_001);
    let machines: Vec<String> = scenario.topology.machines.iter().map(|machine| machine.name.clone()).collect();
    scenario.settings.tls.mode = TlsMode::ALL[rng.below(3) as usize];
    for _ in 0..4 + rng.below(12) {
        let command = match rng.below(8) {
            0 => Command::Set(Setting::Tls(TlsMode::ALL[rng.below(3) as usize])),
            1 => Command::Set(Setting::CertificateDays(rng.below(2) * 90)),
            _ => {
                let machine = machines[rng.below(machines.len() as u32) as usize].clone();
                Command::Firewall { machine, firewall: firewall(&mut rng, &machines) }
            }
        };
        let at_us = ms(rng.below(TROUBLE_MS as u32).into());
        scenario.timeline.push(TimedCommand { at_us, command });
    }
    let open = machines.into_iter().map(|machine| Command::Firewall { machine, firewall: None });
    let put_right = open.chain([Command::Set(Setting::CertificateDays(90))]);
    scenario.timeline.extend(put_right.map(|command| TimedCommand { at_us: troubles_end(), command }));
}

fn firewall(rng: &mut Rng, machines: &[String]) -> Option<Firewall> {
    if rng.below(4) == 0 {
        return None;
    }
    let rule = |rng: &mut Rng| {
        let from = match rng.below(4) {
            0 => "any".to_owned(),
            1 => "inside".to_owned(),
            2 => "198.51.0.0/20".to_owned(),
            _ => machines[rng.below(machines.len() as u32) as usize].clone(),
        };
        let ports = [None, Some(53), Some(80), Some(443), Some(3306), Some(8000), Some(9100)];
        let port = ports[rng.below(ports.len() as u32) as usize];
        Rule { verdict: Ruling::ALL[rng.below(3) as usize], from, port }
    };
    let policy = if rng.below(3) == 0 { Ruling::Drop } else { Ruling::Accept };
    Some(Firewall { policy, rules: (0..rng.below(6)).map(|_| rule(rng)).collect() })
}
