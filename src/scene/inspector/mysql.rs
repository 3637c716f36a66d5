//! A MySQL server: its role, `SHOW REPLICA STATUS`, and what the last promotion lost.

use super::{Detail, PartView};
use crate::scene::data::{gtid_set, is_diverged, or_empty, ranges, role};
use crate::sim::mysql::{
    ApplyError, Cluster, Gtid, Io, IoError, Promotion, ReplicaStatus, Row, SOURCE_RETRY_COUNT, Server,
};
use crate::sim::{Condition, PartId, ProcessId, World};
use crate::text::inspector::{fact, replica as words, stats};

/// Lost rows that are named.
const NAMED: usize = 12;

/// Replication as an operator sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct MysqlView {
    /// `machine/process`, as commands name it.
    pub name: String,
    /// Whether it answers an operator.
    pub answers: bool,
    /// Primary, replica or old primary.
    pub role: &'static str,
    /// Whether writes go there.
    pub is_primary: bool,
    /// `super_read_only`.
    pub read_only: bool,
    /// Whether it holds transactions that the primary has not.
    pub diverged: bool,
    /// The status of a replica, field by field with MySQL 8's names; empty if it is none.
    pub replica: Vec<(&'static str, String)>,
    /// Whether the receiver and the applier of a replica are started.
    pub threads: Option<[bool; 2]>,
    /// What the last promotion did.
    pub promotion: Option<PromotionView>,
}

/// What a promotion did.
#[derive(Clone, Debug, PartialEq)]
pub struct PromotionView {
    /// That in a sentence.
    pub what: String,
    /// What it lost, in a sentence.
    pub losses: String,
    /// The first lost rows: id and visit.
    pub lost: Vec<(u32, u64)>,
    /// Lost rows that are not named.
    pub more: u64,
}

pub(super) fn mysqld(world: &World, process: ProcessId, view: &mut PartView) {
    let (cluster, wiring) = (world.cluster(), world.wiring());
    let Some((at, server)) = (0..).zip(&cluster.servers).find(|(_, server)| server.process == process) else {
        return;
    };
    let diverged = is_diverged(cluster, at);
    let role = role(cluster, at);
    view.fact(fact::READ_ONLY, fact::on_off(server.read_only));
    view.fact(fact::ROWS, server.table.count());
    view.fact(fact::EXECUTED, or_empty(gtid_set(cluster, wiring, &server.executed)));
    view.fact(fact::THREADS, fact::of(server.running, world.settings().mysql.threads));
    view.fact(fact::THREADS_WAITING, server.waiting.len());
    view.fact(fact::READS, server.counters.reads);
    view.fact(fact::WRITES, server.counters.writes);
    view.fact(fact::APPLIED, server.counters.applied);
    view.fact(fact::ERRORS, server.counters.errors);
    for other in cluster.servers.iter().filter(|other| other.process != process) {
        if let Some(link) = wiring.link_between(process, other.process) {
            view.relate(world, PartId::Link(link));
        }
        view.relate(world, PartId::Process(other.process));
    }
    let status = world.replica_status(at);
    view.detail = Detail::Mysql(MysqlView {
        name: view.status.name.clone(),
        answers: view.status.condition == Condition::Up,
        role,
        is_primary: cluster.primary == Some(at),
        read_only: server.read_only,
        diverged,
        threads: status.map(|status| [matches!(status.io, Io::Running | Io::Connecting), server.sql_running]),
        replica: status.map(|status| replica(world, server, &status)).unwrap_or_default(),
        promotion: cluster.promotions.back().map(|promotion| PromotionView::new(world, promotion)),
    });
    if let Detail::Mysql(MysqlView { replica, .. }) = &view.detail
        && !replica.is_empty()
    {
        view.terminal("replica-status", stats::REPLICA_STATUS, words::vertically(replica));
    }
    view.settings(world, &["mysql."]);
}

/// The fields that teach, in MySQL's order.
fn replica(world: &World, server: &Server, status: &ReplicaStatus) -> Vec<(&'static str, String)> {
    let (cluster, wiring) = (world.cluster(), world.wiring());
    let source = wiring.process(status.source);
    let host = wiring.machine_of(status.source).address;
    let at = format!("{host}:{}", source.port);
    let behind = status.seconds_behind.map_or("NULL".to_owned(), |seconds| seconds.to_string());
    vec![
        ("Replica_IO_State", words::io_state(status).to_owned()),
        ("Source_Host", host.to_string()),
        ("Source_User", "repl".to_owned()),
        ("Source_Port", source.port.to_string()),
        ("Connect_Retry", (world.settings().mysql.connect_retry_ms / 1_000).to_string()),
        ("Replica_IO_Running", words::io_running(status.io).to_owned()),
        ("Replica_SQL_Running", if status.sql_running { "Yes" } else { "No" }.to_owned()),
        ("Seconds_Behind_Source", behind),
        ("Last_IO_Errno", status.io_error.map_or(0, IoError::code).to_string()),
        ("Last_IO_Error", words::io_error(status, &at, world.settings().mysql.connect_retry_ms / 1_000)),
        ("Last_SQL_Errno", status.sql_error.map_or(0, ApplyError::code).to_string()),
        ("Last_SQL_Error", words::sql_error(status.sql_error)),
        ("SQL_Delay", (world.settings().mysql.source_delay_ms / 1_000).to_string()),
        ("SQL_Remaining_Delay", status.remaining_delay.map_or("NULL".to_owned(), |seconds| seconds.to_string())),
        ("Replica_SQL_Running_State", words::sql_state(status).to_owned()),
        ("Source_Retry_Count", SOURCE_RETRY_COUNT.to_string()),
        ("Retrieved_Gtid_Set", received(world, cluster, server)),
        ("Executed_Gtid_Set", gtid_set(cluster, wiring, &server.executed)),
    ]
}

