//! The lines of nginx's and HAProxy's logs, beside those that the real programs wrote (`tests/goldens/logs`: nginx 1.22.1,
//! HAProxy 2.6.12; paths and names of backends made equal).
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::sync::Arc;

use hopscope::scene::inspector::InspectorView;
use hopscope::sim::balancer::AdminState;
use hopscope::sim::nginx::UpstreamServer;
use hopscope::sim::{
    Answer, Check, Class, Command, Method, Micros, Preset, Scenario, ServerLine, Setting, SimTime, TimedCommand, World,
};

struct Lab(World);

impl Lab {
    fn new(change: impl FnOnce(&mut Scenario)) -> Self {
        let mut scenario = Preset::find("three-server").expect("a preset").scenario();
        scenario.settings.service = hopscope::sim::ServiceTimes::Fixed;
        change(&mut scenario);
        let mut world = World::new(Arc::new(scenario));
        // The resolver learns the address.
        world.run_until(world.now() + Micros::from_millis(500));
        Self(world)
    }

    fn tell(&mut self, command: Command) {
        self.0.apply(&command).expect("a command that makes sense");
    }

    fn kill(&mut self, part: &str) {
        self.tell(Command::Kill { part: part.into() });
    }

    fn wait(&mut self, ms: u64) {
        self.0.run_until(self.0.now() + Micros::from_millis(ms));
    }

    fn visit(&mut self, class: Class) {
        self.tell(Command::visits(class, 1));
        self.wait(30_000);
    }

    /// The application answers a visit in an odd way.
    fn odd(&mut self, class: Class, answer: Option<Answer>, path: Option<&str>) {
        let path = path.map(str::to_owned);
        let method = Some(Method::Get);
        self.tell(Command::Visit { class, count: 1, source: None, answer, method, path, cookie: None });
        self.wait(30_000);
    }

    /// A log, oldest line first.
    fn log(&self, part: &str, id: &str) -> Vec<String> {
        let part = self.0.wiring().part(part).expect("a part");
        let view = InspectorView::new(&self.0, Some(part)).part.expect("it exists");
        let file = view.terminals.iter().find(|terminal| terminal.id == id).expect("a log");
        file.text.lines().rev().map(str::to_owned).collect()
    }

    fn nginx(&self, log: &str) -> Vec<String> {
        self.log("web-01/nginx", log)
    }

    /// HAProxy's last line about a request, without the date, the machine and the program.
    fn haproxy(&self) -> String {
        let lines = self.log("lb-01/haproxy", "http-log");
        let line = lines.iter().rfind(|line| line.contains(" fe ")).expect("a request");
        line.split_once("]: ").expect("a program").1.to_owned()
    }
}

fn one_server(scenario: &mut Scenario) {
    scenario.settings.balancer.servers.insert("web-02".into(), ServerLine { disabled: true, ..ServerLine::default() });
}

/// Numbers are one digit, months one word, and every client has the same name.
fn shape(line: &str) -> String {
    let mut shape = String::new();
    for c in line.chars() {
        let c = if c.is_ascii_digit() { '0' } else { c };
        if c != '0' || !shape.ends_with('0') {
            shape.push(c);
        }
    }
    let shape = ["Jan", "Nov"].iter().fold(shape, |shape, month| shape.replace(month, "Mon"));
    match shape.split_once("\" \"") {
        Some((start, _)) => format!("{start}\" \"agent\""),
        None => shape,
    }
}

fn shapes(lines: impl IntoIterator<Item = impl AsRef<str>>) -> BTreeSet<String> {
    lines.into_iter().map(|line| shape(line.as_ref())).collect()
}

