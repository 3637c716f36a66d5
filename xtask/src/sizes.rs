//! Measures the built site against its budget: what a first load has to download.

use crate::embed::is_for_others;
use crate::later::LATER_FILE;
use crate::offline::WORKER;
use crate::site::sorted_entries;
use anyhow::{Result, bail};
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The most that the files of a first load may weigh, compressed as a server would.
const BUDGET_BYTES: usize = 350 * 1024;

/// Prints the size of each file below `dist`; a first load over the budget is an error.
pub fn report(dist: &Path) -> Result<()> {
    let (mut total_bytes, mut later_bytes) = (0, 0);
    println!("{:>10} {:>10}", "bytes", "gzip");
    for path in files_below(dist)? {
        let content = fs::read(&path)?;
        let compressed_bytes = gzip_size(&content)?;
        total_bytes += compressed_bytes;
        let path_there = path.strip_prefix(dist)?;
        if path.to_string_lossy().ends_with(LATER_FILE) || path.ends_with(WORKER) || is_for_others(path_there) {
            later_bytes += compressed_bytes;
        }
        println!("{:>10} {compressed_bytes:>10}  {}", content.len(), path.strip_prefix(dist)?.display());
    }
    let first_bytes = total_bytes - later_bytes;
    println!("{:>10} {total_bytes:>10}  in all", "");
    println!("{:>10} {first_bytes:>10}  at first, {} KB of {} KB", "", kilobytes(first_bytes), kilobytes(BUDGET_BYTES));
    if first_bytes > BUDGET_BYTES {
        bail!("a first load is {} KB gzip, over its budget of {} KB", kilobytes(first_bytes), kilobytes(BUDGET_BYTES));
    }
    Ok(())
}

/// Every file in a folder and the folders in it, in order.
pub fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in sorted_entries(folder)? {
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

fn gzip_size(content: &[u8]) -> io::Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?.len())
}

/// Rounded up, so that a size over the budget never looks like the budget.
fn kilobytes(bytes: usize) -> usize {
    bytes.div_ceil(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_compresses_and_counts_its_header() {
        assert!((18..100).contains(&gzip_size(&[b'a'; 10_000]).unwrap()));
        assert_eq!(kilobytes(BUDGET_BYTES), 350);
        assert_eq!(kilobytes(BUDGET_BYTES + 1), 351);
    }
}
