//! Metrics of this moment in Prometheus' text format, version 0.0.4: what a scrape of everything would say if nothing stood in
//! its way.
//!
//! `metrics.txt` has their names, as the exporters of the real programs have them (HAProxy's own, nginx-prometheus-exporter,
//! mysqld_exporter), and what they mean. A program that does not run says nothing but that it is not up.

use crate::sim::balancer::{AdminState, Balancer, Server};
use crate::sim::mysql::Io;
use crate::sim::{Condition, Micros, ProcessId, Verdict, World};
use crate::text::{explain, label};

/// Families of metrics, one paragraph for each kind of program, in the order in which they are given here.
const FAMILIES: &str = include_str!("metrics.txt");
/// Upper edges of the histogram's buckets are 1 ms doubled, so many times.
const DOUBLINGS: u32 = 15;

/// A family's lines: labels (with a comma at the end, if there are any) and value.
type Samples = Vec<(String, String)>;

/// The metrics of a world.
#[must_use]
pub fn text(world: &World) -> String {
    let paragraphs =
        [visits(world), backends(world), servers(world), nginx(world), apps(world), mysql(world), replicas(world)];
    let mut out = String::new();
    for (families, samples) in FAMILIES.split("\n\n").zip(paragraphs) {
        let heads = families.trim_end().split("# HELP ").skip(1);
        for (head, samples) in heads.zip(samples).filter(|(_, samples)| !samples.is_empty()) {
            let name = head.split(' ').next().unwrap_or_default();
            out = out + "# HELP " + head.trim_end() + "\n";
            for (labels, value) in samples {
                // Those of a histogram say which of its series they belong to.
                let (end, labels) = labels.split_once('!').unwrap_or(("", &labels));
                let labels = labels.trim_end_matches(',');
                out = out + name + end;
                if !labels.is_empty() {
                    out = out + "{" + labels + "}";
                }
                out = out + " " + &value + "\n";
            }
        }
    }
    out
}

/// A label. Backslashes, quotation marks and line ends are the three characters that its value has to escape.
fn of(name: &str, value: &str) -> String {
    format!("{name}=\"{}\",", value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n"))
}

fn one(value: impl ToString) -> Samples {
    vec![(String::new(), value.to_string())]
}

fn seconds(time: Micros) -> String {
    crate::sim::Decimal::of(time.0, 1_000_000, 6).short().to_string()
}

/// Who tells of something: `host:port` of the program itself, since no exporter stands between.
fn instance(world: &World, process: ProcessId) -> String {
    let wiring = world.wiring();
    of("instance", &format!("{}:{}", wiring.machine_of(process).name, wiring.process(process).port))
}

fn runs(world: &World, process: ProcessId) -> bool {
    world.parts().condition(process) == Condition::Up
}

fn visits(world: &World) -> Vec<Samples> {
    let metrics = world.metrics();
    let outcome = |count: &crate::sim::metrics::OutcomeCount| {
        let result = match count.result {
            Verdict::Http(status) => status.to_string(),
            Verdict::Browser(error) => error.code().to_owned(),
        };
        let labels = [
            of("class", label::class(count.class)),
            of("result", &result),
            of("by", &world.wiring().process(count.by).full_name),
            of("cause", explain::short_cause(count.cause)),
        ];
        (labels.concat(), count.count.to_string())
    };
    // What lies in a bucket is less than its upper edge, and Prometheus' edges belong to the bucket: a microsecond less.
    let edge = |doublings| Micros::from_millis(1_u64 << doublings);
    let bucket = |edge: Micros| {
        (format!("_bucket!le=\"{}\"", seconds(edge - Micros(1))), metrics.latency.below(edge).to_string())
    };
    let mut durations: Samples = (0..=DOUBLINGS).map(|doublings| bucket(edge(doublings))).collect();
    durations.push(("_bucket!le=\"+Inf\"".to_owned(), metrics.latency.total().to_string()));
    durations.push(("_sum!".to_owned(), seconds(metrics.latency.sum())));
    durations.push(("_count!".to_owned(), metrics.latency.total().to_string()));
    vec![
        one(seconds(Micros(world.now().0))),
        one(metrics.started),
        one(world.under_way()),
        one(metrics.stale),
        one(world.cluster().lost),
        metrics.outcomes.iter().map(outcome).collect(),
        durations,
    ]
}

/// One list for each of the values that `values` has for each of the things, whose labels `labels` has.
fn columns<T, const N: usize>(
    things: &[T],
    labels: impl Fn(&T) -> String,
    values: impl Fn(&T) -> [String; N],
) -> Vec<Samples> {
    let mut columns = vec![Samples::new(); N];
    for thing in things {
        let labels = labels(thing);
        for (column, value) in columns.iter_mut().zip(values(thing)) {
            column.push((labels.clone(), value));
        }
    }
    columns
}

fn backends(world: &World) -> Vec<Samples> {
    let balancers: Vec<&Balancer> = world.balancers().iter().filter(|balancer| runs(world, balancer.process)).collect();
    let labels = |balancer: &&Balancer| instance(world, balancer.process) + &of("proxy", "be");
    let mut columns = columns(&balancers, labels, |balancer| {
        let counters = &balancer.counters;
        [balancer.queued() as u64, counters.most_queued as u64, counters.requests, counters.assigned]
            .map(|value| value.to_string())
    });
    let errors = |balancer: &&Balancer| {
        (labels(balancer) + &of("code", "5xx"), balancer.counters.answers.server_errors.to_string())
    };
    columns.push(balancers.iter().map(errors).collect());
    columns
}

fn servers(world: &World) -> Vec<Samples> {
    let balancers = world.balancers().iter().filter(|balancer| runs(world, balancer.process));
    let servers: Vec<(&Balancer, usize)> =
        balancers.flat_map(|balancer| (0..balancer.servers.len()).map(move |at| (balancer, at))).collect();
    let labels = |(balancer, at): &(&Balancer, usize)| {
        let name = explain::server(world.wiring(), balancer.servers[*at].process);
        [instance(world, balancer.process), of("proxy", "be"), of("server", name)].concat()
    };
    let mut columns = columns(&servers, labels, |(balancer, at)| {
        let (server, candidate) = (&balancer.servers[*at], balancer.candidate(*at));
        let counters = &server.counters;
        let number = |value: u64| value.to_string();
        [
            number(server.queued() as u64),
            number(counters.most_queued.into()),
            number(candidate.running.into()),
            number(counters.most_running.into()),
            candidate.maxconn.map_or_else(|| "NaN".to_owned(), |maxconn| maxconn.to_string()),
            number(counters.sessions),
            number(counters.connect_errors),
            number(counters.response_errors),
            number(counters.retries),
            number(counters.redispatches),
            number(candidate.weight.into()),
            number(counters.failed_checks),
            number(counters.times_down),
            number(world.now().since(server.changed_at).0 / 1_000_000),
            number(server.downtime(world.now()).0 / 1_000_000),
        ]
    });
    let states = |server: &(&Balancer, usize)| {
        let (labels, own) = (labels(server), state(&server.0.servers[server.1]));
        STATES.map(|state| (labels.clone() + &of("state", state), u8::from(state == own).to_string()))
    };
    columns.push(servers.iter().flat_map(states).collect());
    columns
}

const STATES: [&str; 5] = ["DOWN", "UP", "MAINT", "DRAIN", "NOLB"];

/// As `promex_srv_status` of HAProxy 2.6 decides it.
const fn state(server: &Server) -> &'static str {
    match server.admin {
        AdminState::Maint => "MAINT",
        _ if !server.up => "DOWN",
        _ if server.stopping => "NOLB",
        AdminState::Drain => "DRAIN",
        AdminState::Ready => "UP",
    }
}

