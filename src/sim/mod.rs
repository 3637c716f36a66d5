//! The engine: a deterministic discrete-event simulation of the whole stack.
//!
//! A run is a function of a [`Scenario`] (which holds the seed) and the [`Command`]s given to its [`World`], each at its
//! moment. There is no other clock and no other source of chance.
#![warn(missing_docs)]

mod action;
mod answers;
mod app_server;
mod apply;
pub mod balancer;
mod browser;
mod call;
mod calls;
pub mod chronicle;
mod command;
mod concern;
mod decimal;
mod digest;
pub mod dns;
mod field_path;
mod firewall;
mod histogram;
mod ids;
mod inspect;
mod invariants;
pub mod json;
mod logs;
pub mod metrics;
pub mod monitoring;
pub mod mysql;
mod named;
pub mod nginx;
mod outcome;
mod outside;
mod pages;
mod parking;
mod parts;
mod plan;
mod preset;
mod queue;
mod replies;
mod rng;
mod scenario;
mod script;
mod setting;
mod settings;
mod slab;
mod time;
mod timeouts;
mod tls;
mod topology;
mod trace;
mod verify;
mod visit;
pub mod vrrp;
mod wiretap;
mod wiring;
mod workload;
mod world;

pub use answers::Answers;
pub use app_server::{AppCounters, AppServer, FIRST_VERSION};
pub use call::{Ask, Call, CallKey, CallState, Parent, Reply};
pub use command::{Command, TimedCommand};
pub use decimal::Decimal;
pub use firewall::{Firewall, INSIDE, MAX_RULES, Rule, Ruling};
pub use histogram::{Coarse, Fine, Histogram};
pub use ids::{LinkId, MachineId, PartId, ProcessId};
pub use inspect::Flight;
pub use logs::{LOG_LINES, LogEvent, LogFile, LogLine, Logs, Request, SessionLine, Trouble};
pub use nginx::{Nginx, NginxCounters};
pub use outcome::{BrowserError, Cause, DbError, Outcome, Verdict, reason};
pub use outside::{Login, OUTSIDER, Port, PortState};
pub use parts::{Condition, PartState, Parts};
pub use preset::{PRESETS, Preset};
pub use queue::{Event, EventQueue, What};
pub use rng::Rng;
pub use scenario::{FieldError, Scenario};
pub use script::{Answer, Left, Logged, Method, Script};
pub use setting::Setting;
pub use settings::{
    Balancer, Check, HTTPS, Hash, HashFunction, HashType, ReadFrom, RetryOn, ServerLine, ServiceTimes, Settings, Tls,
    TlsMode, UriHash,
};
pub use time::{Micros, SimTime};
pub use topology::{Machine, Process, Role, Topology};
pub use trace::{DbChoice, Decision, MAX_SPANS, PeerReason, PickReason, Place, Span, Trace};
pub use visit::{CookieNote, CookieSent, LOG_LENGTH, MAX_UNDER_WAY, Notes, VisitLog, VisitRecord};
pub use wiretap::{Account, Heard};
pub use wiring::{LinkInfo, MachineInfo, ProcessInfo, Protocol, Reach, Seat, Tier, Wiring};
pub use workload::{Arrivals, Class, MAX_RATE, Mix, Workload};
pub use world::{TRACES, World};
