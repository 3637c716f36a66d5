//! `balance source` and `balance uri`: what of a request decides, as a number (manual, section 4.2, `balance`, `hash-type`).
//!
//! The same number always leads to the same server as long as none comes or goes; what moves then is a matter of
//! [`HashType`](crate::HashType): nearly everybody with a [`Map`](super::map::Map) (recordings `source_maint`,
//! `uri_maint`), only the visitors of the one with a [`Ring`](super::ring::Ring) (recordings `*_maint_consistent`).

use crate::settings::{Hash, HashFunction, UriHash};

/// The hash of a client's IPv4 address: the address itself, whatever the function (recording `source_2eq_map_djb2`).
pub(super) fn of_address(hash: Hash, address: u32) -> u32 {
    if hash.avalanche { avalanche(address) } else { address }
}

/// The hash of a path with its query (recordings `uri_*`).
pub(super) fn of_uri(hash: Hash, uri: UriHash, path: &str) -> u32 {
    let key = decisive(uri, path).as_bytes();
    let number = match hash.function {
        HashFunction::Sdbm => sdbm(key),
        HashFunction::Djb2 => djb2(key),
        HashFunction::Wt6 => wt6(key),
        HashFunction::Crc32 => crc32(key),
    };
    if hash.avalanche { avalanche(number) } else { number }
}

/// The part of a path that counts: at most `len` bytes, up to the query unless `whole`, and up to the end of directory
/// number `depth`.
fn decisive(uri: UriHash, path: &str) -> &str {
    let limit = uri.len.filter(|len| *len > 0).map_or(path.len(), |len| path.len().min(len as usize));
    let mut slashes = 0;
    let ends = |byte: &u8| {
        slashes += u32::from(*byte == b'/');
        let too_deep = *byte == b'/' && uri.depth.is_some_and(|depth| depth > 0 && slashes > depth);
        too_deep || (*byte == b'?' && !uri.whole)
    };
    let end = path.as_bytes()[..limit].iter().position(ends).unwrap_or(limit);
    path.get(..end).unwrap_or(path)
}

fn sdbm(key: &[u8]) -> u32 {
    let step =
        |hash: u32, byte: &u8| u32::from(*byte).wrapping_add(hash << 6).wrapping_add(hash << 16).wrapping_sub(hash);
    key.iter().fold(0, step)
}

fn djb2(key: &[u8]) -> u32 {
    key.iter().fold(5_381, |hash: u32, byte| (hash << 5).wrapping_add(hash).wrapping_add(u32::from(*byte)))
}

fn wt6(key: &[u8]) -> u32 {
    let (mut a, mut b) = (0xa53c_965a_u32, 0x5ca6_953a_u32);
    let (mut left, mut right) = (6, 18);
    for byte in key {
        let byte = u32::from(*byte);
        a = !(a ^ byte);
        b = !b.wrapping_add(byte);
        (a, b) = (b.rotate_left(left), a.rotate_left(right));
        let steps = (a >> 16 ^ b) & 0xffff;
        (left, right) = (steps & 0x1f, steps >> 11);
    }
    a ^ b
}

fn crc32(key: &[u8]) -> u32 {
    let bit = |crc: u32| crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
    !key.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| bit(crc)))
}

/// A small change of the number becomes a large one of the result (Bob Jenkins' 32-bit mix, spread by a large prime).
pub(super) fn avalanche(number: u32) -> u32 {
    let mut a = number;
    a = a.wrapping_add(0x7ed5_5d16).wrapping_add(a << 12);
    a = a ^ 0xc761_c23c ^ a >> 19;
    a = a.wrapping_add(0x1656_67b1).wrapping_add(a << 5);
    a = a.wrapping_add(0xd3a2_646c) ^ a << 9;
    a = a.wrapping_add(0xfd70_46c5).wrapping_add(a << 3);
    a = a ^ 0xb55a_4f09 ^ a >> 16;
    a.wrapping_mul(3_221_225_473)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_are_the_well_known_ones() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(djb2(b"a"), 177_670);
        assert_eq!(sdbm(b"a"), 97);
        assert_eq!(sdbm(b"ab"), 98 + 97 * 65_599);
    }

    #[test]
    fn of_a_path_only_the_decisive_part_counts() {
        let path = "/a/bc/d?e=/f";
        let part = |whole, len, depth| decisive(UriHash { whole, len, depth }, path);
        assert_eq!(part(false, None, None), "/a/bc/d");
        assert_eq!(part(true, None, None), path);
        assert_eq!(part(false, Some(4), None), "/a/b");
        assert_eq!(part(false, None, Some(1)), "/a");
        assert_eq!(part(false, None, Some(2)), "/a/bc");
        assert_eq!(part(true, None, Some(9)), path);
        assert_eq!(part(false, Some(0), Some(0)), "/a/bc/d");
    }
}
