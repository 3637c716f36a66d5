//! Whole files, line by line.

use super::*;
use crate::sim::{Check, TlsMode};

/// Reads a file whose lines begin with what should become of them, in one letter, and returns the reading.
fn check(marked: &str) -> Reading {
    let marked: Vec<(&str, &str)> = marked.lines().map(|line| line.split_at_checked(2).unwrap_or((line, ""))).collect();
    let text: String = marked.iter().map(|(_, line)| format!("{line}\n")).collect();
    let reading = read(&text, None, None).expect("a file of usual length");
    for ((mark, _), line) in marked.into_iter().zip(&reading.lines) {
        let letter = match line.fate {
            Fate::Wrong => "!",
            Fate::Partly => "~",
            Fate::NotModelled => "-",
            Fate::Anyway => "=",
            Fate::Taken => "+",
            Fate::Nothing => " ",
        };
        assert_eq!(mark.trim_end(), letter.trim_end(), "{:?}: {}", line.text, line.why);
    }
    reading
}

#[test]
fn a_small_file_of_the_manual() {
    // Manual, section 2.6 ("Examples"), as far as it is a proxy; `listen` and `frontend` do the same there.
    let reading = check(
        "  # Simple configuration for an HTTP proxy listening on port 80 on all
  # interfaces and forwarding requests to a single backend \"servers\"
+ global
-     daemon
-     maxconn 256

+ defaults
=     mode http
+     timeout connect 5000ms
-     timeout client 50000ms
+     timeout server 50000ms

+ frontend http-in
+     bind *:80
+     default_backend servers

+ backend servers
~     server server1 127.0.0.1:8000 maxconn 32",
    );
    let scenario = reading.scenario.expect("a scenario");
    let balancer = &scenario.settings.balancer;
    assert_eq!((balancer.retries, balancer.redispatch, balancer.check), (3, false, Check::None));
    assert_eq!((balancer.timeout_connect_ms, balancer.timeout_server_ms), (5_000, 50_000));
    assert_eq!(balancer.servers["server1"].maxconn, Some(32));
    assert_eq!(scenario.settings.tls.mode, TlsMode::None);
    assert_eq!(scenario.validate(), Ok(()));
    assert_eq!(reading.frontends, ["http-in"]);
}
