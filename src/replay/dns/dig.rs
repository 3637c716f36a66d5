//! dig 9.18: its arguments and what it prints.

use std::fmt::Write as _;

use serde_json::Value;

use super::super::Problem;
use super::super::fields::text;
use super::shown::Asked;
use crate::sim::Micros;
use crate::sim::dns::{Edns, Message, RecordType, dig_text};

/// One call of dig.
pub(super) struct Dig {
    pub query: Message,
    /// How often it asks, and how long it waits each time.
    pub tries: u32,
    pub wait: Micros,
    /// The arguments as it repeats them.
    arguments: String,
    server: String,
    print: Print,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Print {
    Everything,
    /// `+short`: the data of the answer.
    Short,
    /// A choice of lines that is not modelled.
    Other,
}

/// How one call went.
pub(super) struct Run {
    pub reply: Option<Message>,
    /// Tries sent, and tries in vain.
    pub sent: u32,
    pub failed: u32,
    /// Nobody listens at the server's port, which ends a try at once.
    pub refused: bool,
    pub upstream: Vec<Asked>,
}

impl Dig {
    /// The call of a step on `server`: its arguments if they are recorded, else its name and type.
    pub fn new(step: &Value, server: &str) -> Result<Self, Problem> {
        let known_address = if server == "authoritative" { "127.0.53.1" } else { "127.0.53.53" };
        let qid = u16::try_from(step["qid"].as_u64().unwrap_or(0)).map_err(|_| Problem("qid: too large".to_owned()))?;
        let arguments: Vec<String> = match step["dig"].as_array() {
            Some(words) => words.iter().map(|word| word.as_str().unwrap_or_default().to_owned()).collect(),
            None => vec![
                "+nocookie".to_owned(),
                format!("+qid={qid}"),
                format!("@{known_address}"),
                text(step, "name")?.to_owned(),
                text(step, "type")?.to_owned(),
            ],
        };
        let mut dig = Self {
            query: Message::query(qid, ".", RecordType::A),
            tries: 3,
            wait: Micros::from_secs(5),
            arguments: arguments.join(" "),
            server: known_address.to_owned(),
            print: Print::Everything,
        };
        if !arguments.iter().any(|word| word == "+nocookie") {
            return Err(Problem("dig: without +nocookie the query is random".to_owned()));
        }
        let mut words = arguments.iter().map(String::as_str);
        while let Some(word) = words.next() {
            if let Some(option) = word.strip_prefix('+') {
                dig.option(option)?;
            } else if let Some(address) = word.strip_prefix('@') {
                address.clone_into(&mut dig.server);
            } else if let ("-t" | "-q", Some(value)) = (word, words.clone().next()) {
                dig.word(value)?;
                words.next();
            } else {
                dig.word(word)?;
            }
        }
        Ok(dig)
    }

    /// A name, a type or the class.
    fn word(&mut self, word: &str) -> Result<(), Problem> {
        if let Some(kind) = record_type(word) {
            self.query.question.kind = kind;
        } else if word.starts_with('-') || word.to_ascii_uppercase().starts_with("TYPE") {
            return Err(Problem(format!("dig: `{word}` is not known")));
        } else if !word.eq_ignore_ascii_case("IN") {
            self.query.question.name = if word.ends_with('.') { word.to_owned() } else { format!("{word}.") };
            let labels = self.query.question.name.split('.');
            if labels.clone().any(|label| label.len() > 63) || self.query.question.name.len() > 254 {
                return Err(Problem(format!("dig: `{word}` is too long for a name")));
            }
        }
        Ok(())
    }

    fn option(&mut self, option: &str) -> Result<(), Problem> {
        let unknown = || Problem(format!("dig: `+{option}` is not known"));
        let (key, value) = option.split_once('=').unwrap_or((option, ""));
        let number = || value.parse::<u32>().map_err(|_| unknown());
        let flags = &mut self.query.flags;
        match key {
            "nocookie" => {}
            "qid" => self.query.id = u16::try_from(number()?).map_err(|_| unknown())?,
            // dig takes at least one try and one second.
            "tries" => self.tries = number()?.clamp(1, 255),
            "retry" => self.tries = number()?.saturating_add(1).clamp(1, 255),
            "time" | "timeout" => self.wait = Micros::from_secs(u64::from(number()?.max(1))),
            "rec" | "recurse" => flags.rd = true,
            "norec" | "norecurse" => flags.rd = false,
            "ad" | "adflag" => flags.ad = true,
            "noad" | "noadflag" => flags.ad = false,
            "cd" | "cdflag" => flags.cd = true,
            "nocd" | "nocdflag" => flags.cd = false,
            "noedns" => self.query.edns = None,
            "edns" => {}
            "dnssec" | "do" => self.edns().dnssec_ok = true,
            "nodnssec" | "nodo" => self.edns().dnssec_ok = false,
            "bufsize" => self.edns().udp_size = u16::try_from(number()?).map_err(|_| unknown())?,
            "short" => self.print = Print::Short,
            "all" | "noall" | "answer" | "noanswer" | "authority" | "noauthority" | "additional" | "noadditional"
            | "question" | "noquestion" | "comments" | "nocomments" | "cmd" | "nocmd" | "stats" | "nostats"
            | "ttlid" | "nottlid" | "multiline" => self.print = Print::Other,
            _ => return Err(unknown()),
        }
        Ok(())
    }

    fn edns(&mut self) -> &mut Edns {
        let usual = Message::query(0, ".", RecordType::A).edns.expect("dig sends the extension");
        self.query.edns.get_or_insert(usual)
    }

    /// What dig prints, but for the lines `Query time` and `WHEN`, which tell of the moment.
    pub fn text(&self, version: &str, run: &Run) -> Option<String> {
        let mut out = String::new();
        let why = if run.refused { "connection refused" } else { "timed out" };
        for _ in 0..run.failed {
            writeln!(out, ";; communications error to {}#53: {why}", self.server).ok()?;
        }
        match (self.print, &run.reply) {
            (Print::Other, _) => return None,
            (Print::Short, Some(reply)) => {
                for record in &reply.answer {
                    writeln!(out, "{}", record.data).ok()?;
                }
            }
            (Print::Short, None) => writeln!(out, ";; no servers could be reached").ok()?,
            (Print::Everything, reply) => {
                writeln!(out, "\n; <<>> {version} <<>> {}", self.arguments).ok()?;
                writeln!(out, "; (1 server found)\n;; global options: +cmd").ok()?;
                match reply {
                    Some(reply) => {
                        let server = &self.server;
                        let line = format!(";; SERVER: {server}#53({server}) (UDP)\n;; MSG SIZE");
                        writeln!(out, "{}", dig_text(reply).replace(";; MSG SIZE", &line)).ok()?;
                    }
                    None => writeln!(out, ";; no servers could be reached").ok()?,
                }
            }
        }
        Some(out)
    }
}

fn record_type(word: &str) -> Option<RecordType> {
    use RecordType::{A, Aaaa, Cname, Mx, Ns, Soa, Txt};
    [A, Aaaa, Cname, Ns, Soa, Mx, Txt].into_iter().find(|kind| kind.to_string().eq_ignore_ascii_case(word))
}
