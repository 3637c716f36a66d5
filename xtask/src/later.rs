//! Takes out of the built site what a first visit does not need, into a file that is loaded when the page is used.

use crate::run::{program, root, run};
use crate::site::sorted_entries;
use crate::split::split;
use crate::tags;
use crate::tools::TERSER;
use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256, Sha384};
use std::fs;
use std::path::{Path, PathBuf};

/// How the name of the later part's file ends.
pub const LATER_FILE: &str = "_later.wasm";

/// What is loaded later: functions whose path begins with one of these, and whatever only they call.
///
/// Nothing that the page calls before anybody touches it may be named here (`tests/e2e/smoke.test.mjs` looks), and nothing that
/// the engine calls for each visit should be.
const LATER: &[&str] = &[
    "&hopscope_sim::outcome::Cause as core::fmt",
    "alloc::vec::Vec<hopscope_sim::command::TimedCommand> as core::clone",
    "core::slice::sort::stable::drift::sort::<hopscope_sim::command::TimedCommand",
    "core::slice::sort::stable::quicksort::quicksort::<hopscope_sim::command::TimedCommand",
    "core::slice::sort::unstable::quicksort::quicksort::<u32, <[u32]>::sort_unstable_by<<hopscope_sim::slab",
    "hopscope::analysis",
    "hopscope::app::checkpoints::Checkpoints>::belong_to",
    "hopscope::app::checkpoints::Checkpoints>::keep",
    "hopscope::app::checkpoints::parting",
    "hopscope::app::compare",
    "hopscope::app::config",
    "hopscope::app::examine",
    "hopscope::app::history::History>::keep_undone",
    "hopscope::app::history::History>::switch",
    "hopscope::app::host::error",
    "hopscope::app::host::inside",
    "hopscope::app::host::journal",
    "hopscope::app::host::message",
    "hopscope::app::host::read",
    "hopscope::app::host::state",
    "hopscope::app::lessons",
    "hopscope::app::link::base64",
    "hopscope::app::link::setting",
    "hopscope::app::link::state",
    "hopscope::app::model::Model>::answer",
    "hopscope::app::model::Model>::arrive",
    "hopscope::app::model::Model>::bring",
    "hopscope::app::model::Model>::carry_out",
    "hopscope::app::model::Model>::command_of_host",
    "hopscope::app::model::Model>::follow_link",
    "hopscope::app::model::Model>::hear",
    "hopscope::app::model::Model>::load",
    "hopscope::app::model::Model>::make_link",
    "hopscope::app::model::Model>::open",
    "hopscope::app::model::Model>::redo",
    "hopscope::app::model::Model>::saved",
    "hopscope::app::model::Model>::state",
    "hopscope::app::model::Model>::tell",
    "hopscope::app::model::Model>::undo",
    "hopscope::app::model::Model>::update",
    "hopscope::app::msg::Msg as core::cmp",
    "hopscope::app::place::Place>::query",
    "hopscope::app::records",
    "hopscope::app::snippet",
    "hopscope::export",
    "hopscope::import",
    "hopscope::lesson",
    "hopscope::record",
    "hopscope::scene::charts",
    "hopscope::scene::compare",
    "hopscope::scene::inspector",
    "hopscope::scene::metrics",
    "hopscope::scene::security",
    "hopscope::scene::trace",
    "hopscope::scene::watch",
    "hopscope::text::config",
    "hopscope::text::dns",
    "hopscope::text::explain::hop",
    "hopscope::text::explain::outcome",
    "hopscope::text::explain::termination",
    "hopscope::text::export",
    "hopscope::text::inspector",
    "hopscope::text::metrics",
    "hopscope::text::monitoring",
    "hopscope::text::record",
    "hopscope::text::report",
    "hopscope::text::snippet",
    "hopscope::text::timeline",
    "hopscope::ui::address::Address>::before",
    "hopscope::ui::address::Address>::follow",
    "hopscope::ui::address::Address>::go",
    "hopscope::ui::clipboard",
    "hopscope::ui::config",
    "hopscope::ui::data",
    "hopscope::ui::download",
    "hopscope::ui::drop",
    "hopscope::ui::failures",
    "hopscope::ui::inspector",
    "hopscope::ui::metrics",
    "hopscope::ui::parts",
    "hopscope::ui::plot",
    "hopscope::ui::requests::log",
    "hopscope::ui::runs",
    "hopscope::ui::security",
    "hopscope::ui::share",
    "hopscope::ui::tabs::further",
    "hopscope::ui::trace",
    "hopscope_sim::balancer::Balancer>::refresh",
    "hopscope_sim::balancer::map::Map>::rebuild",
    "hopscope_sim::command::Command as hopscope_sim::json::",
    "hopscope_sim::command::Command>::validate",
    "hopscope_sim::dns::authoritative::Zone>::answer",
    "hopscope_sim::dns::message",
    "hopscope_sim::dns::record::RecordData>::canonical",
    "hopscope_sim::dns::record::canonical_name",
    "hopscope_sim::dns::resolver::Resolver>::address",
    "hopscope_sim::dns::resolver::Resolver>::learned",
    "hopscope_sim::dns::resolver::Resolver>::search",
    "hopscope_sim::nginx::config::Upstream>::validate",
    "hopscope_sim::scenario::Scenario>::from_json",
    "hopscope_sim::scenario::Scenario>::to_json",
    "hopscope_sim::scenario::Scenario>::validate",
    "hopscope_sim::setting::Setting as",
    "hopscope_sim::setting::Setting>::parse",
    "hopscope_sim::setting::Setting>::validate",
    "hopscope_sim::topology::Topology>::validate",
    "hopscope_sim::topology::validate_name",
    "hopscope_sim::workload::Workload>::validate",
    "hopscope_sim::world::World>::connections_break",
    "hopscope_sim::world::World>::do_as_told",
    "hopscope_sim::world::World>::end_watched",
    "hopscope_sim::world::World>::install_monitoring",
    "hopscope_sim::world::World>::knock_from",
    "hopscope_sim::world::World>::locks_freed",
    "hopscope_sim::world::World>::log_if_left",
    "hopscope_sim::world::World>::log_request",
    "hopscope_sim::world::World>::obey",
    "hopscope_sim::world::World>::promote",
    "hopscope_sim::world::World>::read_cookie",
    "hopscope_sim::world::World>::reclone",
    "hopscope_sim::world::World>::redistribute",
    "hopscope_sim::world::World>::run_statement",
    "hopscope_sim::world::World>::scan",
    "hopscope_sim::world::World>::scripted_answer",
    "hopscope_sim::world::World>::session_fails",
    "hopscope_sim::world::World>::set_admin_state",
    "hopscope_sim::world::World>::set_firewall",
    "hopscope_sim::world::World>::trace_tls",
    "hopscope_sim::world::World>::wiretap",
    "hopscope_sim::world::World>::write_log",
    "miniz_oxide",
    "plotters",
];

