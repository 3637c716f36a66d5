//! How visits end.

use super::mysql;
use super::names::who_first;
use crate::sim::{Cause, DbError, Outcome, ProcessId, Verdict, Wiring, reason};

/// The result in a few characters: `200`, `ERR_CONNECTION_REFUSED`.
#[must_use]
pub fn result(outcome: &Outcome) -> String {
    match outcome.result {
        Verdict::Http(status) => status.to_string(),
        Verdict::Browser(error) => error.code().to_owned(),
    }
}

/// The result as a title: `502 Bad Gateway`, or the code of the browser's own error page.
#[must_use]
pub fn title(result: Verdict) -> String {
    match result {
        Verdict::Http(status) => status_line(status),
        Verdict::Browser(error) => error.code().to_owned(),
    }
}

/// A status with its words, as nginx and HAProxy write them.
#[must_use]
pub fn status_line(status: u16) -> String {
    match reason(status) {
        "" => status.to_string(),
        words => format!("{status} {words}"),
    }
}

/// One sentence about how a visit ended: the layer that produced it, and why.
#[must_use]
pub fn outcome(wiring: &Wiring, outcome: &Outcome) -> String {
    outcome_with(wiring, outcome, None)
}

/// The same, with the address of the database that failed, if it is known which one did.
#[must_use]
pub fn outcome_with(wiring: &Wiring, outcome: &Outcome, database: Option<ProcessId>) -> String {
    let by = who_first(wiring, outcome.by);
    match (outcome.result, outcome.cause) {
        (_, Cause::Database(DbError::NoServer)) => {
            format!("{by} answered 500, because {}.", mysql::why(DbError::NoServer))
        }
        (_, Cause::Database(error)) => {
            let words = mysql::error(wiring, error, database);
            format!("{by} answered 500, because {}: {words}.", mysql::why(error))
        }
        (_, Cause::Rows { missed: missed @ 1.., .. }) => stale(&by, missed),
        (Verdict::Http(status), Cause::Page) if status != 200 => {
            format!("{by} answered {status}: that is its own page, which the layers before it only pass on.")
        }
        (Verdict::Http(_), Cause::NotHttp) => {
            format!("{by} answered with something that is not HTTP, and nginx passed it on as it was.")
        }
        (Verdict::Http(200), cause) => format!("{by} answered: {}.", success(cause)),
        (Verdict::Http(status), cause) => format!("{by} answered {status} itself: {}.", gateway_error(cause)),
        (Verdict::Browser(_), Cause::DnsServFail) => {
            format!("{by} answered SERVFAIL: it got no answer from the authoritative server of foobar.com.")
        }
        (Verdict::Browser(_), Cause::DnsNoAddress) => format!("{by} answered that www.foobar.com has no address."),
        (Verdict::Browser(_), cause) => {
            format!("{by} shows its own error page: {}.", browser_error(cause))
        }
    }
}

fn success(cause: Cause) -> String {
    match cause {
        Cause::File => "it served the file itself, without the application".to_owned(),
        Cause::Rows { newest: 0, .. } => "the table in the database is empty".to_owned(),
        Cause::Rows { newest, .. } => format!("the page shows the rows of the database up to row {newest}"),
        Cause::Stored { row } => format!("row {row} is committed on the primary"),
        Cause::BodyCut => "but it closed the connection in the middle of the page".to_owned(),
        _ => "the page needed no database".to_owned(),
    }
}

fn stale(by: &str, missed: u32) -> String {
    let (rows, are, them) = if missed == 1 { ("row", "is", "it") } else { ("rows", "are", "them") };
    format!(
        "{by} answered, but the page is stale: {missed} {rows} acknowledged before this visit began {are} missing, \
         because the replica that was read did not have {them} yet."
    )
}

/// Why a proxy answers with an error page of its own.
const fn gateway_error(cause: Cause) -> &'static str {
    match cause {
        Cause::NoFile => "there is no such file",
        Cause::FilePosted => "a file takes no POST",
        Cause::NoLiveUpstream => {
            "no live upstreams, each application is left out after its failures, at its max_conns, down or tried already"
        }
        Cause::AppRefused => "the application refused the connection",
        Cause::AppReset => "the application closed the connection before it had answered",
        Cause::AppConnectTimeout => "the application did not accept the connection within “proxy_connect_timeout”",
        Cause::AppTimeout => "the application did not answer within “proxy_read_timeout”",
        Cause::NoServer => "none of its servers is usable, each is DOWN, in maintenance, draining or of weight 0",
        Cause::ServerRefused => "the web server refused the connection, and no retry was left",
        Cause::ServerConnectTimeout => {
            "the web server did not accept the connection within “timeout connect”, and no retry was left"
        }
        Cause::ServerReset => "the web server closed the connection before it had answered",
        Cause::ServerWentDown => {
            "its server was declared DOWN, and “on-marked-down shutdown-sessions” ends what runs there"
        }
        Cause::ServerNotHttp => "what the web server answered is not HTTP",
        Cause::ServerTimeout => "the web server did not answer within “timeout server”",
        Cause::QueueTimeout => "no server had a free place (maxconn) before the time in the queue was over",
        _ => "the layer behind it did not answer",
    }
}

