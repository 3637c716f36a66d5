//! Words of the panels of HAProxy, the application, MySQL and the name service.

use crate::sim::balancer::{AdminState, LastCheck};
use crate::sim::dns::NameServer;
use crate::sim::{Micros, SimTime};

/// Heading of the servers of a backend.
pub const SERVERS: &str = "Servers";
/// Heading of HAProxy's statistics.
pub const STATISTICS: &str = "Statistics report";
/// The row of totals.
pub const BACKEND: &str = "BACKEND";
/// Shown while HAProxy is dead.
pub const BALANCER_DOWN: &str =
    "HAProxy does not run. It forgot its counters; started again, it reads its configuration anew.";
/// The label of a weight.
pub const WEIGHT: &str = "Weight";
/// The label of the administrative states.
pub const ADMIN: &str = "Administrative state";
/// A backup server.
pub const BACKUP: &str = "backup";
/// Last check.
pub const LAST_CHECK: &str = "Last check";
/// No check yet, or none at all.
pub const NO_CHECK: &str = "–";

/// Columns of the statistics table: short heading, and what it means.
pub const COLUMNS: [(&str, &str); 19] = [
    ("Server", "machine name of the server"),
    ("Status", "what HAProxy believes"),
    ("LastChg", "how long it has been so"),
    ("LastChk", "result of the last health check"),
    ("Wght", "weight in force"),
    ("Act", "active server, in use"),
    ("Bck", "backup server, in use"),
    ("Queue", "requests waiting for this server"),
    ("QMax", "most that ever waited for it"),
    ("Cur", "sessions: requests now"),
    ("Max", "sessions: most at a time"),
    ("Total", "sessions: requests in all"),
    ("Retr", "connection retries"),
    ("Redis", "requests moved to another server"),
    ("Conn", "connections that failed for good"),
    ("Resp", "answers that broke off or never came"),
    ("Chk", "failed checks"),
    ("Dwn", "changes from UP to DOWN"),
    ("Dwntme", "time out of service in all"),
];

/// The button for an administrative state.
#[must_use]
pub const fn admin(state: AdminState) -> &'static str {
    match state {
        AdminState::Ready => "Ready",
        AdminState::Drain => "Drain",
        AdminState::Maint => "Maint",
    }
}

/// What an administrative state means.
#[must_use]
pub const fn admin_means(state: AdminState) -> &'static str {
    match state {
        AdminState::Ready => "in service",
        AdminState::Drain => "no new visitors, checks go on",
        AdminState::Maint => "out of service, no checks",
    }
}

/// A length of time as the statistics page writes it: seconds, or the two largest units that it has.
#[must_use]
pub fn duration(time: Micros) -> String {
    let (mut rest, mut units, mut out) = (time.0 / 1_000_000, 0, String::new());
    for (length, unit) in [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")] {
        if rest >= length && units < 2 {
            out = out + &(rest / length).to_string() + unit;
            units += 1;
        }
        rest %= length;
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}

/// The result of a check as the statistics page writes it.
#[must_use]
pub fn last_check(check: LastCheck) -> String {
    match check {
        LastCheck::None => NO_CHECK.to_owned(),
        LastCheck::L4Ok => "L4OK".to_owned(),
        LastCheck::L4Con => "L4CON".to_owned(),
        LastCheck::L4Timeout => "L4TOUT".to_owned(),
        LastCheck::L6Ok => "L6OK".to_owned(),
        LastCheck::L6Timeout => "L6TOUT".to_owned(),
        LastCheck::L7Ok(status) => format!("L7OK/{status}"),
        LastCheck::L7Status(status) => format!("L7STS/{status}"),
        LastCheck::L7Timeout => "L7TOUT".to_owned(),
        LastCheck::L7Response => "L7RSP".to_owned(),
    }
}

/// What the result of a check means.
#[must_use]
pub const fn last_check_means(check: LastCheck) -> &'static str {
    match check {
        LastCheck::None => "no check has ended yet",
        LastCheck::L4Ok => "the connection was accepted",
        LastCheck::L4Con => "the connection was refused",
        LastCheck::L4Timeout => "no answer to the connection attempt",
        LastCheck::L6Ok => "TLS was agreed on",
        LastCheck::L6Timeout => "connected, but TLS got no answer",
        LastCheck::L7Ok(_) => "the page was answered as wished",
        LastCheck::L7Status(_) => "the page came with a wrong status",
        LastCheck::L7Timeout => "connected, but no answer came",
        LastCheck::L7Response => "the connection broke",
    }
}

/// Totals of a backend: label of 503 without any usable server.
pub const NO_SERVER: &str = "503, no server left";
/// Totals of a backend: label of 503 after waiting too long.
pub const QUEUE_TIMEOUTS: &str = "503, waited too long";
/// Totals of a backend: requests.
pub const REQUESTS: &str = "Requests";
/// Totals of a backend: assignments.
pub const ASSIGNED: &str = "Assigned to servers";
/// Totals of a backend: requests in the queue.
pub const QUEUED: &str = "In the queue";
/// Totals of a backend: most in the queue.
pub const MOST_QUEUED: &str = "Most in the queue";
/// Totals of a backend: usable servers.
pub const USABLE: &str = "Servers in use";

/// The button that deploys a version.
#[must_use]
pub fn deploy(version: u32, machine: &str) -> String {
    format!("Deploy version {version} on {machine}")
}

