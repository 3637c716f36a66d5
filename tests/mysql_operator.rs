//! What an operator does with replicas, beside the load of visitors.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use hopscope::sim::mysql::{Io, Thread};
use hopscope::sim::{Cause, Class, Command, DbError, PartId, Setting};
use support::Lab;

fn threads(thread: Thread, run: bool) -> Command {
    Command::Replication { server: "web-02/mysqld".to_owned(), thread, run }
}

#[test]
fn while_a_thread_is_stopped_reads_are_old_and_nobody_knows_how_old() {
    let mut lab = Lab::new();
    for (thread, waiting, not_received) in [(Thread::Sql, 2, 0), (Thread::Io, 0, 2), (Thread::Both, 0, 2)] {
        lab.tell(threads(thread, false));
        let before = lab.world.cluster().servers[1].table.last_id();
        lab.visit(Class::Write);
        lab.visit(Class::Write);
        lab.run_ms(2_000);
        let status = lab.world.replica_status(1).expect("a replica");
        assert_eq!((status.waiting, status.not_received, status.seconds_behind), (waiting, not_received, None));
        assert_eq!(lab.visit(Class::Read).outcome.cause, Cause::Rows { newest: before, missed: 2 });
        lab.tell(threads(thread, true));
        lab.run_ms(100);
        assert_eq!(lab.visit(Class::Read).outcome.cause, Cause::Rows { newest: before + 2, missed: 0 });
        assert_eq!(lab.world.replica_status(1).expect("a replica").seconds_behind, Some(0));
        assert_eq!(lab.world.verify(), Ok(()));
    }
}

#[test]
fn a_primary_has_no_threads_to_stop() {
    let mut lab = Lab::new();
    let command = Command::Replication { server: "web-01/mysqld".to_owned(), thread: Thread::Both, run: false };
    assert_eq!(lab.world.apply(&command).expect_err("no replica").field, "server");
    lab.kill("web-02/mysqld");
    assert!(lab.world.apply(&threads(Thread::Io, false)).is_err(), "the dead obey nobody");
}

#[test]
fn a_restarted_replica_starts_both_threads() {
    let mut lab = Lab::new();
    lab.tell(threads(Thread::Both, false));
    lab.kill("web-02/mysqld");
    lab.tell(Command::Restore { part: "web-02/mysqld".to_owned() });
    lab.run_ms(100);
    let status = lab.world.replica_status(1).expect("a replica");
    assert_eq!((status.io, status.sql_running, status.io_error), (Io::Running, true, None));
}

#[test]
fn a_semi_synchronous_commit_waits_for_the_replica_or_for_the_time_out() {
    let mut lab = Lab::new();
    lab.tell(Command::Set(Setting::SemiSync(true)));
    let took = |lab: &mut Lab| lab.visit(Class::Write).took.0;
    let quick = took(&mut lab);
    lab.tell(threads(Thread::Io, false));
    // The time-out of the database (10 s) is longer than the application's patience: the row is stored all the same.
    let record = lab.visit(Class::Write);
    assert_eq!(record.outcome.cause, Cause::Database(DbError::ReadTimeout));
    assert!(lab.world.cluster().servers[0].semi_sync.on);
    lab.run_ms(10_000);
    assert_eq!(lab.world.cluster().servers[0].table.count(), 2);
    // Now it waits for nobody, until the replica has caught up.
    assert!(!lab.world.cluster().servers[0].semi_sync.on && took(&mut lab) < quick + 100_000);
    lab.tell(threads(Thread::Io, true));
    lab.run_ms(1_000);
    assert!(lab.world.cluster().servers[0].semi_sync.on);
    assert_eq!(lab.world.verify(), Ok(()));
}

#[test]
fn what_a_semi_synchronous_primary_acknowledged_is_never_lost() {
    let mut lab = Lab::new();
    lab.tell(Command::Set(Setting::SemiSync(true)));
    for _ in 0..20 {
        lab.visit(Class::Write);
    }
    // An answer has travelled over 20 ms since the commit; the row reached the replica before it set out.
    lab.kill("web-01/mysqld");
    lab.promote("web-02/mysqld");
    assert_eq!((lab.world.cluster().promotions[0].lost_count, lab.world.cluster().servers[1].table.count()), (0, 20));
}

fn truncate(server: &str) -> Command {
    Command::Truncate { server: server.to_owned() }
}

fn rows(lab: &Lab) -> [u64; 2] {
    [0, 1].map(|at| lab.world.cluster().servers[at].table.count())
}

