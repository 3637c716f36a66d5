//! What each parameter of the address means, for its documentation and for whoever puts an address together.

/// What a parameter means. The page itself has no use for it, and so does not carry it along.
#[must_use]
pub fn meaning(name: &str) -> &'static str {
    match name {
        "preset" => "The infrastructure to begin with.",
        "scenario" => "A whole scenario as URL-encoded JSON, in place of a preset; best in the fragment, behind #.",
        "s" => {
            "A link as the tab Share makes it: a whole run at one of its moments. It belongs into the fragment, behind #."
        }
        "seed" => "Where all chance starts: the same seed gives the same run.",
        "load" => "Visits per second that come by themselves.",
        "embed" => "Only the diagram and what is needed to play with it, for a frame in another page.",
        "large" => {
            "The diagram as large as it goes, for a projector: the tabs and the inspector come when they are asked for."
        }
        "theme" => "The colours.",
        "speed" => {
            "Simulated time per real time; auto is real time, and slow motion while a visit sent by hand travels."
        }
        "lesson" => "The lesson to open; it begins with a scenario of its own.",
        "steps" => "The steps of the lesson that may be opened.",
        "step" => "The step of the lesson to open, counted from 1.",
        "answers" => "Whether hints and solutions can be had.",
        "tab" => "The tab at the bottom.",
        "select" => "The part to look into: a machine, machine/process, or a link between two of them.",
        "host" => "The origin of the page whose messages are heard.",
        "crash" => "Stops a second after the start, or does not start, to show the page that then appears; harmless.",
        "strings" => "Shows every text twice, to see that there is room for longer words.",
        _ => "",
    }
}
