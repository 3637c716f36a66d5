//! `hash $request_uri`: the address of the page decides, as in memcached's Perl client.
//!
//! As recorded in `nginx/hash_uri_*`.

/// The next place to look at. Each further round puts its number before the key.
pub(super) fn next(hash: u32, round: u32, key: &str) -> u32 {
    let crc = if round == 0 { crc32(key.bytes()) } else { crc32(digits(round).chain(key.bytes())) };
    hash.wrapping_add((crc >> 16) & 0x7fff)
}

/// Decimal digits of a number below 1000, without leading zeros.
fn digits(number: u32) -> impl Iterator<Item = u8> {
    [number / 100, number / 10, number].into_iter().filter(|n| *n > 0).map(|n| b'0' + (n % 10) as u8)
}

/// CRC-32 (IEEE 802.3), bit by bit: it is asked for once a request.
fn crc32(bytes: impl Iterator<Item = u8>) -> u32 {
    !bytes.fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_crc_32() {
        assert_eq!(crc32(b"123456789".iter().copied()), 0xcbf4_3926);
        assert_eq!(digits(20).collect::<Vec<_>>(), b"20");
        assert_eq!(digits(7).collect::<Vec<_>>(), b"7");
    }
}