/// To replication a mistake is a change like any other; a replica keeps only what was done to it later than it has applied.
#[test]
fn a_truncated_table_is_empty_on_the_replica_too() {
    let mut lab = Lab::new();
    lab.lines(Class::Write, 3);
    lab.run_ms(1_000);
    assert_eq!(rows(&lab), [3, 3]);
    lab.tell(truncate("web-01/mysqld"));
    assert_eq!(rows(&lab), [0, 3], "the statement is on its way");
    lab.run_ms(100);
    assert_eq!(rows(&lab), [0, 0]);
    let ends = [0, 1].map(|at| lab.world.cluster().servers[at].binlog.end());
    assert_eq!(ends, [4, 4], "one transaction");
    // Nothing is stale: the rows are gone by right.
    assert_eq!(lab.visit(Class::Read).outcome.cause, Cause::Rows { newest: 0, missed: 0 });
    // AUTO_INCREMENT begins anew (MySQL 8.0 manual, 15.1.37).
    assert_eq!(lab.visit(Class::Write).outcome.cause, Cause::Stored { row: 1 });
    lab.run_ms(100);
    assert_eq!(rows(&lab), [1, 1]);
    assert_eq!(lab.visit(Class::Read).outcome.cause, Cause::Rows { newest: 1, missed: 0 });
    assert_eq!(lab.world.verify(), Ok(()));
}

#[test]
fn archived_rows_are_truncated_as_well() {
    let mut lab = Lab::new();
    lab.tell(Command::visits(Class::Write, 700));
    lab.run_ms(20_000);
    assert_eq!(rows(&lab), [700, 700]);
    lab.tell(truncate("web-01/mysqld"));
    lab.run_ms(100);
    assert_eq!(rows(&lab), [0, 0]);
    assert_eq!(lab.world.verify(), Ok(()));
}

#[test]
fn a_delayed_replica_has_the_rows_until_the_delay_is_over() {
    let mut lab = Lab::new();
    lab.visit(Class::Write);
    lab.run_ms(1_000);
    lab.tell(Command::Set(Setting::SourceDelay(10_000)));
    lab.tell(truncate("web-01/mysqld"));
    lab.run_ms(9_000);
    assert_eq!(rows(&lab), [0, 1]);
    lab.run_ms(2_000);
    assert_eq!(rows(&lab), [0, 0]);
}

/// What a replica has not received a promotion does not know: for once that is what saves the rows.
#[test]
fn a_replica_that_is_cut_off_keeps_the_rows() {
    let mut lab = Lab::new();
    lab.visit(Class::Write);
    lab.run_ms(1_000);
    lab.kill("web-01/mysqld>web-02/mysqld");
    lab.tell(truncate("web-01/mysqld"));
    lab.run_ms(1_000);
    lab.promote("web-02/mysqld");
    assert_eq!(rows(&lab), [0, 1]);
    assert_eq!(lab.world.cluster().lost, 0, "the row is there");
    assert_eq!(lab.visit(Class::Read).outcome.cause, Cause::Rows { newest: 1, missed: 0 });
    assert_eq!(lab.world.verify(), Ok(()));
}

#[test]
fn who_is_read_only_or_dead_truncates_nothing() {
    let mut lab = Lab::new();
    lab.visit(Class::Write);
    lab.run_ms(1_000);
    let error = lab.world.apply(&truncate("web-02/mysqld")).expect_err("a replica is read-only");
    assert_eq!((error.field.as_str(), error.message.as_str()), ("server", "1290: it runs with --super-read-only"));
    lab.kill("web-01/mysqld");
    assert_eq!(lab.world.apply(&truncate("web-01/mysqld")).expect_err("dead").field, "server");
    assert_eq!(lab.world.apply(&truncate("web-01/nginx")).expect_err("no database").field, "server");
    assert_eq!(rows(&lab), [1, 1]);
}

/// On the wire of the binlog the statement travels as it was typed.
#[test]
fn the_binlog_carries_truncate_as_a_statement() {
    let mut lab = Lab::new();
    lab.visit(Class::Write);
    lab.tell(truncate("web-01/mysqld"));
    lab.run_ms(100);
    let Ok(PartId::Link(link)) = lab.world.wiring().part("web-01/mysqld>web-02/mysqld") else { panic!("a link") };
    let [heard] = &lab.world.wiretap(link)[..] else { panic!("one event") };
    assert!(heard.shows("TRUNCATE TABLE orders") && !heard.shows("Order of visit"));
    // QUERY_EVENT, with its length.
    assert_eq!((heard.bytes[4], usize::from(heard.bytes[9])), (2, heard.bytes.len()));
    lab.visit(Class::Write);
    lab.run_ms(100);
    assert!(lab.world.wiretap(link)[0].shows("Order of visit"));
}
