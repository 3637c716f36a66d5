//! Spans in nginx, the application and MySQL.

use super::Hop;
use crate::sim::nginx::Method;
use crate::sim::{Answer, DbChoice, DbError, Decision, PeerReason, Place, ProcessId, Role};
use crate::text::explain::{database_error, status_line};

impl Hop<'_> {
    pub(super) fn in_stack(&self, process: ProcessId) -> String {
        let who = self.who_first(process);
        match self.span.decision {
            Decision::ServedFile => {
                format!("{who} serves the file itself: static files never reach the application.")
            }
            Decision::Proxied => {
                format!("{who} passes the request to the application, which makes the page.")
            }
            Decision::TriesPeer { server, why } => {
                format!("{who} passes the request to {}: {}.", self.who(server), peer_choice(why))
            }
            Decision::PeerFailed { status, left_out } => self.peer_failed(&who, status, left_out),
            Decision::NoServer => format!(
                "{who} finds no live upstreams while connecting to upstream: every application is left out after its \
                 failures, at its “max_conns”, down, or has been tried."
            ),
            Decision::PassedOn => format!("{who} passes the application's answer on."),
            Decision::Failed { status: 404 } => format!("{who} answers 404 Not Found itself: there is no such file."),
            Decision::Failed { status } => {
                format!("{who} answers {} itself: {}.", status_line(status), self.why_nginx_failed())
            }
            Decision::WaitedForWorker => format!("{who} let the request wait: all its workers were busy."),
            Decision::AsksDatabase { server, why } => {
                format!("{who} did its own part, then asks {}: {}.", self.who(server), choice(why))
            }
            Decision::DatabaseFailed(error) => self.database_failed(&who, error),
            Decision::Answered { version } => {
                format!("{who} answers 200 OK: version {version} of its files made the page.")
            }
            Decision::Scripted(answer) => format!("{who} {}.", scripted(answer)),
            Decision::WaitedForThread => format!("{who} let the statement wait: all its threads were busy."),
            Decision::ReadRows { newest: 0, missed: 0 } => format!("{who} ran the SELECT: the table is empty."),
            Decision::ReadRows { newest, missed: 0 } => format!("{who} ran the SELECT: the newest row is {newest}."),
            Decision::ReadRows { missed, .. } => self.missed(&who, missed),
            Decision::StoredRow { row } => self.stored(&who, row),
            Decision::Denied(error) => {
                format!("{who} refuses the statement: {}.", database_error(self.wiring, error, Some(process)))
            }
            _ => self.any(process),
        }
    }

    fn why_nginx_failed(&self) -> &'static str {
        let mut before =
            self.before.iter().rev().skip_while(|span| matches!(span.decision, Decision::PeerFailed { .. }));
        match before.next().map(|span| (span.decision, span.place)) {
            Some((Decision::NoServer, _)) => "it has no live upstream",
            Some((Decision::Refused, _)) => "the application refused the connection",
            Some((Decision::Reset, _)) => "the application closed the connection before it had answered",
            Some((Decision::NoAnswer, Place::Link { back: false, .. })) => {
                "the application did not accept the connection within “proxy_connect_timeout”"
            }
            Some((Decision::NoAnswer, _)) => "the application did not answer within “proxy_read_timeout”",
            _ => "the application did not answer",
        }
    }

    fn peer_failed(&self, who: &str, status: u16, left_out: bool) -> String {
        let tried = self.before.iter().rev().find_map(|span| match span.decision {
            Decision::TriesPeer { server, .. } => Some(self.who(server)),
            _ => None,
        });
        let tried = tried.as_deref().unwrap_or("the application");
        let then = if left_out { ", and leaves it out until “fail_timeout” is over" } else { "" };
        format!("{who} notes {status} for its try at {tried}{then}.")
    }

    fn database_failed(&self, who: &str, error: DbError) -> String {
        let asked = self.before.iter().rev().find_map(|span| match span.decision {
            Decision::AsksDatabase { server, .. } => Some(server),
            _ => None,
        });
        let words = database_error(self.wiring, error, asked);
        match self.after.map(|span| span.decision) {
            Some(Decision::AsksDatabase { .. }) => format!("{who} got an error and tries another server: {words}."),
            _ => format!("{who} answers 500 Internal Server Error: {words}."),
        }
    }

    fn missed(&self, who: &str, missed: u32) -> String {
        let rows =
            if missed == 1 { "1 acknowledged row is".to_owned() } else { format!("{missed} acknowledged rows are") };
        format!(
            "{who} ran the SELECT, but the read is stale: {rows} missing, this replica does not have everything yet."
        )
    }

    fn stored(&self, who: &str, row: u32) -> String {
        let servers = self.wiring.processes.iter().filter(|info| matches!(info.role, Role::Mysqld { .. })).count();
        if servers > 1 {
            format!("{who} committed row {row}: replicas get it afterwards from the binlog, nobody waits for them.")
        } else {
            format!("{who} committed row {row}: this server has the only copy.")
        }
    }
}

const fn peer_choice(why: PeerReason) -> &'static str {
    match why {
        PeerReason::Method(Method::RoundRobin) => "its turn by weight (smooth round robin)",
        PeerReason::Method(Method::LeastConn) => "it works on the fewest requests for its weight (“least_conn”)",
        PeerReason::Method(Method::IpHash) => "the first three bytes of the client's address decide (“ip_hash”)",
        PeerReason::Method(Method::HashUri) => "the address of the page decides (“hash $request_uri”)",
        PeerReason::OnlyOne => "there is no other",
        PeerReason::Next => "the one before did not help, and “proxy_next_upstream” lets the request go on",
        PeerReason::Backup => "it is a backup, and no other server can take the request",
    }
}

const fn choice(why: DbChoice) -> &'static str {
    match why {
        DbChoice::Write => "writes go to the primary",
        DbChoice::ReadReplica => "reads go to a replica",
        DbChoice::ReadPrimary => "reads are set to go to the primary",
        DbChoice::NoReplica => "there is no replica, so reads go to the primary",
        DbChoice::Fallback => "the replica failed, so the read falls back to the primary",
    }
}

/// What the application does because the visit was sent so.
fn scripted(answer: Answer) -> String {
    match answer {
        Answer::Page => "answers 200 OK".to_owned(),
        Answer::Status(status) => format!("answers {}, as this visit asks it to", status_line(status)),
        Answer::Delay(ms) => format!("answers {ms} ms late, as this visit asks it to"),
        Answer::Close => "closes the connection without a byte of an answer".to_owned(),
        Answer::Reset => "resets the connection without a byte of an answer".to_owned(),
        Answer::Partial => "closes the connection after half of the headers".to_owned(),
        Answer::Garbage => "answers with something that is not HTTP".to_owned(),
        Answer::ShortBody => "closes the connection after 10 of 100 bytes of the page".to_owned(),
        Answer::Held => "keeps the visit until it is told to answer".to_owned(),
    }
}
