//! Numbers, times and addresses as HAProxy reads them.

use std::net::Ipv4Addr;

use crate::text::config::say;

/// What C's `atol` makes of a word: the digits at its beginning.
pub(super) fn number(word: &str) -> i64 {
    let (sign, digits) = match word.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, word.strip_prefix('+').unwrap_or(word)),
    };
    let value = |sum: i64, digit: u8| sum.saturating_mul(10).saturating_add((digit - b'0').into());
    sign * digits.bytes().take_while(u8::is_ascii_digit).fold(0, value)
}

/// A time in ms (manual, section 2.5), rounded up, without a unit already in ms; what is wrong with it otherwise.
pub(super) fn time_ms(word: &str, of: &str) -> Result<u32, String> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let value: u64 = if digits == 0 { 0 } else { word[..digits].parse().unwrap_or(u64::MAX) };
    let unit = &word[digits..];
    let us_each: u64 = match unit.as_bytes() {
        [] | [b'm', b's', ..] => 1_000,
        [b'u', ..] => 1,
        [b's', ..] => 1_000_000,
        [b'm', ..] => 60_000_000,
        [b'h', ..] => 3_600_000_000,
        [b'd', ..] => 86_400_000_000,
        _ => return Err(say!("bad-time", unit.chars().next().unwrap_or_default(), of)),
    };
    let ms = value.checked_mul(us_each).map_or(u64::MAX, |us| us.div_ceil(1_000));
    u32::try_from(ms).ok().filter(|ms| *ms <= i32::MAX as u32).ok_or_else(|| say!("time-too-long", word, of))
}

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Its IPv4 address, if the file says so in figures.
    pub ip: Option<Ipv4Addr>,
    /// Its port; none if there is none, or if it follows from the visitor's (`+5`).
    pub port: Option<u16>,
    /// Whether it could have a port, and has none.
    pub lacks_port: bool,
}

/// Reads the address of a server: `10.0.0.1:80`, `web1.local:8080`, `[::1]:80`, `unix@/run/x.sock`.
pub(super) fn server_address(word: &str) -> Result<Address, String> {
    let bare =
        ["ipv4@", "ipv6@", "tcp@", "tcp4@", "tcp6@"].iter().find_map(|kind| word.strip_prefix(kind)).unwrap_or(word);
    if bare.starts_with('/') || ["unix@", "abns@", "sockpair@", "fd@"].iter().any(|kind| word.starts_with(kind)) {
        return Ok(Address { ip: None, port: None, lacks_port: false });
    }
    let (host, port) = bare.rsplit_once(':').filter(|(_, port)| !port.contains(']')).unwrap_or((bare, ""));
    let lacks_port = port.is_empty();
    let port = match port.strip_prefix(['+', '-']) {
        Some(_) => None,
        None if lacks_port => None,
        None if port.contains('-') => return Err(say!("port-range", word)),
        None => Some(port_number(port)?),
    };
    Ok(Address { ip: host.parse().ok(), port: port.filter(|port| *port != 0), lacks_port })
}

/// The ports of a `bind` address, such as `:80`, `10.0.0.1:8000-8005` or `*:80,:::80`; none where it is no TCP port.
pub(super) fn bind_ports(word: &str) -> Result<Vec<u16>, String> {
    let mut ports = Vec::new();
    for address in word.split(',') {
        if address.starts_with('/')
            || ["unix@", "abns@", "sockpair@", "fd@"].iter().any(|kind| address.starts_with(kind))
        {
            continue;
        }
        let (_, port) = address.rsplit_once(':').ok_or_else(|| say!("bind-without-port", address))?;
        let (low, high) = port.split_once('-').unwrap_or((port, port));
        ports.push(port_number(low)?);
        port_number(high)?;
    }
    Ok(ports)
}

fn port_number(word: &str) -> Result<u16, String> {
    word.parse().map_err(|_| say!("bad-port", word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units_and_round_up() {
        let ms = |word| time_ms(word, "timeout connect").ok();
        assert_eq!(
            ["5", "5ms", "5s", "2m", "1h", "1d", "1us", "1500us", "5sec"].map(ms).map(Option::unwrap_or_default),
            [5, 5, 5_000, 120_000, 3_600_000, 86_400_000, 1, 2, 5_000]
        );
        assert_eq!(["3x", "-1", "2.5s", "999d", "99999999999999999999999s"].map(ms), [None; 5]);
    }

    #[test]
    fn numbers_are_read_as_c_reads_them() {
        assert_eq!(["3", "3x", "-2", "x", "+7", "99999999999999999999"].map(number), [3, 3, -2, 0, 7, i64::MAX]);
    }

    #[test]
    fn addresses_of_many_kinds() {
        let of = |word: &str| server_address(word).map(|a| (a.ip.map(|ip| ip.to_string()), a.port)).ok();
        assert_eq!(of("10.0.0.1:80"), Some((Some("10.0.0.1".to_owned()), Some(80))));
        assert_eq!(of("ipv4@10.0.0.1"), Some((Some("10.0.0.1".to_owned()), None)));
        assert_eq!(of("web1.local:8080"), Some((None, Some(8080))));
        assert_eq!(of("[2001:db8::1]:443"), Some((None, Some(443))));
        assert_eq!(of("[2001:db8::1]"), Some((None, None)));
        assert_eq!(of("/run/app.sock"), Some((None, None)));
        assert_eq!((of("10.0.0.1:80-90"), of("10.0.0.1:99999"), of("10.0.0.1:http")), (None, None, None));
        assert_eq!(bind_ports("*:80,:::443"), Ok(vec![80, 443]));
        assert_eq!(bind_ports("/run/x mode"), Ok(vec![]));
        assert!(bind_ports("80").is_err() && bind_ports(":80-99999").is_err());
    }
}
