//! The configuration files of what is shown, and an `haproxy.cfg` that somebody has pasted.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::model::Model;
use crate::analysis::subject;
use crate::export::{File, files};
use crate::import::{Reading, read};
use crate::sim::{FieldError, Scenario};

/// What can be done in the tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigMsg {
    /// Shows the file with this path.
    File(String),
    /// Reads a pasted `haproxy.cfg`.
    Read(String),
    /// Reads it again for another one of its frontends.
    Frontend(String),
}

/// What the tab remembers.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The path of the file that was chosen.
    chosen: Option<String>,
    /// The scenario, and what was configured when the tab was opened, or when it began.
    before: Option<(Arc<Scenario>, Arc<Scenario>)>,
    /// What was pasted, and what was made of it.
    pub pasted: Option<Pasted>,
}

/// A pasted file, and what was made of it.
#[derive(Clone, Debug)]
pub struct Pasted {
    /// The text.
    pub text: Arc<str>,
    /// What it comes to.
    pub result: Arc<Result<Reading, FieldError>>,
}

/// What the files that the tab shows are made of. To compare it is quicker than to make them.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigSource {
    /// What is configured now.
    scenario: Scenario,
    /// The path of the file that was chosen.
    chosen: Option<String>,
    /// What was configured when the tab was opened.
    before: Option<Arc<Scenario>>,
}

impl ConfigSource {
    /// That of a model.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let before = model.config.before.as_ref();
        let before = before.filter(|(scenario, _)| Arc::ptr_eq(scenario, model.history.scenario()));
        let before = before.map(|(_, then)| Arc::clone(then));
        Self { scenario: subject(&model.world), chosen: model.config.chosen.clone(), before }
    }

    /// All files.
    #[must_use]
    pub fn files(&self) -> Vec<File> {
        files(&self.scenario)
    }
}

/// What the tab shows of the present configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigView {
    /// The paths of all files.
    pub paths: Vec<String>,
    /// The number of the one that is shown.
    pub shown: usize,
    /// Its text.
    pub content: String,
    /// Its lines, and whether each is new since the tab was opened.
    pub lines: Vec<(String, bool)>,
    /// The lines that were there then, and are not any more.
    pub gone: Vec<String>,
}

impl ConfigView {
    /// The view of what was made of this; none if there are no files.
    #[must_use]
    pub fn new(source: &ConfigSource) -> Option<Self> {
        let now = source.files();
        let place = |wanted: &dyn Fn(&str) -> bool| now.iter().position(|file| wanted(&file.path));
        let chosen = source.chosen.as_deref();
        let chosen = place(&|path| Some(path) == chosen).or_else(|| place(&|path| path.ends_with("/haproxy.cfg")));
        let shown = chosen.unwrap_or(0);
        let file = now.get(shown)?;
        let before =
            source.before.as_deref().filter(|before| **before != source.scenario).map(files).unwrap_or_default();
        let before = before.iter().find(|other| other.path == file.path).unwrap_or(file);
        let lines_of = |file: &File| file.content.lines().map(str::to_owned).collect::<Vec<_>>();
        let (lines, then) = (lines_of(file), lines_of(before));
        let (known, still) = (then.iter().collect::<BTreeSet<_>>(), lines.iter().collect::<BTreeSet<_>>());
        let gone = then.iter().filter(|line| !still.contains(line)).cloned().collect();
        let lines = lines.iter().map(|line| (line.clone(), !known.contains(line))).collect();
        let paths = now.iter().map(|file| file.path.clone()).collect();
        Some(Self { paths, shown, content: file.content.clone(), lines, gone })
    }
}

/// Does what a message says.
pub(super) fn update(model: &mut Model, msg: ConfigMsg) {
    match msg {
        ConfigMsg::File(path) => model.config.chosen = Some(path),
        ConfigMsg::Read(text) => model.config.pasted = Some(pasted(model, text.into(), None)),
        ConfigMsg::Frontend(name) => {
            if let Some(before) = &model.config.pasted {
                model.config.pasted = Some(pasted(model, Arc::clone(&before.text), Some(&name)));
            }
        }
    }
}

fn pasted(model: &Model, text: Arc<str>, frontend: Option<&str>) -> Pasted {
    let present = Scenario {
        settings: model.world.settings().clone(),
        timeline: Vec::new(),
        ..(**model.history.scenario()).clone()
    };
    let result = Arc::new(read(&text, frontend, Some(&present)));
    Pasted { text, result }
}

