//! What each parameter of the address means, for its documentation and for whoever puts an address together.

labels! {
    /// `preset`
    PRESET = "The infrastructure to begin with.";
    /// `scenario`
    SCENARIO = "A whole scenario as URL-encoded JSON, in place of a preset; best in the fragment, behind #.";
    /// `s`
    STATE = "A link as the tab Share makes it: a whole run at one of its moments. It belongs into the fragment, behind #.";
    /// `seed`
    SEED = "Where all chance starts: the same seed gives the same run.";
    /// `load`
    LOAD = "Visits per second that come by themselves.";
    /// `embed`
    EMBED = "Only the diagram and what is needed to play with it, for a frame in another page.";
    /// `theme`
    THEME = "The colours.";
    /// `speed`
    SPEED = "Simulated time per real time; auto is real time, and slow motion while a visit sent by hand travels.";
    /// `lesson`
    LESSON = "The lesson to open; it begins with a scenario of its own.";
    /// `steps`
    STEPS = "The steps of the lesson that may be opened.";
    /// `step`
    STEP = "The step of the lesson to open, counted from 1.";
    /// `answers`
    ANSWERS = "Whether hints and solutions can be had.";
    /// `tab`
    TAB = "The tab at the bottom.";
    /// `select`
    SELECT = "The part to look into: a machine, machine/process, or a link between two of them.";
    /// `host`
    HOST = "The origin of the page whose messages are heard.";
    /// `crash`
    CRASH = "Stops a second after the start, or does not start, to show the page that then appears; harmless.";
    /// `strings`
    STRINGS = "Shows every text twice, to see that there is room for longer words.";
}
