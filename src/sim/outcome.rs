//! How a visit ends: the status, the layer that produced it, and why.

use serde::Serialize;

use super::ids::ProcessId;

/// The end of a visit. Every visit has exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// What the visitor sees.
    pub result: Verdict,
    /// The process that produced it.
    pub by: ProcessId,
    /// Why.
    pub cause: Cause,
}

/// What the visitor sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// An HTTP response with this status.
    Http(u16),
    /// The browser's own error page.
    Browser(BrowserError),
}

/// The browser's own error pages, by Chromium's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum BrowserError {
    /// `ERR_NAME_NOT_RESOLVED`.
    NameNotResolved,
    /// `ERR_CONNECTION_TIMED_OUT`: nobody answered the connection attempt.
    ConnectionTimedOut,
    /// `ERR_CONNECTION_REFUSED`: the machine is there, the port is closed.
    ConnectionRefused,
    /// `ERR_CONNECTION_RESET`: the other side was gone before it had read the request.
    ConnectionReset,
    /// `ERR_EMPTY_RESPONSE`: the other side closed the connection and had answered nothing.
    EmptyResponse,
    /// `ERR_TIMED_OUT`: connected, but no answer came.
    TimedOut,
    /// `ERR_INSUFFICIENT_RESOURCES`: no local port is left for another connection.
    InsufficientResources,
    /// `ERR_ABORTED`: the browser was closed, or the visitor pressed Stop.
    Aborted,
    /// `NET::ERR_CERT_DATE_INVALID`: the site's certificate has expired.
    CertificateDateInvalid,
}

impl BrowserError {
    /// The code on the browser's error page.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NameNotResolved => "ERR_NAME_NOT_RESOLVED",
            Self::ConnectionTimedOut => "ERR_CONNECTION_TIMED_OUT",
            Self::ConnectionRefused => "ERR_CONNECTION_REFUSED",
            Self::ConnectionReset => "ERR_CONNECTION_RESET",
            Self::EmptyResponse => "ERR_EMPTY_RESPONSE",
            Self::TimedOut => "ERR_TIMED_OUT",
            Self::InsufficientResources => "ERR_INSUFFICIENT_RESOURCES",
            Self::Aborted => "ERR_ABORTED",
            Self::CertificateDateInvalid => "NET::ERR_CERT_DATE_INVALID",
        }
    }
}

/// Why a visit ended as it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Cause {
    /// nginx served the file.
    File,
    /// nginx has no such file.
    NoFile,
    /// nginx takes no POST for a file.
    FilePosted,
    /// The application answered without the database (health pages).
    Page,
    /// The application answered with rows of the database.
    Rows {
        /// Newest row that the answer holds; 0 if the table is empty.
        newest: u32,
        /// Rows that were acknowledged before this visit began and are not in the answer.
        missed: u32,
    },
    /// The application stored a row.
    Stored {
        /// Its id.
        row: u32,
    },
    /// The application answered with something that is not HTTP.
    NotHttp,
    /// The application closed the connection in the middle of the body.
    BodyCut,
    /// The application could not use its database.
    Database(DbError),
    /// nginx has no application to pass the request to: `no live upstreams while connecting to upstream`.
    NoLiveUpstream,
    /// nginx could not connect to the application.
    AppRefused,
    /// The application closed the connection without an answer.
    AppReset,
    /// The application did not accept the connection in time.
    AppConnectTimeout,
    /// The application did not answer in time.
    AppTimeout,
    /// HAProxy has no usable server (`<NOSRV>`).
    NoServer,
    /// HAProxy could not connect to a server: refused.
    ServerRefused,
    /// HAProxy could not connect to a server: no answer.
    ServerConnectTimeout,
    /// The server closed the connection without an answer.
    ServerReset,
    /// HAProxy could not read the server's answer.
    ServerNotHttp,
    /// HAProxy ended the request because its server went down (`on-marked-down shutdown-sessions`).
    ServerWentDown,
    /// The server did not answer in time.
    ServerTimeout,
    /// No server became free in time.
    QueueTimeout,
    /// No answer came to the question for the address.
    DnsSilent,
    /// The resolver's port is closed.
    DnsRefused,
    /// The resolver says SERVFAIL.
    DnsServFail,
    /// The resolver says that the name has no address.
    DnsNoAddress,
    /// The answer on port 80 is that the site is to be asked on port 443.
    Redirected,
    /// The certificate has expired, and the browser goes no further.
    CertificateExpired,
    /// No machine has the address that the name led to.
    AddressUnused,
    /// The virtual address moved to another machine while the one that it left still worked on the answer.
    AddressMoved,
    /// The machine or the way to it is dead.
    ConnectTimeout,
    /// The port is closed.
    ConnectRefused,
    /// The connection broke.
    ConnectionReset,
    /// No answer came.
    ResponseTimeout,
    /// Too many visits are under way.
    NoPort,
    /// The visitor closed the browser.
    BrowserClosed,
    /// The visitor pressed Stop.
    Stopped,
}

impl Cause {
    /// The first two characters of HAProxy's termination state (configuration manual, 8.5), as its log would show them.
    #[must_use]
    pub const fn termination(self) -> &'static str {
        match self {
            Self::NoServer | Self::ServerRefused => "SC",
            Self::Redirected => "LR",
            Self::ServerConnectTimeout => "sC",
            Self::ServerReset => "SH",
            Self::ServerNotHttp => "PH",
            Self::ServerWentDown => "DH",
            Self::BodyCut => "SD",
            Self::ServerTimeout => "sH",
            Self::QueueTimeout => "sQ",
            _ => "--",
        }
    }
}

/// What the application gets from its MySQL client instead of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum DbError {
    /// 2003, errno 111: the port is closed.
    Refused,
    /// 2003, errno 110: nobody answered.
    ConnectTimeout,
    /// 2013: the connection broke during the query.
    Lost,
    /// 2013: no answer in time.
    ReadTimeout,
    /// 1040: `max_connections` reached.
    TooManyConnections,
    /// 1290: a write on a server that runs with `--super-read-only`.
    ReadOnly,
    /// There is no server to ask.
    NoServer,
}

impl DbError {
    /// MySQL's error number; 0 where the client was not even asked.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Refused | Self::ConnectTimeout => 2003,
            Self::Lost | Self::ReadTimeout => 2013,
            Self::TooManyConnections => 1040,
            Self::ReadOnly => 1290,
            Self::NoServer => 0,
        }
    }
}

/// The words that stand after a status, as nginx and HAProxy write them; none for statuses that neither makes up.
#[must_use]
pub const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        404 => "Not Found",
        405 => "Not Allowed",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Time-out",
        _ => "",
    }
}

/// Whether a status tells of no failure: 2xx, or 3xx, with which the browser goes on elsewhere (RFC 9110, 15).
#[must_use]
pub const fn is_success(status: u16) -> bool {
    matches!(status, 200..=399)
}

impl Outcome {
    /// Whether the visitor got what they came for, old or new.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        matches!(self.result, Verdict::Http(status) if is_success(status))
    }

    /// Whether the answer lacks rows that had been acknowledged before the visit began.
    #[must_use]
    pub const fn is_stale(&self) -> bool {
        matches!(self.cause, Cause::Rows { missed: 1.., .. })
    }

    /// The HTTP status, if there was a response.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self.result {
            Verdict::Http(status) => Some(status),
            Verdict::Browser(_) => None,
        }
    }
}
