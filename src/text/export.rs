//! Comments in exported configuration files.

/// First line: which file it is, and where it comes from. The scenario's name comes in quotation marks.
#[must_use]
pub fn origin(what: &str, scenario: &str) -> String {
    format!("{what} in the scenario {scenario}, written by Hopscope.")
}

/// A kind of file, and whose it is.
#[must_use]
pub fn of(kind: &str, owner: &str) -> String {
    format!("{kind} of {owner}")
}

labels! {
    /// Why connections are not kept open.
    HTTPCLOSE = "In the model every request opens a connection of its own.";
    /// Said where nginx has nobody to pass requests to.
    NO_APPLICATION = "There is no application.";
    /// Why a replica takes no writes.
    READ_ONLY = "For the application, not for administrators.";
    /// What has to be done by hand when a replica is promoted.
    SEMI_SYNC = "When it is promoted: SET GLOBAL rpl_semi_sync_source_enabled = ON, read_only = OFF";
    /// What the zone file leaves out.
    ZONE = "Not in here: the root and com, which refer to this zone.";
    /// What `nftables.conf` leaves out.
    FIREWALL = "What a machine sends is not filtered, as in the model.";
    /// What `prometheus.yml` leaves out.
    PROMETHEUS = "An agent tells of all programs of its machine on one port, as agent.py does. In the model scrapes are spread over the interval in order;\nPrometheus spreads them by a hash.";
    /// What `alerts.yml` leaves out.
    ALERTS = "The rules of the model's monitor. Not in here: whom to call, and the visitors' complaints.";
    /// What the whole is.
    COMPOSE = "compose.yaml";
    /// Instead of static files.
    STATIC_FILES = "The files of /static/ belong here.\n";
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

/// What `my.cnf` leaves out.
#[must_use]
pub fn mysql(service_us: u32, apply_us: u32, is_rounded: bool) -> String {
    let rounded = if is_rounded { "\nreplica_net_timeout is rounded up to whole seconds." } else { "" };
    format!(
        "For MySQL 8. Not in here: how long a statement takes ({service_us} us) and how long a replica applies one ({apply_us} us).\n\
         innodb_thread_concurrency stands for the model's threads, which count whole statements.{rounded}"
    )
}

/// What the statements leave out.
#[must_use]
pub const fn statements(is_rounded: bool) -> &'static str {
    match is_rounded {
        false => "For MySQL 8. The passwords are examples.",
        true => {
            "For MySQL 8. The passwords are examples. SOURCE_CONNECT_RETRY and SOURCE_DELAY are rounded up to whole seconds."
        }
    }
}

/// What `keepalived.conf` leaves out.
#[must_use]
pub fn keepalived(is_v3: bool, is_rounded: bool, is_script_rounded: bool) -> String {
    let version = match is_v3 {
        false => "",
        true => {
            "\nIntervals that are no whole seconds need VRRP version 3; the model follows version 2, whose skew is longer."
        }
    };
    let rounded = if is_rounded { "\nadvert_int is rounded up to what the protocol has room for." } else { "" };
    let script = if is_script_rounded { "\nThe script's interval is rounded up to whole seconds." } else { "" };
    format!("Put the network's interface in the place of eth0.{version}{rounded}{script}")
}

/// What `compose.yaml` leaves out.
#[must_use]
pub fn compose(has_addresses: bool) -> String {
    let addresses = match has_addresses {
        true => "",
        false => {
            "\nThe addresses of the machines fit no network of containers, so that they get others and do not find each other."
        }
    };
    format!(
        "docker compose up, then http://localhost:8080. You are the browser; the resolver is yours, too.\n\
         A machine is a container that holds the network; its processes are containers that share it: stop one to kill it.\n\
         Application and agent are stand-ins. Not in here: latencies, service times, visitors and the timeline.{addresses}"
    )
}
