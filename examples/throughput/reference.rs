//! The reference workload: one balancer, web servers with an application each, a primary and a replica, Poisson arrivals.

use std::net::Ipv4Addr;
use std::sync::Arc;

use hopscope::sim::{
    Class, Command, Machine, Mix, Process, Role, Scenario, SimTime, TimedCommand, Topology, Workload, World,
};

/// What can be varied.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Visits per second.
    pub rate: u32,
    /// Visits in all.
    pub requests: u64,
    /// One visit in this many is traced; 0 traces none.
    pub trace_one_in: u32,
    /// Number of web servers.
    pub webs: u8,
    /// Whether callers give up waiting: 0 switches the time-outs of browser, balancer and MySQL client off.
    pub timeouts: bool,
    /// Number of systems, each with its own seed.
    #[allow(dead_code, reason = "tests and micro-benchmarks look at one")]
    pub copies: u64,
    /// Seed of the (first) system.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { rate: 1_000, requests: 1_000_000, trace_one_in: 0, webs: 2, timeouts: true, copies: 1, seed: 1 }
    }
}

/// The world at its start.
pub fn world(options: Options) -> World {
    let scenario = scenario(options);
    scenario.validate().expect("the reference scenario is valid");
    World::new(Arc::new(scenario))
}

fn scenario(options: Options) -> Scenario {
    let machine = |name: String, net: u8, host: u8, processes: Vec<(&str, Role)>| Machine {
        name,
        address: Ipv4Addr::new(10, 0, net, host),
        public: (net == 1).then(|| Ipv4Addr::new(203, 0, 113, 10)),
        firewall: None,
        processes: processes.into_iter().map(|(name, role)| Process { name: name.to_owned(), role }).collect(),
    };
    let mysqld = |replica_of: Option<&str>| Role::Mysqld { replica_of: replica_of.map(str::to_owned), port: 3306 };
    let mut machines = vec![
        machine("client".to_owned(), 0, 1, vec![("browser", Role::Browser)]),
        machine("resolver".to_owned(), 0, 2, vec![("resolver", Role::Resolver)]),
        machine("ns1".to_owned(), 0, 3, vec![("nsd", Role::Authoritative)]),
        machine("lb-01".to_owned(), 1, 1, vec![("haproxy", Role::Balancer)]),
    ];
    for i in 1..=options.webs {
        machines.push(machine(format!("web-{i:02}"), 2, i, vec![("nginx", Role::Nginx), ("app", Role::App)]));
    }
    machines.push(machine("db-01".to_owned(), 3, 1, vec![("mysqld", mysqld(None))]));
    machines.push(machine("db-02".to_owned(), 3, 2, vec![("mysqld", mysqld(Some("db-01/mysqld")))]));
    let mut scenario = Scenario { name: "reference".to_owned(), seed: options.seed, ..Scenario::default() };
    scenario.topology = Topology { machines };
    let mix = Mix { static_files: 0, read: 9, write: 1 };
    // The first visit fetches the address; the load begins when it is known.
    let load = Workload { rate_per_s: options.rate, mix, ..Workload::default() };
    scenario.timeline = vec![at_ms(0, Command::visits(Class::Read, 1)), at_ms(1_000, Command::Load(load))];
    scenario.settings.dns.ttl_s = 604_800;
    let settings = &mut scenario.settings;
    if !options.timeouts {
        settings.client.response_timeout_ms = 0;
        settings.balancer.timeout_server_ms = 0;
        settings.app.read_timeout_ms = 0;
    }
    settings.client.remembers_address = true;
    settings.record.trace_one_in = options.trace_one_in;
    let network = &mut settings.network;
    (network.client_us, network.lan_us, network.loopback_us) = (20_000, 500, 0);
    (network.resolver_us, network.handshake) = (0, false);
    (settings.balancer.overhead_us, settings.nginx.overhead_us) = (0, 0);
    (settings.app.workers, settings.app.service_us) = (16, 4_000);
    (settings.mysql.threads, settings.mysql.service_us) = (8, 2_000);
    scenario
}

const fn at_ms(ms: u64, command: Command) -> TimedCommand {
    TimedCommand { at_us: SimTime(ms * 1_000), command }
}
