//! Line by line through the file: sections, and what each line of them comes to.

use std::collections::{BTreeMap, BTreeSet};

use super::keywords::Keywords;
use super::proxy::{Kind, Proxy};
use super::words::{Words, split};
use super::{Fate, Line};
use crate::text::config::{reason, say};

/// More sections of proxies than this are not looked at.
const MAX_PROXIES: usize = 1_000;
/// HAProxy allows so many `.if` in one another.
const MAX_IFS: usize = 16;

/// What became of a line, and why.
pub(super) type Verdict = (Fate, String);

/// Where the next line stands.
enum Place {
    /// Before the first section.
    Nowhere,
    /// In `global`.
    Global,
    /// In a section of this number.
    Proxy(usize),
    /// In a section of which nothing is modelled, for the reason of this topic.
    Other(&'static str),
}

pub(super) struct Reader {
    pub keywords: Keywords,
    pub lines: Vec<Line>,
    /// The section that each line stands in, if it is one of `proxies`.
    pub owners: Vec<Option<usize>>,
    pub proxies: Vec<Proxy>,
    /// The sections in which visits come in, and those with servers, by their names.
    pub fronts: BTreeMap<String, usize>,
    pub backs: BTreeMap<String, usize>,
    /// The ACLs that have been declared, each with its section: no other one may use it.
    pub acls: BTreeSet<(usize, String)>,
    /// How many servers all sections have.
    pub servers: usize,
    /// `ssl-server-verify none`: certificates of servers need not be checked.
    pub trusts_servers: bool,
    place: Place,
    /// The lines of the `.if` that are open.
    ifs: Vec<usize>,
}

impl Reader {
    pub fn new() -> Self {
        Self {
            keywords: Keywords::new(),
            lines: Vec::new(),
            owners: Vec::new(),
            proxies: Vec::new(),
            fronts: BTreeMap::new(),
            backs: BTreeMap::new(),
            acls: BTreeSet::new(),
            servers: 0,
            trusts_servers: false,
            place: Place::Nowhere,
            ifs: Vec::new(),
        }
    }

    /// Reads the next line.
    pub fn read(&mut self, text: &str) {
        let words = split(text);
        let has_variables = words.as_ref().is_ok_and(|words| words.has_variables);
        let verdict = words.and_then(|words| self.judge(words)).unwrap_or_else(|why| (Fate::Wrong, why));
        let (fate, why) = match verdict {
            (Fate::Taken, _) if has_variables => (Fate::Partly, say!("variable").to_owned()),
            verdict => verdict,
        };
        self.owners.push(match self.place {
            Place::Proxy(at) => Some(at),
            _ => None,
        });
        self.lines.push(Line { text: text.to_owned(), fate, why });
    }

    /// The file is over.
    pub fn end(&mut self) {
        if let Some(line) = self.ifs.pop() {
            self.change(line, Fate::Wrong, say!("open-if").to_owned());
        }
    }

    /// Says something else of a line.
    pub fn change(&mut self, line: usize, fate: Fate, why: String) {
        let line = &mut self.lines[line];
        if line.fate != Fate::Wrong {
            (line.fate, line.why) = (fate, why);
        }
    }

    /// Says of a line that was taken that this is not all; what has been said stays.
    pub fn add(&mut self, line: usize, why: &str) {
        let line = &mut self.lines[line];
        if !matches!(line.fate, Fate::Wrong | Fate::NotModelled) && !line.why.contains(why) {
            line.fate = Fate::Partly;
            line.why = if line.why.is_empty() { why.to_owned() } else { format!("{} {why}", line.why) };
        }
    }

    fn judge(&mut self, words: Words) -> Result<Verdict, String> {
        let mut words = words.list;
        let Some(first) = words.first() else {
            return Ok((Fate::Nothing, String::new()));
        };
        if let Some(directive) = first.strip_prefix('.') {
            return self.directive(directive);
        }
        if !self.ifs.is_empty() {
            return Ok((Fate::NotModelled, say!("in-if").to_owned()));
        }
        if let Some(kind) = Kind::find(first) {
            return self.open(kind, &words);
        }
        if first == "global" {
            self.place = Place::Global;
            return match words.get(1) {
                Some(word) => Err(say!("unexpected-word", first, word)),
                None => Ok((Fate::Taken, String::new())),
            };
        }
        if let Some(section) = self.keywords.find("section", first) {
            self.place = Place::Other(section.topic);
            return match section.topic {
                "newer" => Err(say!("newer", first)),
                topic => Ok((Fate::NotModelled, reason(topic).unwrap_or_default().to_owned())),
            };
        }
        let prefix = if matches!(first.as_str(), "no" | "default") { words.remove(0) } else { String::new() };
        if !prefix.is_empty() && words.is_empty() {
            return Err(say!("unknown-keyword", prefix));
        }
        match self.place {
            Place::Nowhere => Err(say!("out-of-section", words[0])),
            Place::Global => self.global(&words),
            Place::Other(topic) => Ok((Fate::NotModelled, reason(topic).unwrap_or_default().to_owned())),
            Place::Proxy(at) => self.proxy_line(at, &prefix, &words),
        }
    }

