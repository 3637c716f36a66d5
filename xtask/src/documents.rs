//! The documentation of the site, for whoever embeds it: pages made of `docs/*.md`, and the schemas that they name.

use crate::run::root;
use anyhow::{Context, Result};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};
use std::fs;
use std::path::Path;

/// The folder, among the sources and in the site.
const FOLDER: &str = "docs";
/// What becomes a page.
const PAGES: [&str; 3] = ["embedding", "links", "hosting"];
/// What is copied.
const SCHEMAS: [&str; 2] = ["host.schema.json", "links.schema.json"];
/// The sheets that make up that of the pages.
const STYLES: [&str; 2] = ["tokens.css", "documents.css"];
/// What a page may do: be read.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'";

/// Writes it into the built site.
pub fn write(dist: &Path) -> Result<()> {
    let (from, to) = (root().join(FOLDER), dist.join(FOLDER));
    let read = |path: &Path| fs::read_to_string(path).with_context(|| path.display().to_string());
    fs::create_dir_all(&to)?;
    for name in PAGES {
        fs::write(to.join(name).with_extension("html"), page(&read(&from.join(name).with_extension("md"))?))?;
    }
    for name in SCHEMAS {
        fs::copy(from.join(name), to.join(name)).context(name)?;
    }
    let styles = STYLES.map(|name| read(&root().join("assets").join("css").join(name)));
    Ok(fs::write(to.join("documents.css"), styles.into_iter().collect::<Result<String>>()?)?)
}

/// Whether a file of the site belongs to it.
pub fn is_one(path: &Path) -> bool {
    path.starts_with(FOLDER)
}

/// A text as a page. Links between the texts lead to the pages.
fn page(text: &str) -> String {
    let mut title = String::new();
    let mut is_title = false;
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).map(|event| match event {
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = dest_url.strip_suffix(".md").map_or(dest_url.clone(), |name| format!("{name}.html").into());
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        other => other,
    });
    let events: Vec<_> = events
        .inspect(|event| match event {
            Event::Start(Tag::Heading { .. }) => is_title = title.is_empty(),
            Event::End(TagEnd::Heading(_)) => is_title = false,
            Event::Text(words) if is_title => title += words,
            _ => {}
        })
        .collect();
    let mut body = String::new();
    html::push_html(&mut body, events.into_iter());
    // A table scrolls by itself where it is wider than the page, by keys, too.
    let body = body.replace("<table>", "<div role=\"group\" aria-label=\"Table\" tabindex=\"0\"><table>");
    let body = body.replace("</table>", "</table></div>").replace("<pre>", "<pre tabindex=\"0\">");
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\
         <title>{title} · Hopscope</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"documents.css\">\
         <header><a href=\"../\">Hopscope</a> <nav aria-label=\"Documentation\">{}</nav></header><main>{body}</main></html>\n",
        PAGES.map(|name| format!("<a href=\"{name}.html\">{}</a>", capital(name))).join(" ")
    )
}

fn capital(name: &str) -> String {
    name[..1].to_uppercase() + &name[1..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_a_page_that_leads_to_pages() {
        let made = page(
            "# Two & three\n\nSee [links](links.md) and [a schema](links.schema.json).\n\n| a | b |\n| --- | --- |\n| `<x>` | 1 |\n",
        );
        for part in [
            "<title>Two & three · Hopscope</title>",
            "<a href=\"links.html\">links</a>",
            "<a href=\"links.schema.json\">",
            "<code>&lt;x&gt;</code>",
            "<a href=\"embedding.html\">Embedding</a>",
        ] {
            assert!(made.contains(part), "{part}: {made}");
        }
    }
}
