//! The same run everywhere: natively and in WebAssembly the event log has the digests of this table.
//!
//! In a terminal: `cargo test --test parity`, and the same with `--target wasm32-unknown-unknown` and
//! `wasm-bindgen-test-runner` as the runner. When the engine's behaviour changes on purpose, the failing test prints the new
//! table.

mod support;

use std::sync::Arc;

use hopscope::sim::balancer::{AdminState, Algorithm};
use hopscope::sim::dns::ResolverKind;
use hopscope::sim::{Check, Command, Scenario, Setting, Workload, World};
use support::{ms, preset, scenario};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// How long each run lasts, in ms.
const LENGTH_MS: u64 = 40_000;

/// What happens in a run beside 100 visits a second.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    Nothing,
    DeadNginx,
    DeadMachine,
    HungApplication,
    CutLinks,
    Failover,
    DeadNameServer,
    EverySetting,
    Maintenance,
}
use Trouble::{
    CutLinks, DeadMachine, DeadNameServer, DeadNginx, EverySetting, Failover, HungApplication, Maintenance, Nothing,
};

/// Preset, trouble, seed, and the digest of the run's event log.
const RUNS: [(&str, Trouble, u64, u64); 24] = [
    ("three-server", Nothing, 1, 0xdf9d_77d6_86c4_1089),
    ("three-server", DeadNginx, 2, 0x62c3_ed19_b2c5_b443),
    ("three-server", DeadMachine, 3, 0x8377_ca92_595e_fd35),
    ("three-server", HungApplication, 4, 0xd06a_897d_9703_ba05),
    ("three-server", CutLinks, 5, 0x864f_0b10_d814_747b),
    ("three-server", Failover, 6, 0x3e6d_5d1d_6594_513c),
    ("three-server", DeadNameServer, 7, 0x60d8_c492_56cb_5d32),
    ("three-server", EverySetting, 8, 0x91b3_25c7_8260_44e1),
    ("three-server", Maintenance, 9, 0x9694_52a7_573e_b586),
    ("dedicated-db", Nothing, 10, 0x7b31_bc56_b905_fad6),
    ("dedicated-db", Failover, 11, 0x8cb8_103a_f0bd_03ab),
    ("dedicated-db", EverySetting, 12, 0x41a3_29dd_0541_10f5),
    ("dedicated-db", DeadNginx, 13, 0x5395_3c6b_75b9_2bd9),
    ("one-db-server", Failover, 14, 0xadb6_fb84_0cd4_a8bc),
    ("one-db-server", DeadMachine, 15, 0x8891_d9b9_1ec7_ee39),
    ("one-db-server", Maintenance, 16, 0x2e88_a68a_0feb_5ca1),
    ("one-server", Nothing, 17, 0x43e1_5b9c_4e65_7ef5),
    ("one-server", HungApplication, 18, 0xd58e_5732_4610_be3f),
    ("one-server", DeadNameServer, 19, 0x29b3_e898_2831_9e8d),
    ("large", Nothing, 20, 0x535d_0246_cd91_9aa5),
    ("large", DeadMachine, 21, 0x190f_a7d3_d3fe_2c1f),
    ("large", Failover, 22, 0xa586_fd11_7a32_8427),
    ("large", EverySetting, 23, 0x2b27_af3b_15be_6d30),
    ("large", Maintenance, 24, 0x90aa_2fcd_15c0_6fed),
];

#[test]
fn every_run_is_the_same_on_every_platform() {
    let mut table = String::new();
    let mut differs = false;
    for (name, trouble, seed, expected) in RUNS {
        let digest = run(name, trouble, seed);
        differs |= digest != expected;
        table += &format!("    ({name:?}, {trouble:?}, {seed}, 0x{digest:016x}),\n");
    }
    assert!(!differs, "the table of this engine:\n{table}");
}

