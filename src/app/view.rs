//! What is looked at, and what the user is told.

use crate::sim::PartId;
use crate::text::label;

/// What is looked at. Changes nothing in the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The part in the inspector.
    pub selected: Option<PartId>,
    /// The visit whose trace is shown; the newest by hand if none.
    pub visit: Option<u64>,
    /// The tab at the bottom.
    pub tab: Tab,
    /// Whether the charts are drawn from what only the simulator knows.
    pub simulator_charts: bool,
    /// The panel that covers the diagram on a narrow screen.
    pub sheet: Option<Sheet>,
    /// Light, dark, or as the system says.
    pub theme: Theme,
    /// Whether only the diagram is shown.
    pub embed: bool,
    /// Whether the diagram has the room of the panels, which come when they are asked for.
    pub large: bool,
}

impl View {
    /// Whether the inspector and the tabs are seen only when they are asked for.
    #[must_use]
    pub const fn hides_panels(&self) -> bool {
        self.embed || self.large
    }
}

/// The tabs at the bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// The trace of one visit.
    Trace,
    /// The log of visits, and how many ended how.
    Requests,
    /// Charts.
    Metrics,
    /// The rows of all databases, side by side.
    Data,
    /// What happened, runs that were left, and how they compare.
    Runs,
    /// What one missing part does, and what that comes to.
    Failures,
    /// What somebody outside finds and hears.
    Security,
    /// The same state and switches as the diagram, as a table.
    Parts,
    /// Configuration files, out and in.
    Config,
    /// Links and whatever else can be taken away from the page.
    Share,
}

impl Tab {
    /// All tabs, in order.
    #[rustfmt::skip]
    pub const ALL: [Self; 10] = [
        Self::Trace, Self::Requests, Self::Metrics, Self::Data, Self::Runs, Self::Failures, Self::Security, Self::Parts,
        Self::Config, Self::Share,
    ];

    /// The name in addresses and in the page.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Requests => "requests",
            Self::Metrics => "metrics",
            Self::Data => "data",
            Self::Runs => "runs",
            Self::Failures => "failures",
            Self::Security => "security",
            Self::Parts => "parts",
            Self::Config => "config",
            Self::Share => "share",
        }
    }

    /// The tab with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.id() == name)
    }
}

/// The panels of a narrow screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// The lesson, or the list of lessons.
    Lesson,
    /// Visits and load.
    Traffic,
    /// The inspector.
    Inspector,
    /// The tabs.
    Tabs,
}

/// Colours of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Dark text on light ground.
    Light,
    /// Light text on dark ground.
    Dark,
}

impl Theme {
    /// All themes.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The name in addresses and in the page's `data-theme`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
}

/// Something that the user should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The field that it is about.
    pub field: String,
    /// What is the matter.
    pub message: String,
}

impl Notice {
    /// A notice about an input that could not be used. Both texts may quote what a stranger wrote, however long that is.
    #[must_use]
    pub fn error(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: label::cut(field.into()), message: label::cut(message.into()) }
    }
}
