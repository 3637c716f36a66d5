//! Comments in exported configuration files.

/// First line: which file it is, and where it comes from. The scenario's name comes in quotation marks.
#[must_use]
pub fn origin(what: &str, scenario: &str) -> String {
    format!("{what} in the scenario {scenario}, written by Hopscope.")
}

labels! {
    /// Why connections are not kept open.
    HTTPCLOSE = "In the model every request opens a connection of its own.";
    /// Said where nginx has nobody to pass requests to.
    NO_APPLICATION = "There is no application.";
}

/// What `haproxy.cfg` leaves out.
#[must_use]
pub fn haproxy(overhead_us: u32) -> String {
    format!(
        "Not in here: the time that HAProxy itself takes ({overhead_us} us a request), the latencies, and what the timeline changes.\n\
         The model knows no timeout client; 600 s stands for none."
    )
}

/// What `nginx.conf` leaves out.
#[must_use]
pub fn nginx(static_us: u32, overhead_us: u32, files: Option<usize>) -> String {
    let files = match files {
        None => "every file of /static/ that is asked for is there".to_owned(),
        Some(count) => format!("the scenario lists {count} paths of static files"),
    };
    format!(
        "Not in here: the time that nginx itself takes ({static_us} us a file, {overhead_us} us a page), the latencies, and what \
         the timeline changes.\nFiles are served from /var/www; {files}."
    )
}
