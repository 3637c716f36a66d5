//! What Lighthouse makes of the built site: 100 for accessibility and for best practices, at rest, in a lesson and on a phone.

use crate::run::{program, root, run};
use crate::tools::LIGHTHOUSE;
use crate::{browser, serve, site};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::fs;

/// The pages that are looked at: an address and how.
const PAGES: [(&str, &[&str]); 3] =
    [("", &["--preset=desktop"]), ("?lesson=visit&theme=dark", &["--preset=desktop"]), ("?theme=light", &[])];
/// The browser is not to ask for anything but the site.
const QUIETLY: &str = "--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run \
                       --disable-background-networking --disable-component-update --disable-sync";

pub fn judge() -> Result<()> {
    let (chromium, lighthouse) = (browser::chromium()?, LIGHTHOUSE.ready()?);
    site::build()?;
    let listener = serve::listen(0)?;
    let address = format!("http://{}/", listener.local_addr()?);
    serve::start(listener, site::dist(), "/")?;
    let report = root().join("target").join("lighthouse.json");
    let mut faults = Vec::new();
    for (path, how) in PAGES {
        run(program(&lighthouse)
            .arg(format!("{address}{path}"))
            .args(["--quiet", "--only-categories=accessibility,best-practices", "--output=json", QUIETLY])
            .args(how)
            .arg(format!("--output-path={}", report.display()))
            .env("CHROME_PATH", &chromium))?;
        let text = fs::read_to_string(&report).context("the report of Lighthouse")?;
        faults.extend(read(path, &serde_json::from_str(&text)?));
    }
    ensure!(faults.is_empty(), "Lighthouse finds fault with\n{}", faults.join("\n"));
    Ok(())
}

/// Prints the scores of a report. Returns what stands in the way of 100.
fn read(path: &str, report: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for category in ["accessibility", "best-practices"].map(|id| &report["categories"][id]) {
        let score = category["score"].as_f64().unwrap_or(0.0);
        println!("/{path}: {} {:.0}", category["title"].as_str().unwrap_or("nothing"), score * 100.0);
        let audits = category["auditRefs"].as_array().map_or(&[][..], Vec::as_slice);
        let fails = |audit: &&Value| {
            let result = &report["audits"][audit["id"].as_str().unwrap_or_default()]["score"];
            audit["weight"].as_f64() > Some(0.0) && result.as_f64().is_some_and(|score| score < 1.0)
        };
        faults.extend(audits.iter().filter(fails).map(|audit| format!("/{path}: {}", audit["id"])));
        if score < 1.0 && faults.is_empty() {
            faults.push(format!("/{path}: {score}"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_report_names_what_is_wrong() {
        let category = |score: f64| json!({ "title": "T", "score": score, "auditRefs": [{ "id": "a", "weight": 1 }, { "id": "b", "weight": 0 }] });
        let report = |score: f64| {
            json!({
                "categories": { "accessibility": category(score), "best-practices": category(1.0) },
                "audits": { "a": { "score": score }, "b": { "score": 0 } },
            })
        };
        assert_eq!(read("", &report(1.0)), Vec::<String>::new());
        assert_eq!(read("x", &report(0.5))[0], "/x: \"a\"");
        assert_eq!(read("", &json!({})), ["/: 0"]);
    }
}
