//! The page in one file: its style sheet, its script and both parts of the program stand in it, so that it needs no server.

use crate::csp;
use crate::later::{LATER_FILE, kept_script, minified, the_file};
use crate::run::root;
use crate::tags::without;
use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::Write;
use std::path::Path;

/// The built page with all that it names. A browser may neither load a module nor fetch a file from where a double click leads
/// (`file://`), but a script that stands in the page may be a module; and what is marked as text is no script for its policy.
pub fn page(dist: &Path) -> Result<String> {
    let ours = |name| fs::read_to_string(root().join("assets").join(name));
    let script = fs::read_to_string(kept_script())? + &ours("guard.js")? + &ours("single.js")?;
    let script = String::from_utf8(minified(&script)?)?;
    let crash = fs::read_to_string(the_file(dist, "", "_crash.js")?)?;
    let style = fs::read_to_string(the_file(dist, "", ".css")?)?;
    let [first, later] =
        ["_bg.wasm", LATER_FILE].map(|end| the_file(dist, "hopscope-", end).and_then(|path| compressed(&path)));
    let (first, later) = (first?, later?);
    for script in [&script, &crash] {
        ensure!(!script.contains("</script") && !script.contains("<!--"), "the script would end within");
    }
    ensure!(!style.contains("</style"), "the style sheet would end within");
    // Whoever parses the page makes one line end of two characters, and a digest is that of the parsed text.
    ensure!(
        !script.contains('\r') && !crash.contains('\r') && !style.contains('\r'),
        "the page has ends of lines of two characters"
    );

    let mut html = fs::read_to_string(dist.join("index.html"))?;
    for (start, end) in [
        ("<meta http-equiv=Content-Security-Policy ", ">"),
        ("<meta content=sw.js ", ">"),
        ("<script src=./hopscope-", "</script>"),
        ("<script type=module ", "</script>"),
        ("<link rel=preload ", ">"),
        ("<link rel=stylesheet ", ">"),
    ] {
        html = without(&html, start, end)?;
    }
    ensure!(!html.contains("./"), "the page names a file that does not come along");
    let policy = csp::policy_of_one_file(&[&crash, &script], &[&style]);
    html = put_before(&html, "<title>", &format!("<meta http-equiv=Content-Security-Policy content=\"{policy}\">"))?;
    html = put_before(&html, "</head>", &format!("<style>{style}</style><script>{crash}</script>"))?;
    let part = |id: &str, text: &str| format!("<script type=text/plain id={id}-part>{text}</script>");
    let scripts = part("first", &first) + &part("later", &later) + &format!("<script type=module>{script}</script>");
    put_before(&html, "</body>", &scripts)
}

fn put_before(html: &str, tag: &str, text: &str) -> Result<String> {
    let at = html.find(tag).with_context(|| format!("index.html has no {tag}"))?;
    Ok(format!("{}{text}{}", &html[..at], &html[at..]))
}

/// A file as text: compressed, since it is a third of the size then.
fn compressed(path: &Path) -> Result<String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&fs::read(path)?)?;
    Ok(BASE64_STANDARD.encode(encoder.finish()?))
}