/// What of these the page calls from the start.
const FROM_THE_START: &[&str] = &[
    "hopscope::ui::drop::listen",
    "hopscope::ui::inspector::chip",
    "hopscope::app::examine::Examination>::percent",
    "hopscope::app::lessons::Lessons>::progress",
    "hopscope::app::lessons::Lessons>::is_first",
    "hopscope::app::lessons::Lessons>::recall",
    "hopscope::app::lessons::Lessons>::steps_done",
    "hopscope::app::lessons::answers::Answer>::kept",
    "hopscope::app::lessons::answers::Answer>::recalled",
    "hopscope::lesson::find",
    "hopscope::ui::panel::Shown>::keeps",
    "hopscope::ui::panel::Shown>::stands",
];

/// Texts that only functions of the later part read: the files of these folders whose names end so.
const LATER_TEXTS: &[(&str, &str)] = &[
    ("assets/css", "diagram.css"),
    ("assets/css", "tokens.css"),
    ("src/export", ".py"),
    ("src/import", ".txt"),
    ("src/lesson", ".md"),
    ("src/record", ".txt"),
    ("src/record/picture", ".svg"),
    ("src/text", ".html"),
    ("src/text", ".txt"),
];

/// Whether the function of this path is loaded later. A method's path begins with its type, in angle brackets.
fn is_later(path: &str) -> bool {
    let path = path.trim_start_matches('<');
    LATER.iter().any(|part| path.starts_with(part)) && !FROM_THE_START.iter().any(|part| path.contains(part))
}

/// The files that trunk's module and script become.
pub struct Parts {
    pub first: Named,
    pub later: Named,
    pub script: Named,
    /// The script that tells why the others do not run.
    pub crash: Named,
    pub style: Named,
}

