//! `cargo xtask bundle`: the site in forms that travel, in `bundle/`: one file for a double click, and a package for learning management
//! systems.

mod scorm;
mod single;

use crate::run::root;
use crate::site::{self, dist, sorted_entries};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;

/// The whole of `cargo xtask bundle`.
pub fn command(options: &[&str]) -> Result<()> {
    write(&lessons(options)?)
}

/// The lessons that count in a course: those that are named, or all where none is.
fn lessons(options: &[&str]) -> Result<Vec<String>> {
    let names = match options {
        [] => return Ok(Vec::new()),
        ["--lessons", names] => names,
        [option] if option.starts_with("--lessons=") => &option["--lessons=".len()..],
        _ => bail!("`bundle` takes only `--lessons NAME,NAME`, as in `cargo xtask bundle --lessons visit,dns`."),
    };
    let all: Vec<String> = sorted_entries(&root().join("src").join("lesson"))?
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.replace('_', "-")))
        .collect();
    let names: Vec<String> = names.split(',').map(str::to_owned).collect();
    if let Some(unknown) = names.iter().find(|name| !all.contains(name)) {
        bail!("there is no lesson `{unknown}`; the lessons are {}.", all.join(", "));
    }
    Ok(names)
}

/// The folder of what is written.
fn folder() -> PathBuf {
    root().join("bundle")
}

/// Builds the site, if its sources changed, and writes everything that is made of it; prints the sizes.
pub fn write(lessons: &[String]) -> Result<()> {
    site::build()?;
    let folder = folder();
    fs::create_dir_all(&folder)?;
    for (name, content) in
        [("hopscope.html", single::page(&dist())?.into_bytes()), ("scorm12.zip", scorm::package(&dist(), lessons)?)]
    {
        println!("{:>10} bytes  {}", content.len(), folder.join(name).display());
        fs::write(folder.join(name), content).with_context(|| name.to_owned())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lessons_are_those_that_there_are() {
        assert!(lessons(&[]).unwrap().is_empty());
        assert_eq!(lessons(&["--lessons", "dns,web-app"]).unwrap(), ["dns", "web-app"]);
        assert_eq!(lessons(&["--lessons=visit"]).unwrap(), ["visit"]);
        let problem = lessons(&["--lessons", "dns,tls"]).unwrap_err().to_string();
        assert!(problem.starts_with("there is no lesson `tls`; the lessons are active, balance,"), "{problem}");
        assert!(lessons(&["--all"]).is_err());
    }
}
