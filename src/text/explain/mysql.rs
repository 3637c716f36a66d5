//! MySQL's errors in MySQL 8's own words.

use crate::sim::{DbError, ProcessId, Wiring};

/// What the command line client would print, without the full stop. The address is left out if the server is not known.
#[must_use]
pub fn error(wiring: &Wiring, error: DbError, server: Option<ProcessId>) -> String {
    let at = server.map_or_else(String::new, |server| {
        format!(" on '{}:{}'", wiring.machine_of(server).address, wiring.process(server).port)
    });
    match error {
        DbError::Refused => format!("ERROR 2003 (HY000): Can't connect to MySQL server{at} (111)"),
        DbError::ConnectTimeout => format!("ERROR 2003 (HY000): Can't connect to MySQL server{at} (110)"),
        DbError::Lost | DbError::ReadTimeout => {
            "ERROR 2013 (HY000): Lost connection to MySQL server during query".to_owned()
        }
        DbError::TooManyConnections => "ERROR 1040 (08004): Too many connections".to_owned(),
        DbError::ReadOnly => "ERROR 1290 (HY000): The MySQL server is running with the --super-read-only option so it \
                              cannot execute this statement"
            .to_owned(),
        DbError::NoServer => "no MySQL server is configured".to_owned(),
    }
}

/// What is behind an error, as the end of a sentence that begins with the application.
pub(super) const fn why(error: DbError) -> &'static str {
    match error {
        DbError::Refused => "its database refused the connection",
        DbError::ConnectTimeout => "its database did not accept the connection in time",
        DbError::Lost => "the connection to its database broke before the answer",
        DbError::ReadTimeout => "its database did not answer in time",
        DbError::TooManyConnections => "its database already serves as many connections as max_connections allows",
        DbError::ReadOnly => "it sent a write to a server that is read-only",
        DbError::NoServer => "it has no database to ask",
    }
}
