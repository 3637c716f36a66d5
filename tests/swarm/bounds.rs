//! Queues and rings stay within their bounds.

use hopscope::sim::monitoring::SAMPLES;
use hopscope::sim::mysql::{MAX_ROWS, MAX_TRANSACTIONS};
use hopscope::sim::{LOG_LENGTH, MAX_SPANS, MAX_UNDER_WAY, TRACES, World, metrics::BUCKETS};

/// No run of these comes near as many events or calls at a time.
const MANY: usize = 50_000;
/// Promotions that a cluster remembers.
const PROMOTIONS: usize = 8;
/// One for each rule and program, and the last that were resolved.
const ALERTS: usize = 200;

pub fn check(world: &World) {
    within("visits under way", world.under_way(), MAX_UNDER_WAY);
    within("records", world.log().newest_first().count(), LOG_LENGTH);
    within("traces", world.traces().count(), TRACES);
    within("spans", world.traces().map(|trace| trace.spans.len()).max().unwrap_or(0), MAX_SPANS);
    within("buckets", world.metrics().series.len(), BUCKETS);
    within("calls", world.calls_under_way(), MANY);
    within("planned events", world.planned(), MANY);
    for balancer in world.balancers() {
        let own: usize = balancer.servers.iter().map(|server| server.queued()).sum();
        within("requests in HAProxy's queues", own + balancer.queued(), world.calls_under_way());
    }
    for app in world.apps() {
        within("requests that wait for a worker", app.waiting.len(), world.calls_under_way());
    }
    within("alerts", world.monitoring().alerts.len(), ALERTS);
    let samples = world.monitoring().targets.iter().map(|target| target.samples.len()).max();
    within("samples", samples.unwrap_or(0), SAMPLES);
    within("complaints", world.monitoring().complaints.len(), 16);
    within("promotions", world.cluster().promotions.len(), PROMOTIONS);
    for database in &world.cluster().servers {
        within("transactions in a relay log", database.relay.len(), MAX_TRANSACTIONS);
        within("rows", database.table.rows().len(), MAX_ROWS);
        within(
            "transactions in a binlog",
            (database.binlog.end() - database.binlog.start()) as usize,
            MAX_TRANSACTIONS,
        );
        let waiting = database.running as usize + database.waiting.len();
        within("statements", waiting, world.settings().mysql.max_connections as usize);
    }
}

fn within(what: &str, length: usize, most: usize) {
    assert!(length <= most, "{length} {what}, at most {most}");
}