fn nginx(world: &World) -> Vec<Samples> {
    let all = world.wiring().with_role(|role| *role == crate::sim::Role::Nginx);
    let up =
        all.iter().map(|process| (instance(world, *process), u8::from(runs(world, *process)).to_string())).collect();
    let running = all.iter().filter(|process| runs(world, **process));
    let requests = running
        .filter_map(|process| Some((instance(world, *process), world.nginx(*process)?.counters.requests.to_string())));
    vec![up, requests.collect()]
}

fn apps(world: &World) -> Vec<Samples> {
    let up =
        world.apps().iter().map(|app| (instance(world, app.process), u8::from(runs(world, app.process)).to_string()));
    let running: Vec<_> = world.apps().iter().filter(|app| runs(world, app.process)).collect();
    let mut all = vec![up.collect()];
    all.extend(columns(
        &running,
        |app| instance(world, app.process),
        |app| {
            [u64::from(app.busy), app.waiting.len() as u64, app.counters.answered, app.counters.failed]
                .map(|value| value.to_string())
        },
    ));
    all
}

fn mysql(world: &World) -> Vec<Samples> {
    let servers = &world.cluster().servers;
    let up = servers
        .iter()
        .map(|server| (instance(world, server.process), u8::from(runs(world, server.process)).to_string()));
    let running: Vec<_> = servers.iter().filter(|server| runs(world, server.process)).collect();
    let mut all = vec![up.collect()];
    all.extend(columns(
        &running,
        |server| instance(world, server.process),
        |server| {
            [server.connections(), server.running.into(), server.read_only.into()].map(|value: u64| value.to_string())
        },
    ));
    let commands = running.iter().flat_map(|server| {
        let labels = instance(world, server.process);
        [("select", server.counters.reads), ("insert", server.counters.writes)]
            .map(|(command, count)| (labels.clone() + &of("command", command), count.to_string()))
    });
    all.push(commands.collect());
    all
}

fn replicas(world: &World) -> Vec<Samples> {
    let servers = world.cluster().servers.iter().enumerate().filter(|(_, server)| runs(world, server.process));
    let replicas: Vec<_> = servers
        .filter_map(|(at, server)| Some((server.process, world.replica_status(u16::try_from(at).ok()?)?)))
        .collect();
    let labels = |(replica, status): &(ProcessId, crate::sim::mysql::ReplicaStatus)| {
        instance(world, *replica) + &of("master_host", explain::server(world.wiring(), status.source))
    };
    let mut all = columns(&replicas, labels, |(_, status)| {
        // mysqld_exporter's numbers for Yes, No and Connecting: only Yes is 1.
        let behind = status.seconds_behind.map_or_else(|| "NaN".to_owned(), |seconds| seconds.to_string());
        [behind, u8::from(status.io == Io::Running).to_string(), u8::from(status.sql_running).to_string()]
    });
    // The exporter leaves out what is NULL.
    all[0].retain(|(_, behind)| behind != "NaN");
    all
}