fn run(name: &str, trouble: Trouble, seed: u64) -> u64 {
    // Beside the presets, a larger stack with two balancers.
    let mut scenario = if name == "large" { scenario(5, 3, 2) } else { preset(name) };
    scenario.seed = seed;
    scenario.workload = Workload { rate_per_s: 100, ..Workload::default() };
    let mut world = World::new(Arc::new(troubled(scenario, trouble)));
    world.run_until(ms(LENGTH_MS));
    assert!(world.metrics().ended > 2_500, "{name} {trouble:?}: {}", world.metrics().ended);
    assert_eq!(world.verify(), Ok(()));
    world.digest()
}

/// Adds the trouble to the timeline. Names that a topology does not have are left out.
fn troubled(scenario: Scenario, trouble: Trouble) -> Scenario {
    let kill = |part: &str| Command::Kill { part: part.to_owned() };
    let freeze = |part: &str| Command::Freeze { part: part.to_owned() };
    let slow = |part: &str, factor| Command::Slow { part: part.to_owned(), factor };
    let promote = |server: &str| Command::Promote { server: server.to_owned() };
    let reclone = |server: &str| Command::Reclone { server: server.to_owned() };
    let state = |state| Command::ServerState { server: "web-01".to_owned(), state };
    let weight = |weight| Command::ServerWeight { server: "web-02".to_owned(), weight };
    let set = Command::Set;
    let commands = match trouble {
        Nothing => vec![],
        DeadNginx => vec![(5, kill("web-01/nginx")), (25, Command::RestoreAll)],
        DeadMachine => vec![(5, kill("web-02")), (7, slow("web-01", 3)), (25, Command::RestoreAll)],
        HungApplication => vec![(5, freeze("web-01/app")), (12, freeze("lb-01/haproxy")), (20, Command::RestoreAll)],
        CutLinks => vec![
            (5, kill("client/browser>lb-01/haproxy")),
            (8, kill("lb-01/haproxy>web-01/nginx")),
            (15, kill("web-02/app>web-01/mysqld")),
            (25, Command::RestoreAll),
        ],
        Failover => vec![
            (3, set(Setting::SourceDelay(2_000))),
            (5, kill("web-01/mysqld>web-02/mysqld")),
            (5, kill("db-01/mysqld>db-02/mysqld")),
            (9, kill("web-01/mysqld")),
            (9, kill("db-01/mysqld")),
            (12, promote("web-02/mysqld")),
            (12, promote("db-02/mysqld")),
            (20, Command::RestoreAll),
            (25, reclone("web-01/mysqld")),
            (25, reclone("db-01/mysqld")),
        ],
        DeadNameServer => vec![
            (4, Command::Records { addresses: scenario.settings.dns.addresses.clone(), ttl_s: 5 }),
            (5, Command::FlushCache),
            (9, kill("ns1/nsd")),
            (16, set(Setting::Resolver(ResolverKind::Bind))),
            (22, Command::RestoreAll),
        ],
        EverySetting => vec![
            (2, set(Setting::Balance(Algorithm::Random))),
            (4, set(Setting::CheckKind(Check::Http))),
            (6, set(Setting::Balance(Algorithm::LeastConn))),
            (8, set(Setting::Workers(1))),
            (14, set(Setting::Workers(16))),
            (16, set(Setting::Threads(1))),
            (20, set(Setting::Balance(Algorithm::Source))),
            (24, set(Setting::ClientLatency(80_000))),
        ],
        Maintenance => vec![
            (4, state(AdminState::Drain)),
            (8, state(AdminState::Maint)),
            (14, weight(7)),
            (16, state(AdminState::Ready)),
            (18, kill("lb-01/haproxy")),
            (20, Command::RestoreAll),
        ],
    };
    let wiring = hopscope::sim::Wiring::new(&scenario.topology);
    let known = commands.into_iter().filter(|(_, command)| command.validate(&wiring).is_ok());
    known.fold(scenario, |scenario, (at_s, command)| scenario.with(ms(at_s * 1_000), command))
}
