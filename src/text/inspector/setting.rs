//! Labels of the settings, of their values, and what each of them means.

use crate::sim::balancer::Algorithm;
use crate::sim::dns::ResolverKind;
use crate::sim::{Check, ReadFrom, ServiceTimes, Setting, TlsMode};

/// The label of a setting: the keyword of its configuration file where it has one.
#[must_use]
pub const fn label(setting: &Setting) -> &'static str {
    match setting {
        Setting::Balance(_) => "balance",
        Setting::AllBackups(_) => "option allbackups",
        Setting::Retries(_) => "retries",
        Setting::Redispatch(_) => "option redispatch",
        Setting::CheckKind(_) => "Health check",
        Setting::Inter(_) => "inter",
        Setting::Fall(_) => "fall",
        Setting::Rise(_) => "rise",
        Setting::TimeoutConnect(_) => "timeout connect",
        Setting::TimeoutServer(_) => "timeout server",
        Setting::Tls(_) => "TLS",
        Setting::CertificateDays(_) => "Certificate expires after",
        Setting::NginxReadTimeout(_) => "proxy_read_timeout",
        Setting::Workers(_) => "Workers",
        Setting::AppService(_) => "Mean time of its own work",
        Setting::ReadsFrom(_) => "Reads go to",
        Setting::Fallback(_) => "Fall back to the primary",
        Setting::SourceDelay(_) => "SOURCE_DELAY",
        Setting::ScrapeInterval(_) => "scrape_interval",
        Setting::AlertFor(_) => "for",
        Setting::AlertErrors(_) => "HighErrorRate",
        Setting::AlertLag(_) => "ReplicationLag",
        Setting::Advert(_) => "advert_int",
        Setting::TrackScript(_) => "track_script",
        Setting::Preempt(_) => "Preemption",
        Setting::SemiSync(_) => "Semi-synchronous replication",
        Setting::MysqlService(_) => "Mean time of a statement",
        Setting::Threads(_) => "Statements at a time",
        Setting::Resolver(_) => "Software",
        Setting::ClientLatency(_) => "Visitor to data centre",
        Setting::Service(_) => "Service times",
    }
}

/// One line on what a setting does.
#[must_use]
pub const fn help(setting: &Setting) -> &'static str {
    match setting {
        Setting::Balance(algorithm) => balance(*algorithm),
        Setting::AllBackups(_) => "use all backup servers at once, not only the first",
        Setting::Retries(_) => "further attempts when a connection fails",
        Setting::Redispatch(_) => "a retry may go to another server",
        Setting::CheckKind(check) => check_means(*check),
        Setting::Inter(_) => "time between two checks of a server",
        Setting::Fall(_) => "failed checks in a row until DOWN",
        Setting::Rise(_) => "good checks in a row until UP",
        Setting::TimeoutConnect(_) => "longest wait for a connection to a server",
        Setting::TimeoutServer(_) => "longest wait for a server’s answer, then 504",
        Setting::Tls(TlsMode::None) => "everything travels in clear on port 80",
        Setting::Tls(TlsMode::Balancer) => {
            "port 443, and port 80 redirects there; behind the entrance everything travels in clear"
        }
        Setting::Tls(TlsMode::Servers) => {
            "the balancer encrypts again for nginx, port 443; MySQL still travels in clear"
        }
        Setting::CertificateDays(_) => "days from the start of the run; 0: it has expired, and browsers refuse it",
        Setting::NginxReadTimeout(_) => "longest wait for the application’s answer, then 504",
        Setting::Workers(_) => "requests that each application server works on at a time",
        Setting::AppService(_) => "before and after it asks the database",
        Setting::ReadsFrom(ReadFrom::Replica) => {
            "reads go to the replicas in turn: less load on the primary, maybe old rows"
        }
        Setting::ReadsFrom(ReadFrom::Primary) => {
            "reads go to the primary: always the newest rows, all load in one place"
        }
        Setting::Fallback(_) => "when no replica answers, read from the primary instead of failing",
        Setting::SourceDelay(_) => "replicas apply each write at least this long after its commit",
        Setting::ScrapeInterval(_) => "time between two questions to an agent, and between two looks at the rules",
        Setting::AlertFor(_) => "so long a condition must hold until its alert fires",
        Setting::AlertErrors(_) => "alert when more of the responses of a minute are 5xx",
        Setting::AlertLag(_) => "alert when a replica is further behind",
        Setting::Advert(_) => {
            "time between two advertisements; after three of them and a bit the master counts as dead"
        }
        Setting::TrackScript(_) => "look for HAProxy every 2 s: without one, let the other have the address",
        Setting::Preempt(_) => "whoever has the higher priority takes the address back on return; off is “nopreempt”",
        Setting::SemiSync(_) => "a commit is answered when a replica has received it, or after a time-out",
        Setting::MysqlService(_) => "reads and writes alike",
        Setting::Threads(_) => "more wait for a free thread",
        Setting::Resolver(ResolverKind::Unbound) => {
            "when the name server is silent, Unbound is silent too to who has waited for 1.9 s"
        }
        Setting::Resolver(ResolverKind::Bind) => "when the name server is silent, BIND answers SERVFAIL",
        Setting::ClientLatency(_) => "one way",
        Setting::Service(_) => "how the times of single requests are spread around the mean",
    }
}