/// What has come from other servers, applied or not.
fn received(world: &World, cluster: &Cluster, server: &Server) -> String {
    let in_relay = server.relay.iter().map(|transaction| transaction.row.gtid);
    let foreign = |gtid: &Gtid| cluster.servers[usize::from(gtid.origin)].process != server.process;
    let mut last: Vec<Gtid> = Vec::new();
    for gtid in server.executed.ranges().chain(in_relay).filter(foreign) {
        match last.iter_mut().find(|known| (known.origin, known.uuid) == (gtid.origin, gtid.uuid)) {
            Some(known) => known.number = known.number.max(gtid.number),
            None => last.push(gtid),
        }
    }
    ranges(cluster, world.wiring(), last.into_iter())
}

impl PromotionView {
    fn new(world: &World, promotion: &Promotion) -> Self {
        let name = |process| world.wiring().process(process).full_name.as_str();
        let old = promotion.old_primary.map(name);
        let lost: Vec<(u32, u64)> = promotion.lost.iter().take(NAMED).map(|row: &Row| (row.id, row.visit)).collect();
        Self {
            what: stats::promotion(name(promotion.server), old, promotion.at),
            losses: stats::losses(promotion.lost_count),
            more: promotion.lost_count.saturating_sub(lost.len() as u64),
            lost,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::InspectorView;
    use super::*;
    use crate::sim::{Class, Command, Micros, Preset, Setting};
    use std::sync::Arc;

    fn mysql(world: &World, name: &str) -> MysqlView {
        let part = world.wiring().part(name).expect("a part");
        match InspectorView::new(world, Some(part)).part.expect("it exists").detail {
            Detail::Mysql(view) => view,
            other => panic!("{other:?}"),
        }
    }

    fn field(view: &MysqlView, name: &str) -> String {
        view.replica.iter().find(|(field, _)| *field == name).map(|(_, value)| value.clone()).expect("a field")
    }

    fn act(world: &mut World, command: Command) {
        world.apply(&command).expect("a command that makes sense");
        let until = world.now() + Micros::from_secs(2);
        world.run_until(until);
    }

    #[test]
    fn the_status_of_a_replica_follows_its_source_and_names_what_was_lost() {
        let mut world = World::new(Arc::new(Preset::find("three-server").expect("a preset").scenario()));
        act(&mut world, Command::Set(Setting::SourceDelay(600_000)));
        act(&mut world, Command::visits(Class::Write, 2));
        let replica = mysql(&world, "web-02/mysqld");
        assert_eq!(field(&replica, "Replica_IO_Running"), "Yes");
        assert_eq!(field(&replica, "Retrieved_Gtid_Set"), "web-01:1-2");
        assert_eq!((field(&replica, "Executed_Gtid_Set"), field(&replica, "SQL_Delay")), ("".into(), "600".into()));
        assert!(mysql(&world, "web-01/mysqld").replica.is_empty());

        act(&mut world, Command::Kill { part: "web-01/mysqld>web-02/mysqld".into() });
        act(&mut world, Command::visits(Class::Write, 1));
        act(&mut world, Command::Kill { part: "web-01/mysqld".into() });
        act(&mut world, Command::Promote { server: "web-02/mysqld".into() });
        let promotion = mysql(&world, "web-02/mysqld").promotion.expect("a promotion");
        assert_eq!((promotion.lost, promotion.more), (vec![(3, 3)], 0));

        act(&mut world, Command::RestoreAll);
        act(&mut world, Command::Follow { server: "web-01/mysqld".into() });
        let old = mysql(&world, "web-01/mysqld");
        assert_eq!((field(&old, "Replica_IO_Running"), field(&old, "Last_IO_Errno")), ("No".into(), "1236".into()));
        assert!(old.diverged && field(&old, "Last_IO_Error").contains("not in the source's binlog"));
    }

    #[test]
    fn the_attempts_to_reach_a_lost_source_are_counted_until_it_is_back() {
        let mut world = World::new(Arc::new(Preset::find("three-server").expect("a preset").scenario()));
        let mut error = |command| {
            act(&mut world, command);
            field(&mysql(&world, "web-02/mysqld"), "Last_IO_Error")
        };
        let part = || "web-01/mysqld".to_owned();
        let expected = "Error reconnecting to source 'repl@10.0.0.11:3306'. This was attempt 3/86400, with a delay of 1 \
                        seconds between attempts. Message: Can't connect to MySQL server on '10.0.0.11:3306' (111)";
        assert_eq!(error(Command::Kill { part: part() }), expected);
        assert_eq!(error(Command::Restore { part: part() }), "");
        assert_eq!(error(Command::Kill { part: part() }), expected);
    }
}
