//! Measures the built site against its budget: what a first visit has to download.

use crate::site::sorted_entries;
use anyhow::{Result, bail};
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The most that all files of the site may weigh, compressed as a server would.
///
/// The design asks for 350 KB. Time travel, lessons, analysis, security, monitoring and logs took the site beyond it; until they
/// have been made smaller, or are loaded when they are first opened, this bound keeps it from growing any further.
const BUDGET_BYTES: usize = 420 * 1024;

/// Prints the size of each file below `dist`; over the budget is an error.
pub fn report(dist: &Path) -> Result<()> {
    let mut total_bytes = 0;
    println!("{:>10} {:>10}", "bytes", "gzip");
    for path in files_below(dist)? {
        let content = fs::read(&path)?;
        let compressed_bytes = gzip_size(&content)?;
        total_bytes += compressed_bytes;
        println!("{:>10} {compressed_bytes:>10}  {}", content.len(), path.strip_prefix(dist)?.display());
    }
    println!("{:>10} {total_bytes:>10}  in all, {} KB of {} KB", "", kilobytes(total_bytes), kilobytes(BUDGET_BYTES));
    if total_bytes > BUDGET_BYTES {
        bail!("the site is {} KB gzip, over its budget of {} KB", kilobytes(total_bytes), kilobytes(BUDGET_BYTES));
    }
    Ok(())
}

fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
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
        assert_eq!(kilobytes(BUDGET_BYTES), 420);
        assert_eq!(kilobytes(BUDGET_BYTES + 1), 421);
    }
}