#[test]
fn nginx_complains_word_for_word_as_the_real_one() {
    let mut lines = Vec::new();
    let mut run = |break_it: &dyn Fn(&mut Lab)| {
        let mut lab = Lab::new(|scenario| {
            one_server(scenario);
            scenario.settings.nginx.files = Some(vec!["/static/logo.png".into()]);
        });
        break_it(&mut lab);
        lines.extend(lab.nginx("error-log").into_iter().filter(|line| line.contains("[error]")));
    };
    run(&|lab| {
        lab.kill("web-01/app");
        lab.visit(Class::Read);
    });
    run(&|lab| lab.odd(Class::Read, Some(Answer::Close), None));
    run(&|lab| lab.odd(Class::Read, Some(Answer::Reset), None));
    run(&|lab| lab.odd(Class::Read, Some(Answer::Delay(9_000)), None));
    run(&|lab| lab.odd(Class::Static, None, Some("/static/none.png")));
    run(&|lab| {
        lab.kill("web-01/nginx>web-01/app");
        lab.visit(Class::Read);
    });
    run(&|lab| {
        lab.kill("web-01/app");
        lab.tell(Command::Set(Setting::CheckKind(Check::Http)));
        lab.wait(3_000);
    });
    let mut lab = Lab::new(|scenario| {
        one_server(scenario);
        let line = UpstreamServer { name: "web-01".into(), down: true, ..UpstreamServer::default() };
        scenario.settings.nginx.upstream.servers = vec![line];
    });
    lab.visit(Class::Read);
    lines.extend(lab.nginx("error-log"));
    let recorded = include_str!("goldens/logs/nginx-error.log");
    assert_eq!(shapes(&lines), shapes(recorded.lines()));
    assert_eq!(
        lines[0],
        "2026/01/05 09:00:00 [error] 812#812: *1 connect() failed (111: Connection refused) while connecting to upstream, \
         client: 10.0.0.10, server: www.foobar.com, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:8000/\", \
         host: \"www.foobar.com\""
    );
}

#[test]
fn nginx_logs_requests_word_for_word_as_the_real_one() {
    let mut lab = Lab::new(|scenario| {
        one_server(scenario);
        scenario.settings.balancer.timeout_server_ms = 2_000;
        scenario.settings.nginx.files = Some(vec!["/static/logo.png".into()]);
    });
    lab.visit(Class::Static);
    lab.odd(Class::Static, None, Some("/static/none.png"));
    lab.visit(Class::Write);
    // HAProxy gives up first: nginx notices that its client has left.
    lab.odd(Class::Read, Some(Answer::Delay(4_000)), Some("/orders"));
    lab.tell(Command::Set(Setting::CheckKind(Check::Http)));
    lab.wait(2_100);
    lab.kill("web-01/app");
    lab.visit(Class::Read);
    let agent = "\"-\" \"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 \
                 Safari/537.36\"";
    let lines = lab.nginx("access-log");
    let first = |start: &str| lines.iter().find(|line| line.contains(start)).cloned().unwrap_or_default();
    let browser = |line: &str| format!("10.0.0.10 - - [05/Jan/2026:{line} {agent}");
    assert_eq!(lines[0], browser("09:00:00 +0000] \"GET /static/logo.png HTTP/1.1\" 200 5430"));
    assert_eq!(lines[1], browser("09:00:30 +0000] \"GET /static/none.png HTTP/1.1\" 404 555"));
    assert_eq!(lines[2], browser("09:01:00 +0000] \"POST /orders HTTP/1.1\" 200 46"));
    assert_eq!(lines[3], browser("09:01:32 +0000] \"GET /orders HTTP/1.1\" 499 0"));
    let check = "10.0.0.10 - - [05/Jan/2026:09:02:00 +0000] \"GET /health HTTP/1.0\" 200 15 \"-\" \"-\"";
    assert_eq!(first("HTTP/1.0"), check);
    // nginx pads its error pages for a Chrome, and not for a check or curl.
    let padded = include_str!("goldens/logs/nginx-access.log").lines().last().expect("a line");
    assert!(padded.contains("502 559") && lines.iter().any(|line| line.contains("502 559")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("HTTP/1.0\" 502 157")), "{lines:?}");
    let alike = |line: &str| shape(line).replace("POST", "GET");
    let recorded: Vec<String> = include_str!("goldens/logs/nginx-access.log").lines().map(alike).collect();
    for line in [&lines[1], &lines[3], lines.last().expect("a line")] {
        assert!(recorded.contains(&alike(line)), "{line}");
    }
}