/// Splits the module of the site in `dist`, and has the page start and load the rest by `ours`, scripts of `assets`.
pub fn take_out(dist: &Path, ours: &str) -> Result<()> {
    let module = the_file(dist, "hopscope-", "_bg.wasm")?;
    let crash = the_file(dist, "crash-", ".js")?;
    let style = the_file(dist, "site-", ".css")?;
    let script = PathBuf::from(module.to_string_lossy().replace("_bg.wasm", ".js"));
    let page = dist.join("index.html");

    let halves = split(&fs::read(&module)?, is_later, &later_texts()?)?;
    let first = Named::new("_bg.wasm", halves.first);
    // A digest that its loader can compute in a few lines, too.
    let later = Named { integrity: sha256(&halves.later), ..Named::new(LATER_FILE, halves.later) };
    let glue = fs::read_to_string(&script).with_context(|| script.display().to_string())?;
    // The functions of these names are in the scripts that are appended.
    let glue = with(&glue, "wasm = instance.exports;", "wasm = guarded(instance.exports);")?;
    let imports = "\"./hopscope_bg.js\": import0,";
    let glue = with(&glue, imports, &format!("{imports} later: {{ load: needLater }},"))?;
    let glue = with(&glue, "export { initSync, __wbg_init as default };", "")?;
    fs::write(kept_script(), &glue)?;
    let mut glue = glue + ours;
    for (file, [name, integrity]) in
        [(&first, ["FIRST_FILE", "FIRST_INTEGRITY"]), (&later, ["LATER_FILE", "LATER_INTEGRITY"])]
    {
        glue = glue.replace(name, &file.name).replace(integrity, &file.integrity);
    }
    let parts = Parts {
        first,
        later,
        script: Named::new(".js", minified(&glue)?),
        crash: Named::new("_crash.js", minified(&fs::read_to_string(&crash)?)?),
        style: Named::new(".css", fs::read(&style)?),
    };

    fs::write(&page, tags::write(&fs::read_to_string(&page)?, &parts)?)?;
    for old in [module, script, crash, style] {
        fs::remove_file(old)?;
    }
    for file in [parts.first, parts.later, parts.script, parts.crash, parts.style] {
        fs::write(dist.join(file.name), file.content)?;
    }
    Ok(())
}

/// The script of wasm-bindgen with another line in place of one that it must have.
fn with(glue: &str, line: &str, other: &str) -> Result<String> {
    ensure!(glue.contains(line), "the script of wasm-bindgen has no line {line}");
    Ok(glue.replacen(line, other, 1))
}

/// A script without what only people read. The minifier in trunk cannot read what wasm-bindgen writes.
pub fn minified(script: &str) -> Result<Vec<u8>> {
    let (long, short) = (root().join("target").join("page.mjs"), root().join("target").join("page.min.mjs"));
    fs::write(&long, script)?;
    run(program(TERSER.ready()?).arg(&long).args(["--module", "--compress", "--mangle", "--output"]).arg(&short))?;
    Ok(fs::read(&short)?)
}

fn later_texts() -> Result<Vec<Vec<u8>>> {
    let mut texts = Vec::new();
    for (folder, end) in LATER_TEXTS {
        for path in sorted_entries(&root().join(folder))? {
            if path.to_string_lossy().ends_with(end) {
                texts.push(fs::read(&path).with_context(|| path.display().to_string())?);
            }
        }
    }
    Ok(texts)
}

/// A file of the site, called by its content, so that no two versions of it are ever mixed.
pub struct Named {
    pub name: String,
    pub integrity: String,
    content: Vec<u8>,
}

impl Named {
    pub fn new(end: &str, content: Vec<u8>) -> Self {
        let hash: String = Sha384::digest(&content).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { name: format!("hopscope-{hash}{end}"), integrity: digest(&content), content }
    }
}

/// A digest as subresource integrity and content security policies write it.
pub fn digest(content: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(content)))
}

fn sha256(content: &[u8]) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(content)))
}

/// Where the script of wasm-bindgen is kept, for the page in one file.
pub fn kept_script() -> PathBuf {
    root().join(".tools").join("page.mjs")
}

/// The file in `dist` whose name begins and ends so.
pub fn the_file(dist: &Path, start: &str, end: &str) -> Result<PathBuf> {
    let is_it = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(start) && name.ends_with(end)
    };
    sorted_entries(dist)?
        .into_iter()
        .find(is_it)
        .with_context(|| format!("no file {start}*{end} in {}", dist.display()))
}