    /// `.if` and its like (manual, section 2.4). What they enclose depends on the computer that HAProxy runs on.
    fn directive(&mut self, name: &str) -> Result<Verdict, String> {
        let line = self.lines.len();
        match name {
            "if" if self.ifs.len() + 1 >= MAX_IFS => return Err(say!("too-many-ifs", MAX_IFS)),
            "if" => self.ifs.push(line),
            "elif" | "else" | "endif" if self.ifs.is_empty() => return Err(say!("lone-if", name)),
            "endif" => drop(self.ifs.pop()),
            "elif" | "else" | "diag" | "notice" | "warning" | "alert" => {}
            _ => return Err(say!("unknown-directive", name)),
        }
        Ok((Fate::NotModelled, say!("in-if").to_owned()))
    }

    fn global(&mut self, words: &[String]) -> Result<Verdict, String> {
        let name = words[0].as_str();
        let keyword = self.keywords.find("global", name).ok_or_else(|| say!("unknown-in", name, "global"))?;
        let value = words.get(1).map(String::as_str);
        match (name, keyword.topic) {
            (_, "gone") => return Err(say!("gone", name)),
            (_, "newer") => return Err(say!("newer", name)),
            ("nbthread", _) => match value.unwrap_or_default().parse() {
                Ok(1_u32) => return Ok((Fate::Anyway, say!("as-is").to_owned())),
                Ok(2..=64) => {}
                _ => return Err(say!("bad-threads").to_owned()),
            },
            ("ssl-server-verify", _) => self.trusts_servers |= value == Some("none"),
            _ => log_line(words)?,
        }
        Ok((Fate::NotModelled, reason(keyword.topic).unwrap_or_default().to_owned()))
    }

    /// A section that inherits from `defaults` begins.
    fn open(&mut self, kind: Kind, words: &[String]) -> Result<Verdict, String> {
        self.place = Place::Other("left-out");
        if self.proxies.len() == MAX_PROXIES {
            return Ok((Fate::NotModelled, say!("too-many-sections", MAX_PROXIES)));
        }
        let line = self.lines.len();
        let mut result = self.inherits(kind, words);
        if let Ok((_, Some(from))) = result
            && self.proxies[from].has_rules
            && matches!(kind, Kind::Listen | Kind::Defaults)
        {
            result = Err(say!("inherits-rules", words[0]));
        }
        let (name, from) = match &result {
            Ok((name, from)) => (*name, *from),
            Err(_) => ("", None),
        };
        let proxy = match from {
            Some(from) => Proxy::from_defaults(&self.proxies[from], kind, name, line, from),
            None => Proxy::new(kind, name, line),
        };
        for (is_there, names) in [(kind.front(), &mut self.fronts), (kind.back(), &mut self.backs)] {
            if is_there {
                names.entry(name.to_owned()).or_insert(self.proxies.len());
            }
        }
        self.proxies.push(proxy);
        self.place = Place::Proxy(self.proxies.len() - 1);
        result.map(|_| (Fate::Taken, String::new()))
    }

    /// The name of a new section, and the `defaults` that it inherits from.
    fn inherits<'a>(&self, kind: Kind, words: &'a [String]) -> Result<(&'a str, Option<usize>), String> {
        let is_defaults = kind == Kind::Defaults;
        let word = |at: usize| words.get(at).map_or("", String::as_str);
        let (name, rest) = if is_defaults && word(1) == "from" && words.len() == 3 { ("", 1) } else { (word(1), 2) };
        if !is_defaults {
            if name.is_empty() {
                return Err(say!("section-without-name", word(0)));
            }
            let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
            if let Some(c) = name.chars().find(|c| !allowed(*c)) {
                return Err(say!("bad-character", c, name));
            }
            let twice = [(kind.front(), &self.fronts), (kind.back(), &self.backs)];
            let twice = twice.into_iter().filter(|(is_there, _)| *is_there).find_map(|(_, names)| names.get(name));
            if let Some(other) = twice {
                return Err(say!("same-name", self.proxies[*other].line + 1));
            }
            if words.len() > 2 && (word(2) != "from" || words.len() != 4) {
                return Err(say!("after-name", word(2)));
            }
        }
        if word(rest) != "from" {
            let last = self.proxies.iter().rposition(|proxy| proxy.kind == Kind::Defaults);
            return Ok((name, last.filter(|_| !is_defaults)));
        }
        let wanted = word(rest + 1);
        let mut named = (0..self.proxies.len()).filter(|at| {
            let proxy = &self.proxies[*at];
            proxy.kind == Kind::Defaults && proxy.name == wanted
        });
        match (named.next(), named.next()) {
            (Some(at), None) => Ok((name, Some(at))),
            (Some(_), Some(_)) => Err(say!("ambiguous-defaults", wanted)),
            (None, _) => Err(say!("no-defaults", wanted)),
        }
    }
}

/// `log ADDRESS FACILITY`, or `log global`.
pub(super) fn log_line(words: &[String]) -> Result<(), String> {
    let is_whole = words.len() > 2 || words.get(1).is_some_and(|word| word == "global");
    if words[0] == "log" && !is_whole { Err(say!("log-words").to_owned()) } else { Ok(()) }
}
