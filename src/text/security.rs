//! Words of the tab Security, of firewalls and of wiretaps.

use core::fmt::Write;
use std::net::Ipv4Addr;

use crate::sim::{Heard, INSIDE, Login, PortState, Rule, Ruling};

labels! {
    /// Tab.
    TAB = "Security";
    /// Heading: the scan.
    SCAN = "Port scan from outside";
    /// What the scan is.
    SCAN_ABOUT = "What anybody on the internet finds: every port is tried from 198.51.100.66, through the same firewalls as a visit. Open: a program answers. Closed: the machine says that none does. Filtered: silence.";
    /// Column.
    MACHINE = "Machine";
    /// Column.
    FIREWALL = "Firewall";
    /// Button: a firewall with the rules that are needed.
    GUARD = "Only what is needed";
    /// Button: no firewall.
    UNGUARD = "Take it away";
    /// Heading: login attempts.
    LOGIN = "Guessing a database password";
    /// Heading: TLS.
    TLS = "Encryption";
    /// Button: an expired certificate.
    EXPIRE = "Let the certificate expire";
    /// Button: a new certificate.
    RENEW = "Renew it for 90 days";
    /// Said of an expired certificate.
    EXPIRED = "The certificate has expired: browsers stop before they send anything.";
    /// Heading: a wiretap.
    TAP = "Wiretap";
    /// Field: the link of the wiretap.
    TAP_LINK = "Listen on";
    /// Said of a link on which nothing has been sent.
    SILENT = "Nothing has been heard here yet: send a visit.";
    /// Said of a machine without a firewall.
    NO_FIREWALL = "None: whatever listens can be reached from everywhere.";
    /// Button: removes a rule.
    REMOVE = "Remove";
    /// Button: adds a rule.
    ADD = "Add rule";
    /// Field: a new rule.
    NEW_RULE = "New rule: accept, drop or reject, from whom, port";
    /// Said of a rule that cannot be read.
    BAD_RULE = "Like this: drop any 3306";
    /// The rules that every firewall begins with.
    FIRST_RULES = "iif lo accept · ct state established,related accept";
}

/// What nmap calls a port (its file `nmap-services`).
#[must_use]
pub const fn service(port: u16) -> &'static str {
    match port {
        22 => "ssh",
        80 => "http",
        443 => "https",
        3306 => "mysql",
        3307 => "opsession-prxy",
        8000 => "http-alt",
        9100 => "jetdirect",
        _ => "unknown",
    }
}

/// The state of a port.
#[must_use]
pub const fn state(state: PortState) -> &'static str {
    match state {
        PortState::Open => "open",
        PortState::Closed => "closed",
        PortState::Filtered => "filtered",
    }
}

/// What the command line client prints, and what that means.
#[must_use]
pub fn login(login: Login, address: Ipv4Addr, port: u16, from: Ipv4Addr) -> (String, &'static str) {
    let unreachable =
        |errno| format!("ERROR 2003 (HY000): Can't connect to MySQL server on '{address}:{port}' ({errno})");
    match login {
        Login::Denied => (
            format!("ERROR 1045 (28000): Access denied for user 'root'@'{from}' (using password: YES)"),
            "mysqld itself has looked at the password: anybody can go on guessing.",
        ),
        Login::TooManyConnections => {
            ("ERROR 1040 (08004): Too many connections".to_owned(), "mysqld answers, and is full at the moment.")
        }
        Login::NoGreeting => (
            "ERROR 2013 (HY000): Lost connection to MySQL server at 'reading initial communication packet', system error: 110"
                .to_owned(),
            "The port is open, but mysqld hangs.",
        ),
        Login::Refused => (unreachable(111), "The machine answers that nobody listens there."),
        Login::TimedOut => (unreachable(110), "Silence: the firewall drops the packets, or the machine is off."),
    }
}

/// A rule as nft prints it, but for the names of machines.
#[must_use]
pub fn rule(rule: &Rule) -> String {
    let from = match rule.from.as_str() {
        "any" => String::new(),
        "inside" => format!("ip saddr {}/{} ", INSIDE.0, INSIDE.1),
        from => format!("ip saddr {from} "),
    };
    let port = match rule.port {
        Some(53) => "udp dport 53 ".to_owned(),
        Some(port) => format!("tcp dport {port} "),
        None => String::new(),
    };
    let verdict = if rule.verdict == Ruling::Reject { "reject with tcp reset" } else { rule.verdict.name() };
    format!("{from}{port}{verdict}")
}

/// How long a certificate is valid.
#[must_use]
pub fn valid_for(days: u32) -> String {
    format!("The certificate for www.foobar.com is valid for {days} more days.")
}

/// Bytes of TLS that are shown of one message.
const SHOWN: usize = 128;

/// What was heard on a wire: text where it is in clear, bytes where it is not.
#[must_use]
pub fn heard(heard: &[Heard]) -> String {
    let mut text = String::new();
    for message in heard {
        let way = if message.back { "◂" } else { "▸" };
        let kind = match (message.tls, message.bytes.first()) {
            (true, Some(22)) if message.back => ", TLS hello of the server, then its certificate, encrypted",
            (true, Some(22)) => ", TLS hello: only the name of the site can be read",
            (true, _) => ", encrypted record (17 03 03 and its length): nothing can be read",
            _ => ", in clear",
        };
        let len = message.bytes.len();
        match message.visit {
            0 => _ = writeln!(text, "{way} administrator, {len} bytes{kind}"),
            visit => _ = writeln!(text, "{way} visit {visit}, {len} bytes{kind}"),
        }
        if message.tls {
            for row in message.bytes[..len.min(SHOWN)].chunks(16) {
                row.iter().for_each(|byte| _ = write!(text, "{byte:02x} "));
                text.extend(core::iter::repeat_n("   ", 16 - row.len()));
                text.extend(row.iter().map(|byte| printable(*byte)));
                text.push('\n');
            }
            if len > SHOWN {
                text += "…\n";
            }
        } else {
            let shown = message.bytes.iter().filter(|byte| **byte != b'\r');
            text.extend(shown.map(|byte| if *byte == b'\n' { '\n' } else { printable(*byte) }));
            text.push('\n');
        }
        text.push('\n');
    }
    text
}

fn printable(byte: u8) -> char {
    if matches!(byte, 0x20..0x7F) { char::from(byte) } else { '·' }
}
