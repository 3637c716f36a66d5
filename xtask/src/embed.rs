//! What the site has for pages that hold the explorer in a frame: the element.

use crate::documents;
use crate::later::minified;
use crate::run::root;
use anyhow::{Result, ensure};
use std::fs;
use std::path::Path;

/// The script that defines `<hopscope-embed>`. Pages name it, so its name never changes.
pub const EMBED_FILE: &str = "embed.js";
/// The most that it may weigh, not compressed.
const MAX_BYTES: usize = 3 * 1024;
/// Writes it into the built site.
pub fn write(dist: &Path) -> Result<()> {
    let script = fs::read_to_string(root().join("assets").join(EMBED_FILE))?;
    let short = minified(&script)?;
    ensure!(short.len() <= MAX_BYTES, "{EMBED_FILE} has {} bytes, more than {MAX_BYTES}", short.len());
    Ok(fs::write(dist.join(EMBED_FILE), short)?)
}

/// Whether a file of the site is asked for by other pages only, never by the explorer.
pub fn is_for_others(path: &Path) -> bool {
    documents::is_one(path) || path == Path::new(EMBED_FILE)
}
