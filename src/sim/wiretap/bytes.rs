//! TLS 1.3 as it is seen from outside (RFC 8446): the hello with the server's name in clear, then records that nobody can
//! read. Keys and ciphertext are drawn from the seed: what they are does not matter, how long they are does.

use crate::rng::Rng;

/// The site, as the hello names it (RFC 6066 section 3).
const SITE: &[u8] = b"www.foobar.com";
/// The length of the messages after the server's hello: extensions, certificate chain, signature, finished.
const CERTIFICATE_LEN: usize = 2_600;

/// A part with its length before it, in two bytes.
fn counted(out: &mut Vec<u8>, part: &[u8]) {
    out.extend((part.len() as u16).to_be_bytes());
    out.extend(part);
}

fn random(rng: &mut Rng, len: usize) -> Vec<u8> {
    (0..len).map(|_| rng.bits() as u8).collect()
}

/// A record with a handshake message (section 5.1).
fn handshake(version: u8, kind: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![kind, 0];
    counted(&mut message, body);
    let mut record = vec![22, 3, version];
    counted(&mut record, &message);
    record
}

/// Version, random number and session, with which both hellos begin.
fn hello(rng: &mut Rng) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend(random(rng, 32));
    body.push(32);
    body.extend(random(rng, 32));
    body
}

fn extension(out: &mut Vec<u8>, kind: u8, body: &[u8]) {
    out.extend([0, kind]);
    counted(out, body);
}

/// The first message of a browser (section 4.1.2): it names the server in clear.
pub fn client_hello(rng: &mut Rng) -> Vec<u8> {
    let mut body = hello(rng);
    // Three cipher suites, no compression.
    body.extend([0, 6, 0x13, 1, 0x13, 2, 0x13, 3, 1, 0]);
    let mut name = vec![0];
    counted(&mut name, SITE);
    let mut names = Vec::new();
    counted(&mut names, &name);
    let mut share = vec![0, 36, 0, 29];
    counted(&mut share, &random(rng, 32));
    let mut extensions = Vec::new();
    extension(&mut extensions, 0, &names);
    // X25519; Ed25519, ECDSA and RSA-PSS; TLS 1.3.
    extension(&mut extensions, 10, &[0, 2, 0, 29]);
    extension(&mut extensions, 13, &[0, 6, 8, 7, 4, 3, 8, 4]);
    extension(&mut extensions, 43, &[2, 3, 4]);
    extension(&mut extensions, 51, &share);
    counted(&mut body, &extensions);
    handshake(1, 1, &body)
}

/// The server's hello (section 4.1.3), and what follows it encrypted: its certificate among others.
pub fn server_hello(rng: &mut Rng) -> Vec<u8> {
    let mut body = hello(rng);
    body.extend([0x13, 1, 0]);
    let mut share = vec![0, 29];
    counted(&mut share, &random(rng, 32));
    let mut extensions = Vec::new();
    extension(&mut extensions, 43, &[3, 4]);
    extension(&mut extensions, 51, &share);
    counted(&mut body, &extensions);
    let mut records = handshake(3, 2, &body);
    records.extend(sealed(CERTIFICATE_LEN, rng));
    records
}

/// An encrypted record (section 5.2): its type, its length, and `len` bytes of which nothing can be told, with one byte for
/// the real type and 16 for the tag.
pub fn sealed(len: usize, rng: &mut Rng) -> Vec<u8> {
    let mut record = vec![23, 3, 3];
    counted(&mut record, &random(rng, len + 17));
    record
}
