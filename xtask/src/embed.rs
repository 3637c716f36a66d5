//! What the site has for pages that hold the explorer in a frame: the element, and the description of its messages.

use crate::later::minified;
use crate::run::root;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::Path;

/// The script that defines `<hopscope-embed>`. Pages name it, so its name never changes.
pub const EMBED_FILE: &str = "embed.js";
/// The most that it may weigh, not compressed.
const MAX_BYTES: usize = 3 * 1024;
/// What stands beside it in the site, from the folder `docs`.
const DOCUMENTS: [&str; 4] = ["embedding.md", "host.schema.json", "links.md", "links.schema.json"];

/// Writes them into the built site.
pub fn write(dist: &Path) -> Result<()> {
    let script = fs::read_to_string(root().join("assets").join(EMBED_FILE))?;
    let short = minified(&script)?;
    ensure!(short.len() <= MAX_BYTES, "{EMBED_FILE} has {} bytes, more than {MAX_BYTES}", short.len());
    fs::write(dist.join(EMBED_FILE), short)?;
    fs::create_dir_all(dist.join("docs"))?;
    DOCUMENTS.iter().try_for_each(|name| {
        let copied = fs::copy(root().join("docs").join(name), dist.join("docs").join(name));
        copied.map(drop).with_context(|| (*name).to_owned())
    })
}

/// Whether a file of the site is asked for by other pages only, never by the explorer.
pub fn is_for_others(path: &Path) -> bool {
    path.starts_with("docs") || path == Path::new(EMBED_FILE)
}
