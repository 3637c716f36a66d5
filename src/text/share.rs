//! Words around taking something away from the page: links, and where they lead.

use super::label::clock;

labels! {
    /// Tab, and the button in the header that opens it.
    SHARE = "Share";
    /// Heading: links.
    LINK = "Link";
    /// Said when the run of a link has not come to the same point.
    OTHER_ENGINE = "the run did not come out as it did where the link was made, by another version of Hopscope";
    /// Leads to the documentation of addresses.
    ABOUT_LINKS = "What an address can hold";
    /// Leads to the documentation of frames.
    ABOUT_EMBEDDING = "How frames, events and commands work";
    /// Field: the link that holds the run.
    MOMENT = "To this moment of this run";
    /// Button: makes that link anew.
    MAKE = "New link to the present moment";
    /// Said when a run is too long for a link.
    TOO_LONG = "This run is too long for a link: more has been done in it than a link can hold. Start again to make a shorter one.";
    /// Field: the address of the present topology or step.
    PLACE = "To this topology, as it begins";
    /// Field: the address of the present step of a lesson.
    STEP = "To this step of the lesson";
    /// Button: puts a text into the clipboard.
    COPY = "Copy";
    /// Said when it is there.
    COPIED = "Copied.";
    /// Said when the browser does not let a page copy: the text is selected.
    SELECTED = "Selected: copy it with Ctrl+C (⌘C on a Mac).";
}

/// How long a link is.
#[must_use]
pub fn characters(count: usize) -> String {
    format!("{count} characters.")
}

/// What a link holds.
#[must_use]
pub fn holds(at_us: u64, commands: usize) -> String {
    let done = if commands == 1 { "the one thing that was done" } else { "everything that was done" };
    let at = clock(at_us);
    format!(
        "It holds the topology with all settings, the seed, {done} ({commands}), the moment {at}, the step of the lesson and what you look at; \
         whoever opens it sees the same run at the same point. Runs that are kept beside this one are not in it."
    )
}