/// The unit of a number, and how many of the setting's own steps make one of it.
#[must_use]
pub const fn unit(setting: &Setting) -> (&'static str, u32) {
    match setting {
        Setting::Inter(_)
        | Setting::Advert(_)
        | Setting::AlertLag(_)
        | Setting::TimeoutConnect(_)
        | Setting::TimeoutServer(_)
        | Setting::NginxReadTimeout(_)
        | Setting::SourceDelay(_) => ("ms", 1),
        Setting::AppService(_) | Setting::MysqlService(_) | Setting::ClientLatency(_) => ("ms", 1_000),
        Setting::ScrapeInterval(_) | Setting::AlertFor(_) => ("s", 1_000),
        Setting::AlertErrors(_) => ("%", 1),
        Setting::CertificateDays(_) => ("days", 1),
        _ => ("", 1),
    }
}

/// The name of a value in a list of choices.
#[must_use]
pub fn choice(setting: &Setting) -> String {
    let name = match setting {
        Setting::Balance(algorithm) => algorithm.name(),
        Setting::CheckKind(check) => match check {
            Check::None => "none",
            Check::Tcp => "TCP: can it connect?",
            Check::HttpStatic => "HTTP: a static page",
            Check::Http => "HTTP: a page of the application",
        },
        Setting::ReadsFrom(ReadFrom::Replica) => "the replicas",
        Setting::ReadsFrom(ReadFrom::Primary) => "the primary",
        Setting::Tls(TlsMode::None) => "none",
        Setting::Tls(TlsMode::Balancer) => "to the entrance",
        Setting::Tls(TlsMode::Servers) => "to the web servers",
        Setting::Resolver(ResolverKind::Unbound) => "Unbound",
        Setting::Resolver(ResolverKind::Bind) => "BIND",
        Setting::Service(ServiceTimes::Exponential) => "exponential",
        Setting::Service(ServiceTimes::Fixed) => "always the mean",
        Setting::SourceDelay(0) => "none",
        Setting::SourceDelay(ms) if ms % 1_000 == 0 => return format!("{} s", ms / 1_000),
        Setting::SourceDelay(ms) => return format!("{ms} ms"),
        _ => "",
    };
    name.to_owned()
}

const fn balance(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::RoundRobin => "each server in turn, in proportion to its weight",
        Algorithm::StaticRr => "each server in turn by a fixed table: weights cannot be changed while it runs",
        Algorithm::LeastConn => "the server that works on the fewest requests for its weight",
        Algorithm::First => "the first server with a free place: fills one before it uses the next",
        Algorithm::Source => "the visitor’s address decides: the same visitor always meets the same server",
        Algorithm::Uri => "the path decides: the same page always comes from the same server",
        Algorithm::Random => "two servers drawn by lot, the less loaded of them takes it",
    }
}

const fn check_means(check: Check) -> &'static str {
    match check {
        Check::None => "no checks: every server counts as alive, dead or not",
        Check::Tcp => "sees that nginx accepts connections, not whether it can answer",
        Check::HttpStatic => "sees that nginx answers, not whether the application does",
        Check::Http => "sees that nginx and the application answer",
    }
}
