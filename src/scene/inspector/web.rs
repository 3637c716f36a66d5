//! nginx and the application server.

use super::{Detail, PartView};
use crate::sim::{PartId, ProcessId, ReadFrom, World};
use crate::text::inspector::{fact, stats};

/// The application files of one machine.
#[derive(Clone, Debug, PartialEq)]
pub struct AppView {
    /// The machine.
    pub machine: String,
    /// The version on it.
    pub version: u32,
    /// The version to deploy next: the newest of any machine, or one more where that is here already.
    pub next: u32,
    /// A warning where machines have different versions.
    pub differ: Option<String>,
}

pub(super) fn nginx(world: &World, process: ProcessId, view: &mut PartView) {
    let Some(nginx) = world.nginx(process) else {
        return;
    };
    let name = |app: &ProcessId| world.wiring().process(*app).full_name.as_str();
    let upstream: Vec<&str> = nginx.upstream.iter().map(name).collect();
    view.fact(fact::PASSES_TO, if upstream.is_empty() { fact::NOWHERE.to_owned() } else { upstream.join(", ") });
    view.fact(fact::REQUESTS, nginx.counters.requests);
    view.fact(fact::FILES, nginx.counters.files);
    view.fact(fact::PROXIED, nginx.counters.proxied);
    view.fact(fact::OWN_ERRORS, nginx.counters.errors);
    for app in &nginx.upstream {
        view.relate(world, PartId::Process(*app));
    }
    view.settings(world, &["nginx."]);
    super::log::nginx(world, process, view);
}

pub(super) fn app(world: &World, process: ProcessId, view: &mut PartView) {
    let Some(app) = world.app(process) else {
        return;
    };
    view.fact(fact::VERSION, fact::version(app.version));
    view.fact(fact::WORKERS, fact::of(app.busy, world.settings().app.workers));
    view.fact(fact::WAITING, app.waiting.len());
    view.fact(fact::MOST_WAITING, app.counters.most_waiting);
    view.fact(fact::ANSWERED, app.counters.answered);
    view.fact(fact::FAILED, app.counters.failed);
    let (cluster, wiring) = (world.cluster(), world.wiring());
    let name = |at: u16| wiring.process(cluster.servers[usize::from(at)].process).full_name.clone();
    let primary = cluster.primary.map_or(fact::NOWHERE.to_owned(), name);
    let replicas: Vec<String> = cluster.readers.iter().map(|at| name(*at)).collect();
    let reads_primary = world.settings().app.read_from == ReadFrom::Primary || replicas.is_empty();
    view.fact(fact::READS_FROM, if reads_primary { primary.clone() } else { replicas.join(", ") });
    view.fact(fact::WRITES_TO, primary);
    for server in &cluster.servers {
        view.relate(world, PartId::Process(server.process));
    }
    if let Some(files) = files(world, process) {
        view.detail = Detail::App(files);
    }
    view.settings(world, &["app."]);
}

/// The files of the application that runs as this process.
pub(super) fn files(world: &World, process: ProcessId) -> Option<AppView> {
    let app = world.app(process)?;
    let machine = |process| world.wiring().machine_of(process).name.clone();
    let newest = world.apps().iter().map(|app| app.version).max().unwrap_or(app.version);
    let oldest = world.apps().iter().map(|app| app.version).min().unwrap_or(app.version);
    let list = || {
        let each = |app: &crate::sim::AppServer| format!("{} {}", machine(app.process), fact::version(app.version));
        world.apps().iter().map(each).collect::<Vec<_>>().join(", ")
    };
    Some(AppView {
        machine: machine(process),
        version: app.version,
        next: if app.version < newest { newest } else { newest + 1 },
        differ: (newest != oldest).then(|| stats::versions_differ(&list())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Command, Preset};
    use std::sync::Arc;

    #[test]
    fn a_deployment_to_one_machine_makes_versions_differ() {
        let mut world = World::new(Arc::new(Preset::find("three-server").expect("a preset").scenario()));
        let app = world.apps()[0].process;
        let before = files(&world, app).expect("an application");
        assert_eq!((before.version, before.next, &before.differ), (1, 2, &None));
        world.apply(&Command::Deploy { machine: before.machine, version: before.next }).expect("it makes sense");
        let after = files(&world, app).expect("an application");
        assert_eq!((after.version, after.next), (2, 3));
        assert!(after.differ.expect("a warning").contains("web-02 version 1"));
        let other = files(&world, world.apps()[1].process).expect("an application");
        assert_eq!((other.version, other.next), (1, 2));
    }
}
