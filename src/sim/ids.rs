//! Small numbers that stand for the parts of a world.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u16);

        impl $name {
            /// This number as an index into the world's table of such parts.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl From<usize> for $name {
            fn from(index: usize) -> Self {
                Self(u16::try_from(index).expect("a topology has fewer than 65,536 parts of a kind"))
            }
        }
    };
}

id!(
    /// A machine: a failure domain.
    MachineId
);
id!(
    /// A process on a machine.
    ProcessId
);
id!(
    /// A link between two processes.
    LinkId
);

/// Anything that can be killed, slowed and restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartId {
    /// A machine with all its processes.
    Machine(MachineId),
    /// One process.
    Process(ProcessId),
    /// The connections between two processes.
    Link(LinkId),
}
