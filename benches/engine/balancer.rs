//! What a request costs each balance algorithm: the choice, and the news of the server's load.

use divan::{Bencher, black_box};
use hopscope::sim::balancer::{Algorithm, Candidate, Selector, select::Pick};
use hopscope::sim::{HashType, Rng};

const SERVERS: [usize; 3] = [2, 16, 64];

#[divan::bench(args = SERVERS)]
fn round_robin(bencher: Bencher, servers: usize) {
    request(bencher, Algorithm::RoundRobin, servers);
}

#[divan::bench(args = SERVERS)]
fn static_rr(bencher: Bencher, servers: usize) {
    request(bencher, Algorithm::StaticRr, servers);
}

#[divan::bench(args = SERVERS)]
fn least_conn(bencher: Bencher, servers: usize) {
    request(bencher, Algorithm::LeastConn, servers);
}

#[divan::bench(args = SERVERS)]
fn first(bencher: Bencher, servers: usize) {
    request(bencher, Algorithm::First, servers);
}

#[divan::bench(args = SERVERS)]
fn source(bencher: Bencher, servers: usize) {
    request(bencher, Algorithm::Source, servers);
}

#[divan::bench(args = SERVERS)]
fn random(bencher: Bencher, servers: usize) {
    request(bencher, Algorithm::Random, servers);
}

/// Requests come while as many as there are servers are under way; the oldest of these ends with each that comes.
fn request(bencher: Bencher, algorithm: Algorithm, count: usize) {
    let server = Candidate {
        weight: 1,
        configured_weight: 1,
        usable: true,
        backup: false,
        running: 0,
        queued: 0,
        maxconn: Some(4),
    };
    let mut servers = vec![server; count];
    let mut selector = Selector::new(algorithm, HashType::default(), false, &servers);
    let mut rng = Rng::new(1, 0);
    let mut under_way = vec![None; count];
    let mut place = 0;
    bencher.bench_local(|| {
        if let Some(server) = under_way[place] {
            let server: usize = server;
            servers[server].running -= 1;
            selector.load_changed(server, &servers);
        }
        let client = black_box(rng.below(u32::MAX));
        under_way[place] = match selector.pick(&servers, client, None, &mut rng) {
            Pick::Server(server) => {
                servers[server].running += 1;
                selector.load_changed(server, &servers);
                Some(server)
            }
            Pick::AllFull | Pick::NoServer => None,
        };
        place = (place + 1) % count;
    });
}
