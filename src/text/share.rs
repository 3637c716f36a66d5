//! Words around taking something away from the page: links, and where they lead.

labels! {
    /// Tab, and the button in the header that opens it.
    SHARE = "Share";
    /// Heading: links.
    LINK = "Link";
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
    format!("{count} characters")
}
