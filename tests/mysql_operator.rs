//! What an operator does with replicas, beside the load of visitors.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use hopscope::sim::mysql::{Io, Thread};
use hopscope::sim::{Cause, Class, Command, DbError, Setting};
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
