//! What a page that holds the explorer in a frame is told of its messages.

/// The origin of the page was not stated.
pub const STATE_THE_ORIGIN: &str =
    "a page of another origin is heard only if the explorer's address states it, as in ?host=https://course.example";
/// Too many messages.
pub const TOO_MANY: &str = "more than 20 messages a second; the rest is not heard";
/// The message is not an object that can be written as JSON.
pub const NOT_JSON: &str = "no JSON can be made of it";
/// What `id` may be.
pub const ID: &str = "a text or a number";
/// Which versions are known.
pub const VERSIONS: &str = "this explorer speaks version 1";
/// What `type` may be.
pub const TYPES: &str = "hello, get, command or load";
/// What the parameter `host` may be.
pub const ORIGIN: &str = "an origin such as https://course.example";

/// Something is too long.
#[must_use]
pub fn longer_than(bytes: usize) -> String {
    if bytes < 1024 { format!("longer than {bytes} bytes") } else { format!("longer than {} KiB", bytes / 1024) }
}
