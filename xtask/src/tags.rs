//! What stands in the head of the built page: its policy, its style sheet and its scripts, each with the digest that the browser checks.

use crate::csp;
use crate::later::{Named, Parts};
use crate::run::{output_of, program};
use anyhow::{Context, Result, ensure};

/// Puts our own tags into the page in place of those that trunk writes, whose script stands in the page itself, where the policy
/// allows none.
///
/// Whatever is checked is asked for with `crossorigin`: in a sandboxed frame the page's own files come from another origin than its own,
/// and a browser checks no file that it may not read.
pub fn write(html: &str, parts: &Parts) -> Result<String> {
    let html = without(html, "<script type=module>", "</script>")?;
    let html = without(&html, "<link crossorigin href=./hopscope-", ">")?;
    let html = without(&html, "<link as=fetch crossorigin href=./hopscope-", ">")?;
    let html = without(&html, "<script integrity=", "</script>")?;
    // Trunk's own name for it is at times a digit shorter than the others.
    let html = without(&html, "<link crossorigin href=./site-", ">")?;
    let charset = "<meta charset=utf-8>";
    let policy = format!("{charset}<meta http-equiv=Content-Security-Policy content=\"{}\">", csp::policy());
    let script = |kind, Named { name, integrity, .. }: &Named| {
        format!("<script{kind} src=./{name} integrity={integrity} crossorigin></script>")
    };
    // What tells of failures comes before all that may fail.
    let html = replaced(&html, charset, &(policy + &script("", &parts.crash)))?;
    // The module is fetched beside the script that will ask for it, which has its digest.
    let module = format!("<link rel=preload as=fetch href=./{} crossorigin>", parts.first.name);
    let Named { name, integrity, .. } = &parts.style;
    let style = format!("<link rel=stylesheet href=./{name} integrity={integrity} crossorigin>");
    let html = replaced(&html, "</head>", &(style + &script(" type=module", &parts.script) + &module + "</head>"))?;
    replaced(&html, "<span id=version>development", &format!("<span id=version>{}", version(parts)))
}

/// The version of the package and of the sources, as far as it is known, and which build of them it is.
fn version(parts: &Parts) -> String {
    let commit = output_of(program("git").args(["describe", "--always", "--dirty"])).unwrap_or_default();
    let build = parts.script.name.split(['-', '.']).nth(1).unwrap_or_default();
    [env!("CARGO_PKG_VERSION"), commit.trim(), build].join(" ")
}

fn replaced(html: &str, old: &str, new: &str) -> Result<String> {
    ensure!(html.contains(old), "index.html has no {old}");
    Ok(html.replacen(old, new, 1))
}

/// The page without what stands from `start` to the next `end`, both included.
pub fn without(html: &str, start: &str, end: &str) -> Result<String> {
    let missing = || format!("index.html has no {start}…{end}: does trunk write it differently now?");
    let (before, rest) = html.split_once(start).with_context(missing)?;
    let (_, after) = rest.split_once(end).with_context(missing)?;
    Ok(format!("{before}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT: &str = "<!doctype html><meta charset=utf-8><title>x</title><script type=module>start()</script>\
        <link crossorigin href=./hopscope-1.js integrity=sha384-x rel=modulepreload>\
        <link as=fetch crossorigin href=./hopscope-1_bg.wasm rel=preload type=application/wasm><script integrity=sha384-y src=./crash-1.js></script>\
        <link crossorigin href=./site-1.css integrity=sha384-z rel=stylesheet></head>\
        <body>Version <span id=version>development</span></body>";

    #[test]
    fn the_page_has_a_policy_first_and_no_script_of_its_own() {
        let named = |end| Named::new(end, end.into());
        let parts = Parts {
            first: named("_bg.wasm"),
            later: named("_later.wasm"),
            script: named(".js"),
            crash: named("_crash.js"),
            style: named(".css"),
        };
        let page = write(BUILT, &parts).unwrap();
        let (script, integrity) = (&parts.script.name, &parts.script.integrity);
        assert!(
            page.starts_with("<!doctype html><meta charset=utf-8><meta http-equiv=Content-Security-Policy"),
            "{page}"
        );
        assert!(page.contains(&format!("src=./{script} integrity={integrity}")), "{page}");
        assert_eq!(page.matches("<script").count(), 2, "{page}");
        assert!(page.find("_crash.js") < page.find("<title>"), "{page}");
        for old in ["hopscope-1", "crash-1", "site-1", "development"] {
            assert!(!page.contains(old), "{page}");
        }
    }

    #[test]
    fn a_page_that_is_written_differently_is_told() {
        let [first, later, script, crash, style] = [(); 5].map(|()| Named::new("", vec![]));
        let problem = write("<head></head>", &Parts { first, later, script, crash, style }).unwrap_err().to_string();
        assert!(problem.contains("<script type=module>"), "{problem}");
    }
}
