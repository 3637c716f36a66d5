//! Writes the service worker of the built site: `assets/sw.js` with the names and the digests of the files that it keeps.

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
    Ok(fs::write(dist.join(WORKER), filled_in(&worker, &files(dist)?)?)?)
}

/// Each file's name as addresses have it, and its digest.
fn files(dist: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for path in files_below(dist)? {
        let names: Vec<_> =
            path.strip_prefix(dist)?.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        files.insert(names.join("/"), digest(&fs::read(&path)?));
    }
    files.remove(WORKER);
    Ok(files)
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
    fn a_worker_without_its_marks_is_told() {
        let problem = filled_in("", &BTreeMap::new()).unwrap_err().to_string();
        assert_eq!(problem, "assets/sw.js should have 'FILES_AND_DIGESTS' once");
    }
}