#[test]
fn haproxy_logs_requests_as_the_real_one() {
    let line = |change: &dyn Fn(&mut Scenario), break_it: &dyn Fn(&mut Lab)| {
        let mut lab = Lab::new(change);
        break_it(&mut lab);
        lab.visit(Class::Read);
        let line = lab.haproxy();
        let known = include_str!("goldens/logs/haproxy.log").lines().filter_map(|line| line.split("]: ").nth(1));
        // Whether a time is -1 or not is part of the shape, its digits are not.
        assert!(shapes(known).contains(&shape(&line)), "{line}");
        let from = line.strip_prefix("198.51.100.7:32769 [05/Jan/2026:09:00:00.").expect("the visitor and the date");
        from.split_once("] ").expect("a date").1.to_owned()
    };
    let nothing = |_: &mut Lab| {};
    let dead = |lab: &mut Lab| lab.kill("web-01/nginx");
    let no_checks = |scenario: &mut Scenario| scenario.settings.balancer.check = Check::None;
    let no_redispatch = |scenario: &mut Scenario| {
        (scenario.settings.balancer.check, scenario.settings.balancer.redispatch) = (Check::None, false);
    };
    let back_soon = |scenario: &mut Scenario| {
        no_redispatch(scenario);
        let (at_us, command) = (SimTime(2_000_000), Command::RestoreAll);
        scenario.timeline.push(TimedCommand { at_us, command });
    };
    let impatient = |scenario: &mut Scenario| scenario.settings.balancer.timeout_server_ms = 2_000;
    let lines = [
        line(&|_| {}, &nothing),
        line(&no_checks, &dead),
        line(&no_redispatch, &dead),
        line(&back_soon, &dead),
        line(&impatient, &|lab| lab.tell(Command::Freeze { part: "web-01/nginx".into() })),
        line(&|_| {}, &|lab| {
            for server in ["web-01", "web-02"] {
                lab.tell(Command::ServerState { server: server.into(), state: AdminState::Maint });
            }
        }),
    ];
    let expected = [
        r#"fe be/web-01 0/0/0/7/8 200 212 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1""#,
        r#"fe be/web-02 0/0/1/6/7 200 212 - - ---- 1/1/0/0/+1 0/0 "GET / HTTP/1.1""#,
        r#"fe be/web-01 0/0/-1/-1/3002 503 217 - - SC-- 1/1/0/0/3 0/0 "GET / HTTP/1.1""#,
        r#"fe be/web-01 0/0/2001/7/2009 200 212 - - ---- 1/1/0/0/2 0/0 "GET / HTTP/1.1""#,
        r#"fe be/web-01 0/0/0/-1/2000 504 198 - - sH-- 1/1/0/0/0 0/0 "GET / HTTP/1.1""#,
        r#"fe be/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 1/1/0/0/0 0/0 "GET / HTTP/1.1""#,
    ];
    assert_eq!(lines, expected);
}

#[test]
fn haproxy_logs_how_many_were_served_before_a_request_that_waited() {
    let mut lab = Lab::new(|scenario| {
        one_server(scenario);
        let line = ServerLine { maxconn: Some(1), ..ServerLine::default() };
        scenario.settings.balancer.servers.insert("web-01".into(), line);
        scenario.settings.app.service_us = 50_000;
    });
    lab.tell(Command::visits(Class::Read, 4));
    lab.wait(5_000);
    let lines = lab.log("lb-01/haproxy", "http-log");
    let end = |line: &String| {
        line.split("[05/Jan/2026:09:00:00.").nth(1).and_then(|line| Some(line.split_once(' ')?.1.to_owned()))
    };
    let ends: Vec<String> = lines.iter().filter(|line| line.contains("GET")).filter_map(end).collect();
    let expected = [
        r#"fe be/web-01 0/0/0/53/54 200 212 - - ---- 4/4/3/0/0 0/0 "GET / HTTP/1.1""#,
        r#"fe be/web-01 0/54/0/53/108 200 212 - - ---- 3/3/2/0/0 0/1 "GET / HTTP/1.1""#,
        r#"fe be/web-01 0/108/0/53/162 200 212 - - ---- 2/2/1/0/0 0/2 "GET / HTTP/1.1""#,
        r#"fe be/web-01 0/162/0/53/216 200 212 - - ---- 1/1/0/0/0 0/3 "GET / HTTP/1.1""#,
    ];
    assert_eq!(ends, expected);
}

#[test]
fn haproxy_logs_the_redirect_to_tls_and_the_visit_that_follows() {
    let mut scenario = Preset::find("secured").expect("a preset").scenario();
    scenario.settings.service = hopscope::sim::ServiceTimes::Fixed;
    let mut lab = Lab(World::new(Arc::new(scenario)));
    lab.wait(500);
    lab.visit(Class::Read);
    let lines = lab.log("lb-01/haproxy", "http-log");
    let requests: Vec<&str> = lines.iter().filter_map(|line| line.split("]: ").nth(1)).collect();
    let recorded = include_str!("goldens/logs/haproxy.log").lines().filter_map(|line| line.split("]: ").nth(1));
    let known = shapes(recorded);
    assert!(requests.iter().all(|line| known.contains(&shape(line))), "{requests:?}");
    let ends: Vec<&str> = requests.iter().filter_map(|line| Some(line.split_once(" fe")?.1)).collect();
    let expected = [
        r#" fe/<NOSRV> 0/-1/-1/-1/0 301 95 - - LR-- 1/1/0/0/0 0/0 "GET / HTTP/1.1""#,
        r#"~ be/web-01 0/0/0/7/8 200 212 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1""#,
    ];
    assert_eq!(ends, expected);
}
