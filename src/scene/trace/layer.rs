//! The layers that a visit's time is divided among.

use crate::sim::{Place, Role, Wiring};
use crate::text::label::visits;

/// A layer of the stack, or the wires between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The visitor's browser.
    Browser,
    /// The wires.
    Wire,
    /// The name service.
    Resolver,
    /// The balancer.
    Haproxy,
    /// The web servers.
    Nginx,
    /// The application servers.
    App,
    /// The databases.
    Mysqld,
}

impl Layer {
    /// All layers, in the order of the sums.
    pub const ALL: [Self; 7] =
        [Self::Browser, Self::Wire, Self::Resolver, Self::Haproxy, Self::Nginx, Self::App, Self::Mysqld];

    /// The layer of a place.
    #[must_use]
    pub fn of(wiring: &Wiring, place: Place) -> Self {
        let Place::Process(process) = place else {
            return Self::Wire;
        };
        match wiring.role(process) {
            Role::Browser => Self::Browser,
            Role::Resolver | Role::Authoritative => Self::Resolver,
            Role::Balancer | Role::Keepalived { .. } | Role::Agent | Role::Monitor => Self::Haproxy,
            Role::Nginx => Self::Nginx,
            Role::App => Self::App,
            Role::Mysqld { .. } => Self::Mysqld,
        }
    }

    /// The name in the page's attributes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Wire => "wire",
            Self::Resolver => "resolver",
            Self::Haproxy => "haproxy",
            Self::Nginx => "nginx",
            Self::App => "app",
            Self::Mysqld => "mysqld",
        }
    }

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Browser => visits::LAYER_BROWSER,
            Self::Wire => visits::LAYER_WIRE,
            Self::Resolver => visits::LAYER_RESOLVER,
            Self::Haproxy => visits::LAYER_HAPROXY,
            Self::Nginx => visits::LAYER_NGINX,
            Self::App => visits::LAYER_APP,
            Self::Mysqld => visits::LAYER_MYSQLD,
        }
    }
}
