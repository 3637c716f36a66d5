//! The package for learning management systems: SCORM 1.2 (ADL, "The SCORM Content Aggregation Model", 2001).

use crate::later::digest;
use crate::offline::explorer;
use crate::run::root;
use crate::tags::without;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Begins the manifest. The whole explorer is one unit, so that a course has one entry and one grade for it; how far each lesson is,
/// is told as an objective. Which lessons count is data that the system hands to the unit (`cmi.launch_data`).
const MANIFEST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="hopscope" version="1.2"
    xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
  <metadata>
    <schema>ADL SCORM</schema>
    <schemaversion>1.2</schemaversion>
  </metadata>
  <organizations default="lessons">
    <organization identifier="lessons">
      <title>Hopscope</title>
      <item identifier="explorer" identifierref="page" isvisible="true">
        <title>Hopscope: see every hop</title>LESSONS
      </item>
    </organization>
  </organizations>
  <resources>
    <resource identifier="page" type="webcontent" adlcp:scormtype="sco" href="index.html">
"#;
const MANIFEST_END: &str = "    </resource>\n  </resources>\n</manifest>\n";

/// The zip file, which is the same whenever it is made of the same site.
pub fn package(dist: &Path, lessons: &[String]) -> Result<Vec<u8>> {
    let mut files = explorer(dist)?;
    let page = files.remove("index.html").context("the site has no index.html")?;
    let script = fs::read(root().join("assets").join("scorm.js"))?;
    files.insert("index.html".to_owned(), with_script(&String::from_utf8(page)?, &digest(&script))?.into_bytes());
    files.insert("scorm.js".to_owned(), script);
    let manifest = manifest(files.keys(), lessons);
    files.insert("imsmanifest.xml".to_owned(), manifest.into_bytes());
    zipped(&files)
}

/// The page that speaks with the system before anything else. The system has other versions and other learners in the same place: the browser is
/// to keep nothing there.
fn with_script(html: &str, integrity: &str) -> Result<String> {
    let html = without(html, "<meta content=sw.js ", ">")?;
    let (before, after) = html.split_once("<script").context("index.html has no script")?;
    let script = format!("<script src=./scorm.js integrity={integrity} crossorigin></script>");
    Ok(format!("{before}{script}<script{after}"))
}

fn manifest<'a>(names: impl Iterator<Item = &'a String>, lessons: &[String]) -> String {
    let files: String = names.map(|name| format!("      <file href=\"{}\"/>\n", escaped(name))).collect();
    let lessons = match lessons {
        [] => String::new(),
        some => format!("\n        <adlcp:datafromlms>{}</adlcp:datafromlms>", escaped(&some.join(" "))),
    };
    MANIFEST.replace("LESSONS", &lessons) + &files + MANIFEST_END
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn zipped(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for (name, content) in files {
        zip.start_file(name, options)?;
        zip.write_all(content)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use zip::ZipArchive;

    #[test]
    fn the_manifest_names_every_file_once_and_the_zip_is_always_the_same() {
        let names: Vec<String> = ["a&b.js", "index.html"].map(str::to_owned).to_vec();
        let text = manifest(names.iter(), &[]);
        assert!(!text.contains("LESSONS") && !text.contains("datafromlms"), "{text}");
        let chosen = manifest(names.iter(), &["visit".to_owned(), "dns".to_owned()]);
        let data = "see every hop</title>\n        <adlcp:datafromlms>visit dns</adlcp:datafromlms>\n      </item>";
        assert!(chosen.contains(data), "{chosen}");
        assert!(
            text.contains("      <file href=\"a&amp;b.js\"/>\n      <file href=\"index.html\"/>\n    </resource>"),
            "{text}"
        );
        let files = BTreeMap::from([("imsmanifest.xml".to_owned(), text.clone().into_bytes())]);
        let zip = zipped(&files).unwrap();
        assert_eq!(zip, zipped(&files).unwrap());
        let mut inside = String::new();
        let mut archive = ZipArchive::new(Cursor::new(zip)).unwrap();
        archive.by_name("imsmanifest.xml").unwrap().read_to_string(&mut inside).unwrap();
        assert_eq!(inside, text);
    }

    #[test]
    fn the_system_is_spoken_with_before_the_page_starts() {
        let html = "<meta content=sw.js name=service-worker><script type=module src=./a.js></script>";
        let page = with_script(html, "sha384-x").unwrap();
        assert_eq!(
            page,
            "<script src=./scorm.js integrity=sha384-x crossorigin></script><script type=module src=./a.js></script>"
        );
    }
}
