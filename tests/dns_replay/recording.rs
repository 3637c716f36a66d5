//! Reading recordings.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// The recordings in the order of their names.
pub fn recordings() -> impl Iterator<Item = Value> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/dns");
    let files = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    assert_eq!(paths.len(), 26);
    let parse = |path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    paths.into_iter().map(parse)
}