/// Why the browser shows an error page of its own.
const fn browser_error(cause: Cause) -> &'static str {
    match cause {
        Cause::DnsSilent => "no answer came to its questions for the address of www.foobar.com",
        Cause::DnsRefused => "nothing listens on the resolver's port 53, so there is nobody to ask for the address",
        Cause::AddressUnused => "the name led to an address that no machine has, so nothing answered",
        Cause::AddressMoved => "the address moved to another machine while the one that it left worked on the answer",
        Cause::ConnectTimeout => {
            "nothing answered its connection attempt, the machine is off, cut off, overrun, or its firewall drops the packets"
        }
        Cause::ConnectRefused => {
            "the machine is on, but nothing listens on the port, or its firewall rejects the connection"
        }
        Cause::CertificateExpired => "the site's certificate has expired, so the browser sends no request",
        Cause::ConnectionReset => "the other side closed the connection before it had answered",
        Cause::ResponseTimeout => "the connection stands, but no answer came",
        Cause::NoPort => "too many visits are under way, no local port is left for another connection",
        Cause::BrowserClosed => "it was closed before the answer came",
        Cause::Stopped => "the visitor pressed Stop before the answer came",
        _ => "no answer came",
    }
}

/// Why a visit ended as it did, in a few words for a table.
#[must_use]
pub const fn short_cause(cause: Cause) -> &'static str {
    match cause {
        Cause::File => "file",
        Cause::Page => "page without database",
        Cause::NotHttp => "answer is not HTTP",
        Cause::BodyCut => "page cut off",
        Cause::Rows { .. } => "rows read",
        Cause::Stored { .. } => "row stored",
        Cause::Database(DbError::Refused) => "MySQL 2003: connection refused",
        Cause::Database(DbError::ConnectTimeout) => "MySQL 2003: connection timed out",
        Cause::Database(DbError::Lost) => "MySQL 2013: connection lost",
        Cause::Database(DbError::ReadTimeout) => "MySQL 2013: no answer in time",
        Cause::Database(DbError::TooManyConnections) => "MySQL 1040: too many connections",
        Cause::Database(DbError::ReadOnly) => "MySQL 1290: read-only server",
        Cause::Database(DbError::NoServer) => "no database configured",
        Cause::NoFile => "no such file",
        Cause::FilePosted => "a file takes no POST",
        Cause::NoLiveUpstream => "no live upstreams",
        Cause::AppRefused => "application refused the connection",
        Cause::AppReset => "application closed the connection",
        Cause::AppConnectTimeout => "application did not accept in time",
        Cause::AppTimeout => "application did not answer in time",
        Cause::NoServer => "no usable server",
        Cause::ServerRefused => "web server refused the connection",
        Cause::ServerConnectTimeout => "web server did not accept in time",
        Cause::ServerReset => "web server closed the connection",
        Cause::ServerWentDown => "web server went down",
        Cause::ServerNotHttp => "web server's answer is not HTTP",
        Cause::ServerTimeout => "web server did not answer in time",
        Cause::QueueTimeout => "waited too long in the queue",
        Cause::DnsSilent => "no answer from the resolver",
        Cause::DnsRefused => "resolver's port closed",
        Cause::DnsServFail => "SERVFAIL",
        Cause::DnsNoAddress => "name has no address",
        Cause::AddressUnused => "no machine has the address",
        Cause::AddressMoved => "address moved away",
        Cause::ConnectTimeout => "no answer to the connection attempt",
        Cause::ConnectRefused => "port closed",
        Cause::Redirected => "redirected to https",
        Cause::CertificateExpired => "certificate expired",
        Cause::ConnectionReset => "connection broke",
        Cause::ResponseTimeout => "no answer in time",
        Cause::NoPort => "no local port left",
        Cause::BrowserClosed => "browser closed",
        Cause::Stopped => "visitor pressed Stop",
    }
}
