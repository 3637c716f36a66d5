//! Parts by the names that commands have for them.

use super::Wiring;
use crate::ids::{LinkId, MachineId, PartId, ProcessId};
use crate::scenario::FieldError;
use crate::topology::Role;

impl Wiring {
    /// The part that a command names.
    ///
    /// # Errors
    /// The field `part`, if no part has this name.
    pub fn part(&self, name: &str) -> Result<PartId, FieldError> {
        let links = (0..self.links.len()).map(|i| PartId::Link(LinkId::from(i)));
        let machines = (0..self.machines.len()).map(|i| PartId::Machine(MachineId::from(i)));
        let mut all = machines.chain(self.ids().map(PartId::Process)).chain(links);
        all.find(|part| self.part_name(*part) == name).ok_or_else(|| unknown("part", "part", name))
    }

    /// The machine with this name.
    ///
    /// # Errors
    /// The field `machine`, if there is none.
    pub fn machine(&self, name: &str) -> Result<MachineId, FieldError> {
        let at = self.machines.iter().position(|m| m.name == name);
        at.map(MachineId::from).ok_or_else(|| unknown("machine", "machine", name))
    }

    /// What HAProxy calls a server on the machine with this name: its nginx, or its application where there is no nginx.
    ///
    /// # Errors
    /// The field `server`, if none runs there.
    pub fn server(&self, name: &str) -> Result<ProcessId, FieldError> {
        let role = self.server_role();
        let mut servers = self.ids().filter(|p| *self.role(*p) == role);
        servers.find(|p| self.machine_of(*p).name == name).ok_or_else(|| unknown("server", "web server", name))
    }

    /// The MySQL server with this name.
    ///
    /// # Errors
    /// The field `server`, if there is none.
    pub fn mysqld(&self, name: &str) -> Result<ProcessId, FieldError> {
        let mut all = self.ids().filter(|p| matches!(self.role(*p), Role::Mysqld { .. }));
        all.find(|p| self.process(*p).full_name == name).ok_or_else(|| unknown("server", "MySQL server", name))
    }
}

fn unknown(field: &str, kind: &str, name: &str) -> FieldError {
    FieldError::new(field, format!("no {kind} is named {name:?}"))
}