/// Shown where application servers run different versions.
#[must_use]
pub fn versions_differ(list: &str) -> String {
    format!("Versions differ: {list}. Visitors meet one or the other.")
}

/// What the server is, in the words of the operators.
pub const PRIMARY: &str = "primary";
/// A server that replicates.
pub const REPLICA: &str = "replica";
/// A server that was the primary and replicates from nobody.
pub const OLD_PRIMARY: &str = "old primary";
/// A server with transactions that the primary has not.
pub const DIVERGED: &str = "diverged";
/// What "diverged" means.
pub const DIVERGED_MEANS: &str = "It holds transactions that the primary has never seen, so it cannot follow it: MariaDB refuses at once (1236), as here; MySQL 8 connects, and stops at the first clash of ids (1062), if there is one. Copy the primary anew.";
/// The button that promotes.
pub const PROMOTE: &str = "Promote to primary";
/// The button that follows.
pub const FOLLOW: &str = "Follow the primary";
/// The button that copies.
pub const RECLONE: &str = "Copy the primary anew";
/// What promotion does.
pub const PROMOTE_HINT: &str = "What it has received is applied first; what it has not received is lost.";
/// What following does.
pub const FOLLOW_HINT: &str = "Replicates from the present primary, if its own transactions allow it.";
/// What copying does.
pub const RECLONE_HINT: &str = "Throws its rows away, copies the primary’s, then follows it.";
/// Heading of the status of a replica.
pub const REPLICA_STATUS: &str = "SHOW REPLICA STATUS\\G";
/// The button that empties a table.
pub const TRUNCATE: &str = "TRUNCATE TABLE orders";
/// What emptying does.
pub const TRUNCATE_HINT: &str =
    "An administrator’s mistake: every row is gone, and on every replica that applies the statement.";
/// Heading of what an operator can do with a server.
pub const OPERATE: &str = "Operate";
/// Heading of the last promotion.
pub const PROMOTION: &str = "Last promotion";
/// Heading of the rows that a promotion lost.
pub const LOST_ROWS: &str = "Lost rows";
/// Shown where the status cannot be asked for.
pub const MYSQL_DOWN: &str = "mysqld does not answer: this is what lies on its disk.";

/// What a promotion did.
#[must_use]
pub fn promotion(new: &str, old: Option<&str>, at: SimTime) -> String {
    let instead = old.map(|old| format!(" instead of {old}")).unwrap_or_default();
    format!("{new} became the primary{instead} at {} s.", at.seconds(1))
}

/// How much a promotion lost.
#[must_use]
pub fn losses(count: u64) -> String {
    match count {
        0 => "No acknowledged row was lost.".to_owned(),
        1 => "1 row was lost that a visitor had been told is stored:".to_owned(),
        _ => format!("{count} rows were lost that visitors had been told are stored:"),
    }
}

/// A lost row.
#[must_use]
pub fn lost_row(id: u32, visit: u64) -> String {
    format!("row {id}, written by visit {visit}")
}

/// More lost rows than are named.
#[must_use]
pub fn and_more(count: u64) -> String {
    format!("and {count} more")
}

/// Heading of the cache.
pub const CACHE: &str = "Cache";
/// Shown while the cache is empty.
pub const CACHE_EMPTY: &str = "Empty: the next question goes to the root.";
/// Columns of the cache and of the zone.
pub const RECORD_COLUMNS: [&str; 4] = ["Name", "TTL", "Type", "Data"];
/// The button that empties the cache.
pub const FLUSH: &str = "Flush the cache";
/// Heading of the answer that the resolver would give now.
pub const DIG: &str = "What it would answer now";
/// Heading of the bytes.
pub const BYTES: &str = "The same message, byte by byte";
/// Heading of the zone.
pub const ZONE: &str = "Zone foobar.com";
/// Heading of the form that changes the zone.
pub const EDIT_ZONE: &str = "Change the A records";
/// Label of the addresses.
pub const ADDRESSES: &str = "Addresses, separated by commas";
/// Label of the time to live.
pub const TTL: &str = "TTL in seconds";
/// The button that writes the records.
pub const PUBLISH: &str = "Publish";
/// Heading of the quick choices.
pub const POINT_AT: &str = "Point the name at";
/// What resolvers do about a change.
pub const PUBLISH_HINT: &str = "Resolvers keep the old address until its TTL runs out.";
/// Shown where an address cannot be read.
#[must_use]
pub fn no_address(text: &str) -> String {
    format!("“{text}” is not an IPv4 address such as 203.0.113.10.")
}
/// Shown where the TTL cannot be read.
pub const NO_TTL: &str = "The TTL is a whole number of seconds.";

/// What dig prints where no answer comes.
#[must_use]
pub fn dig_fails(server: &str, refused: bool) -> String {
    let why = if refused { "connection refused" } else { "timed out" };
    format!(";; communications error to {server}#53: {why}\n;; no servers could be reached\n")
}

/// What is shown in place of an answer that has to be asked for first.
#[must_use]
pub fn dig_miss(next: NameServer) -> String {
    format!(";; not in the cache\n;; would first ask {}\n", name_server(next))
}

/// A name server.
#[must_use]
pub const fn name_server(server: NameServer) -> &'static str {
    match server {
        NameServer::Root => "a root server",
        NameServer::Com => "a server of com.",
        NameServer::Authoritative => "the name server of foobar.com",
    }
}
