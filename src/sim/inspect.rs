//! Looking at a world: everything here only reads.

use std::collections::BinaryHeap;
use std::sync::Arc;

use super::app_server::AppServer;
use super::balancer::Balancer;
use super::call::{Ask, CallState, Reply};
use super::dns::NameService;
use super::ids::{LinkId, ProcessId};
use super::metrics::Metrics;
use super::mysql::Cluster;
use super::nginx::Nginx;
use super::outcome::is_success;
use super::parts::Parts;
use super::scenario::Scenario;
use super::script::Left;
use super::settings::Settings;
use super::time::SimTime;
use super::trace::{Place, Trace};
use super::visit::VisitLog;
use super::vrrp::Vrrp;
use super::wiring::Wiring;
use super::workload::{Class, Workload};
use super::world::World;

/// A message on a wire, for drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flight {
    /// The link.
    pub link: LinkId,
    /// Whether it travels against the link's direction: an answer.
    pub back: bool,
    /// When it left.
    pub sent: SimTime,
    /// When it arrives.
    pub arrives: SimTime,
    /// The visit that it belongs to; none for a health check.
    pub visit: Option<u64>,
    /// What the visit asks for.
    pub class: Option<Class>,
    /// Whether it carries a failure.
    pub failed: bool,
    /// Whether it will be lost.
    pub lost: bool,
}

impl World {
    /// The present moment of the run.
    #[must_use]
    pub const fn now(&self) -> SimTime {
        self.now
    }

    /// What the run started from.
    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The numbered parts.
    #[must_use]
    pub fn wiring(&self) -> &Arc<Wiring> {
        &self.wiring
    }

    /// The settings in force now.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The continuous load in force now.
    #[must_use]
    pub const fn workload(&self) -> &Workload {
        &self.workload
    }

    /// The condition of every part.
    #[must_use]
    pub const fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Resolver and zone.
    #[must_use]
    pub const fn names(&self) -> &NameService {
        &self.names
    }

    /// The balancers.
    #[must_use]
    pub fn balancers(&self) -> &[Balancer] {
        &self.balancers
    }

    /// The balancer that runs as this process.
    #[must_use]
    pub fn balancer(&self, process: ProcessId) -> Option<&Balancer> {
        self.balancers.iter().find(|balancer| balancer.process == process)
    }

    /// The nginx that runs as this process.
    #[must_use]
    pub fn nginx(&self, process: ProcessId) -> Option<&Nginx> {
        self.nginx.iter().find(|nginx| nginx.process == process)
    }

    /// The application servers.
    #[must_use]
    pub fn apps(&self) -> &[AppServer] {
        &self.apps
    }

    /// The application server that runs as this process.
    #[must_use]
    pub fn app(&self, process: ProcessId) -> Option<&AppServer> {
        self.apps.iter().find(|app| app.process == process)
    }

    /// The MySQL servers.
    #[must_use]
    pub const fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Who holds the virtual addresses.
    #[must_use]
    pub const fn vrrp(&self) -> &Vrrp {
        &self.vrrp
    }

    /// The log of ended visits.
    #[must_use]
    pub const fn log(&self) -> &VisitLog {
        &self.log
    }

    /// The last visits whose clients have left before the end, oldest first.
    pub fn left(&self) -> impl Iterator<Item = &Left> {
        self.left.iter()
    }

    /// Counters and time series.
    #[must_use]
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The trace of a visit, if it was recorded and is still kept.
    #[must_use]
    pub fn trace(&self, visit: u64) -> Option<&Trace> {
        self.traces.of(visit)
    }

    /// Traces, newest first.
    pub fn traces(&self) -> impl Iterator<Item = &Trace> {
        self.traces.newest_first()
    }

    /// Number of the visit that started last; 0 before the first.
    #[must_use]
    pub const fn last_visit(&self) -> u64 {
        self.started_visits
    }

    /// Visits under way.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.visits.len()
    }

    /// Numbers of the visits under way that commands started, oldest first.
    #[must_use]
    pub fn sent_by_hand(&self) -> Vec<u64> {
        let visits: BinaryHeap<u64> = self.visits.values().filter(|v| v.by_hand).map(|v| v.id).collect();
        visits.into_sorted_vec()
    }

    /// Calls under way, those for nobody included.
    #[must_use]
    pub fn calls_under_way(&self) -> usize {
        self.calls.len()
    }

    /// Events carried out since the start.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// Events planned.
    #[must_use]
    pub fn planned(&self) -> usize {
        self.queue.len()
    }

    /// When the next event happens.
    #[must_use]
    pub fn next_event_at(&self) -> Option<SimTime> {
        self.queue.next_at()
    }

    /// The digest of the event log so far: equal for equal runs, natively and in every browser.
    #[must_use]
    pub const fn digest(&self) -> u64 {
        self.digest.value()
    }

    /// Where a visit is now: in a process or on a wire; none once it has ended.
    #[must_use]
    pub fn whereabouts(&self, visit: u64) -> Option<Place> {
        let visit = self.visits.values().find(|v| v.id == visit)?;
        let mut call = self.calls.get(visit.child?)?;
        while let Some(child) = call.child.and_then(|child| self.calls.get(child)) {
            call = child;
        }
        Some(match call.state {
            CallState::Working => Place::Process(call.callee),
            CallState::Connecting | CallState::Sending | CallState::Lost => {
                Place::Link { link: call.link, back: false }
            }
            CallState::Returning(_) | CallState::Stalled(_) => Place::Link { link: call.link, back: true },
        })
    }

    /// The first `limit` messages that are on a wire now.
    pub fn flights(&self, limit: usize) -> impl Iterator<Item = Flight> + '_ {
        let on_wire = |call: &super::call::Call| {
            let (back, failed, lost) = match call.state {
                CallState::Connecting | CallState::Sending => (false, false, false),
                CallState::Returning(reply) => (true, is_failure(reply), false),
                CallState::Working | CallState::Stalled(_) | CallState::Lost => return None,
            };
            let visit = call.visit.and_then(|visit| self.visits.get(visit));
            Some(Flight {
                link: call.link,
                back,
                sent: call.since,
                arrives: call.until,
                visit: visit.map(|visit| visit.id),
                class: visit.map(|visit| visit.class).filter(|_| call.ask != Ask::Resolve),
                failed,
                lost,
            })
        };
        self.calls.values().filter_map(on_wire).take(limit)
    }
}

const fn is_failure(reply: Reply) -> bool {
    match reply {
        Reply::Http { status, .. } => !is_success(status),
        Reply::Refused | Reply::Reset | Reply::Closed | Reply::NoAddress(_) | Reply::Failed(_) => true,
        _ => false,
    }
}
