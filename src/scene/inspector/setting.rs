//! How a setting is edited: as a number, a choice or a switch.

use crate::sim::balancer::Algorithm;
use crate::sim::dns::ResolverKind;
use crate::sim::{Check, ReadFrom, ServiceTimes, Setting, TlsMode};

/// Delays of replication that are offered, in ms.
const DELAYS_MS: [u32; 5] = [0, 1_000, 2_000, 5_000, 10_000];

/// How a setting is edited.
#[derive(Clone, Debug)]
pub enum Field {
    /// A number with its range, and how to make a setting of another number.
    Number {
        /// The present value.
        value: u32,
        /// Smallest and largest value.
        range: (u32, u32),
        /// Makes a setting.
        with: fn(u32) -> Setting,
    },
    /// One of several values.
    Choice {
        /// Every value with its name in pages and tests.
        options: Vec<(String, Setting)>,
        /// Index of the present one.
        present: usize,
    },
    /// On or off.
    Switch {
        /// The present value.
        on: bool,
        /// Makes a setting.
        with: fn(bool) -> Setting,
    },
}

/// How a setting is edited, and its present value.
#[must_use]
pub fn field(setting: &Setting) -> Field {
    match setting {
        Setting::AllBackups(on) => Field::Switch { on: *on, with: Setting::AllBackups },
        Setting::Redispatch(on) => Field::Switch { on: *on, with: Setting::Redispatch },
        Setting::Fallback(on) => Field::Switch { on: *on, with: Setting::Fallback },
        Setting::TrackScript(on) => Field::Switch { on: *on, with: Setting::TrackScript },
        Setting::Preempt(on) => Field::Switch { on: *on, with: Setting::Preempt },
        Setting::SemiSync(on) => Field::Switch { on: *on, with: Setting::SemiSync },
        Setting::Balance(_) => choice(setting, Algorithm::ALL.map(Setting::Balance)),
        Setting::CheckKind(_) => choice(setting, Check::ALL.map(Setting::CheckKind)),
        Setting::ReadsFrom(_) => choice(setting, [ReadFrom::Replica, ReadFrom::Primary].map(Setting::ReadsFrom)),
        Setting::Resolver(_) => choice(setting, [ResolverKind::Unbound, ResolverKind::Bind].map(Setting::Resolver)),
        Setting::Tls(_) => choice(setting, TlsMode::ALL.map(Setting::Tls)),
        Setting::Service(_) => choice(setting, [ServiceTimes::Exponential, ServiceTimes::Fixed].map(Setting::Service)),
        Setting::SourceDelay(_) => choice(setting, DELAYS_MS.map(Setting::SourceDelay)),
        Setting::Retries(n) => number(setting, *n, Setting::Retries),
        Setting::Inter(n) => number(setting, *n, Setting::Inter),
        Setting::CertificateDays(n) => number(setting, *n, Setting::CertificateDays),
        Setting::Fall(n) => number(setting, *n, Setting::Fall),
        Setting::Rise(n) => number(setting, *n, Setting::Rise),
        Setting::TimeoutConnect(n) => number(setting, *n, Setting::TimeoutConnect),
        Setting::TimeoutServer(n) => number(setting, *n, Setting::TimeoutServer),
        Setting::NginxReadTimeout(n) => number(setting, *n, Setting::NginxReadTimeout),
        Setting::ScrapeInterval(n) => number(setting, *n, Setting::ScrapeInterval),
        Setting::AlertFor(n) => number(setting, *n, Setting::AlertFor),
        Setting::AlertErrors(n) => number(setting, *n, Setting::AlertErrors),
        Setting::AlertLag(n) => number(setting, *n, Setting::AlertLag),
        Setting::Advert(n) => number(setting, *n, Setting::Advert),
        Setting::Workers(n) => number(setting, *n, Setting::Workers),
        Setting::AppService(n) => number(setting, *n, Setting::AppService),
        Setting::MysqlService(n) => number(setting, *n, Setting::MysqlService),
        Setting::Threads(n) => number(setting, *n, Setting::Threads),
        Setting::ClientLatency(n) => number(setting, *n, Setting::ClientLatency),
    }
}

fn number(setting: &Setting, value: u32, with: fn(u32) -> Setting) -> Field {
    Field::Number { value, range: setting.range().unwrap_or((0, u32::MAX)), with }
}

/// A choice among `options`, and the present value if it is none of them.
fn choice<const N: usize>(setting: &Setting, options: [Setting; N]) -> Field {
    let mut options = options.to_vec();
    if !options.contains(setting) {
        options.push(setting.clone());
    }
    let present = options.iter().position(|option| option == setting).unwrap_or(0);
    Field::Choice { options: options.into_iter().map(|option| (value_name(&option), option)).collect(), present }
}

/// The value as scenario files write it.
fn value_name(setting: &Setting) -> String {
    let name = match setting {
        Setting::Balance(algorithm) => algorithm.name(),
        Setting::CheckKind(check) => check.name(),
        Setting::ReadsFrom(from) => from.name(),
        Setting::Resolver(kind) => kind.name(),
        Setting::Service(times) => times.name(),
        Setting::Tls(mode) => mode.name(),
        Setting::SourceDelay(ms) => return ms.to_string(),
        other => other.key(),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Settings;
    use crate::text::inspector::setting::{choice as words, label};

    #[test]
    fn every_setting_can_be_edited_and_named() {
        for setting in Setting::all(&Settings::default()) {
            assert!(!label(&setting).is_empty());
            match field(&setting) {
                Field::Number { value, range, with } => {
                    assert_eq!(with(value), setting);
                    assert!((range.0..=range.1).contains(&value));
                }
                Field::Choice { options, present } => {
                    assert_eq!(options[present].1, setting);
                    assert!(options.iter().all(|(name, option)| !name.is_empty() && !words(option).is_empty()));
                }
                Field::Switch { on, with } => assert_eq!(with(on), setting),
            }
        }
    }

    #[test]
    fn choices_have_the_names_of_scenario_files() {
        let names = |setting: &Setting| match field(setting) {
            Field::Choice { options, .. } => options.into_iter().map(|(name, _)| name).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        for setting in Setting::all(&Settings::default()) {
            if let Field::Choice { options, .. } = field(&setting) {
                for (name, option) in options {
                    let value = &serde_json::to_value(option).unwrap()["value"];
                    assert_eq!(value.as_str().map_or_else(|| value.to_string(), str::to_owned), name);
                }
            }
        }
        assert_eq!(names(&Setting::CheckKind(Check::Tcp)), ["none", "tcp", "http-static", "http"]);
        assert_eq!(names(&Setting::SourceDelay(300)), ["0", "1000", "2000", "5000", "10000", "300"]);
    }
}