/// Remembers what is configured when the tab is opened, and when another scenario begins: what changes from then on is
/// marked.
pub(super) fn remember(model: &mut Model, opens: bool) {
    let scenario = model.history.scenario();
    let knows = model.config.before.as_ref().is_some_and(|(known, _)| Arc::ptr_eq(known, scenario));
    if opens || !knows {
        model.config.before = Some((Arc::clone(scenario), subject(&model.world).into()));
    }
}

/// All files in one: a script for `sh` that writes them below the folder where it is started.
#[must_use]
pub fn archive(files: &[File]) -> String {
    const END: &str = "END_OF_FILE_OF_HOPSCOPE";
    let mut script = "#!/bin/sh\nset -e\n".to_owned();
    for File { path, content } in files {
        let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
        script += &format!("mkdir -p '{folder}'\ncat > '{path}' <<'{END}'\n{content}");
        script += if content.ends_with('\n') { "" } else { "\n" };
        script += &format!("{END}\n");
    }
    script
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::parse_address;
    use crate::app::{Msg, Tab};
    use crate::sim::balancer::Algorithm;
    use crate::sim::{Command, PRESETS, Setting};
    use crate::text::config::about;

    fn view(model: &Model) -> ConfigView {
        ConfigView::new(&ConfigSource::new(model)).expect("there are files")
    }

    #[test]
    fn a_change_is_marked_until_the_tab_is_opened_again() {
        let mut model = Model::new(parse_address("", ""));
        model.update(Msg::Tab(Tab::Config));
        assert!(view(&model).paths[view(&model).shown].ends_with("haproxy.cfg"));
        assert!(view(&model).lines.iter().all(|(_, is_new)| !is_new));
        model.update(Msg::Do(Command::Set(Setting::Balance(Algorithm::First))));
        let changed = view(&model);
        let new: Vec<&str> = changed.lines.iter().filter(|line| line.1).map(|line| line.0.trim()).collect();
        assert_eq!((new, changed.gone), (vec!["balance first"], vec!["  balance roundrobin".to_owned()]));
        model.update(Msg::Tab(Tab::Config));
        assert!(view(&model).lines.iter().all(|(_, is_new)| !is_new));
        model.update(Msg::Preset("scaled"));
        assert!(view(&model).gone.is_empty(), "another scenario is no change of this one");
    }

    #[test]
    fn what_was_pasted_is_shown_on_request() {
        let mut model = Model::new(parse_address("", ""));
        let file = "listen l\n mode http\n server a 10.0.0.1:80\nlisten m\n mode http\n server b 10.0.0.2:80\n";
        let names =
            |model: &Model| model.world.scenario().topology.machines.iter().map(|m| m.name.clone()).collect::<Vec<_>>();
        model.update(Msg::Config(ConfigMsg::Read(file.to_owned())));
        model.update(Msg::Config(ConfigMsg::Frontend("m".to_owned())));
        assert!(names(&model).contains(&"web-01".to_owned()), "nothing has been asked for yet");
        let reading = model.config.pasted.clone().expect("it was pasted").result;
        let scenario = reading.as_ref().as_ref().expect("short").scenario.clone().expect("nothing is wrong");
        model.update(Msg::Load(Arc::new(scenario)));
        assert!(names(&model).contains(&"b".to_owned()) && !names(&model).contains(&"a".to_owned()));
    }

    /// The present settings come along where the servers are the same.
    #[test]
    fn a_file_of_the_present_servers_changes_the_balancer_alone() {
        let mut model = Model::new(parse_address("?preset=secured", ""));
        model.update(Msg::Do(Command::Set(Setting::Workers(7))));
        let own = ConfigSource::new(&model)
            .files()
            .into_iter()
            .find(|file| file.path.ends_with("haproxy.cfg"))
            .expect("it has a balancer");
        let text = own.content.replace("balance roundrobin", "balance leastconn");
        model.update(Msg::Config(ConfigMsg::Read(text)));
        let reading = model.config.pasted.clone().expect("it was pasted").result;
        let scenario = reading.as_ref().as_ref().expect("short").scenario.clone().expect("nothing is wrong");
        assert_eq!((scenario.settings.app.workers, scenario.settings.balancer.algorithm), (7, Algorithm::LeastConn));
        assert_eq!(scenario.topology, model.world.scenario().topology);
        assert_eq!(scenario.settings.tls, model.world.settings().tls);
    }

    #[test]
    fn every_file_is_explained() {
        for preset in PRESETS {
            for file in files(&preset.scenario()) {
                assert!(!about(&file.path).is_empty(), "{}", file.path);
            }
        }
    }
}
