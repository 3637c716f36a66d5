//! Random cases for nginx. Where a peer may come back, waits are long enough for a clock of whole seconds.

use serde_json::{Value, json};

use super::draft::{Draft, case, server_name};
use super::nginx::lines;
use super::random::Random;

pub const KIND: &str = "nginx";

/// `fail_timeout` of the cases without waits, which end much earlier, and of those with waits.
const LONG_S: u64 = 60;
const SHORT_S: u64 = 1;
/// More than `SHORT_S`, however the clock's seconds fall.
const WAIT_MS: u64 = 2200;
const MOST_WAITS: usize = 2;

pub fn generate(seed: u64, number: usize) -> Value {
    let mut random = Random::of_case(seed, KIND, number);
    let algorithm =
        random.weighted(&[(55, "roundrobin"), (20, "least_conn"), (12, "ip_hash"), (13, "hash $request_uri")]);
    let has_waits = random.chance(25);
    let peers = peers(&mut random, algorithm, if has_waits { SHORT_S } else { LONG_S });
    let next_upstream = random.weighted(&[(75, "error timeout"), (15, "error timeout http_503"), (10, "off")]);
    let mut balancer = json!({
        "kind": KIND, "algorithm": algorithm, "retries": null, "redispatch": null, "check": null,
        "timeouts_ms": {"connect": 300, "queue": null, "server": 30_000}, "next_upstream": next_upstream,
    });
    if random.chance(15) {
        balancer["next_upstream_tries"] = json!(random.between(1, 2));
    }
    let mut draft = Draft::new(random, peers);
    draft.posts = 20;
    match algorithm {
        "ip_hash" => draft.visitors_from(6),
        "hash $request_uri" => draft.paths = (0..8).map(|page| format!("/page{page}.html?id={page}")).collect(),
        _ => {}
    }
    tell(&mut draft, has_waits, if algorithm == "least_conn" { 35 } else { 12 });

    let config = lines(&balancer, &json!(draft.servers));
    let about = format!("random peers and events, seed {seed}, number {number}");
    case(format!("{KIND}_{seed}_{number:03}"), "nginx/1.22", &balancer, &config, &draft, &about)
}

fn peers(random: &mut Random, algorithm: &str, fail_timeout_s: u64) -> Vec<Value> {
    let count = random.between(1, 5);
    let may_have_backups = !algorithm.contains("hash") && random.chance(40);
    let has_limits = random.chance(20);
    let most = random.weighted(&[(40, 1), (45, 5), (15, 30)]);
    let peer = |index| {
        let mut peer = json!({
            "name": server_name(index), "weight": random.between(1, most),
            "backup": may_have_backups && index > 0 && random.chance(40),
            "maxconn": has_limits.then(|| random.between(1, 2)),
            "max_fails": random.pick(&[0, 1, 1, 1, 2, 3]), "fail_timeout_s": fail_timeout_s,
        });
        if index > 0 && random.chance(10) {
            peer["down"] = json!(true);
        }
        peer
    };
    (0..count).map(peer).collect()
}

fn tell(draft: &mut Draft, has_waits: bool, holds: u64) {
    let mut waits_left = if has_waits { MOST_WAITS } else { 0 };
    for _ in 0..draft.random.between(12, 36) {
        match draft.random.weighted(&[(70, "visit"), (22, "life"), (4, "wait"), (4, "reload")]) {
            "visit" if draft.random.chance(holds) && draft.random.chance(60) => draft.hold(),
            "visit" if draft.random.chance(holds) => draft.release(),
            "life" => {
                let peer = draft.any_server();
                draft.kill_or_start(peer);
            }
            "wait" if waits_left > 0 => {
                waits_left -= 1;
                draft.add(json!({"op": "wait_ms", "ms": WAIT_MS}));
            }
            // A request that is held belongs to the old worker, of which the new one knows nothing.
            "reload" if !draft.is_anything_open() => reload(draft),
            _ => draft.request(),
        }
    }
    if waits_left > 0 {
        draft.add(json!({"op": "wait_ms", "ms": WAIT_MS}));
    }
    draft.release_all(1);
    for _ in 0..draft.random.between(2, 8) {
        draft.request();
    }
}

/// The configuration is read again, with one peer's weight changed.
fn reload(draft: &mut Draft) {
    let peer = draft.any_server();
    let mut servers = draft.servers.clone();
    servers[peer]["weight"] = json!(draft.random.between(1, 5));
    draft.add(json!({"op": "reload", "servers": servers}));
}
