//! Writes the service worker of the built site: `assets/sw.js` with the names and the digests of the files that it keeps.

use crate::embed::is_for_others;
use crate::later::digest;
use crate::run::root;
use crate::sizes::files_below;
use anyhow::{Result, ensure};
use sha2::{Digest, Sha384};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The file of the worker. Its name never changes: that is how browsers see that there is another version.
pub const WORKER: &str = "sw.js";

/// Writes the worker for the files that lie in `dist` now.
pub fn write(dist: &Path) -> Result<()> {
    let worker = fs::read_to_string(root().join("assets").join(WORKER))?;
    let files: BTreeMap<_, _> = explorer(dist)?.into_iter().map(|(name, content)| (name, digest(&content))).collect();
    for name in files.keys() {
        ensure!(
            name == "index.html" || is_named_by_content(name),
            "the worker would take {name} for the same in every version"
        );
    }
    Ok(fs::write(dist.join(WORKER), filled_in(&worker, &files)?)?)
}

/// What the explorer is made of: each file's name as addresses have it, and its content. The worker is not needed to run it,
/// nor is what other pages ask for.
pub fn explorer(dist: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for path in files_below(dist)? {
        let there = path.strip_prefix(dist)?;
        if there != Path::new(WORKER) && !is_for_others(there) {
            let names: Vec<_> = there.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            files.insert(names.join("/"), fs::read(&path)?);
        }
    }
    Ok(files)
}

/// Whether the worker knows a file as one that is the same for ever: `NAMED_BY_CONTENT` there.
fn is_named_by_content(name: &str) -> bool {
    let digits = |rest: &str| rest.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).count();
    name.split_once('-').is_some_and(|(_, rest)| digits(rest) == 16 && rest[16..].starts_with(['.', '_']))
}

fn filled_in(worker: &str, files: &BTreeMap<String, String>) -> Result<String> {
    let files = serde_json::to_string_pretty(files)?;
    let version: String = Sha384::digest(&files).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let mut filled = worker.to_owned();
    for (mark, value) in [("'FILES_AND_DIGESTS'", &files), ("VERSION_DIGEST", &version)] {
        ensure!(worker.matches(mark).count() == 1, "assets/{WORKER} should have {mark} once");
        filled = filled.replacen(mark, value, 1);
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changes_makes_another_version() {
        let version = |digest: &str| {
            let files = BTreeMap::from([("index.html".to_owned(), digest.to_owned())]);
            filled_in("v = 'VERSION_DIGEST'; f = 'FILES_AND_DIGESTS';", &files).unwrap()
        };
        let first = version("sha384-a");
        assert!(first.ends_with("f = {\n  \"index.html\": \"sha384-a\"\n};"), "{first}");
        assert_eq!(first, version("sha384-a"));
        assert_ne!(first.split(';').next(), version("sha384-b").split(';').next());
    }

    #[test]
    fn a_name_with_a_digit_less_is_not_of_our_making() {
        assert!(is_named_by_content("hopscope-0123456789abcdef_bg.wasm"));
        for name in ["site-67dce76e28279a1.css", "index.html", "hopscope-0123456789abcdef0.js", "hopscope.css"] {
            assert!(!is_named_by_content(name), "{name}");
        }
    }

    #[test]
    fn a_worker_without_its_marks_is_told() {
        let problem = filled_in("", &BTreeMap::new()).unwrap_err().to_string();
        assert_eq!(problem, "assets/sw.js should have 'FILES_AND_DIGESTS' once");
    }
}
