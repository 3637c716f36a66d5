//! What is shown of an examination: sentences, and a table of missing parts.

use crate::analysis::{Survey, Verdict, is_visitors};
use crate::sim::Class;
use crate::text::failures as words;

/// A missing part, and what becomes of each class.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Number of the part.
    pub part: u16,
    /// What it is called.
    pub name: String,
    /// What becomes of each class.
    pub verdicts: Vec<Verdict>,
    /// Whether visitors whose resolver remembers the address notice nothing at first.
    pub cached: bool,
}

/// The table of single failures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Parts of the site whose absence is noticed, the worst first.
    pub noticed: Vec<Row>,
    /// Parts of the site that nobody misses.
    pub fine: Vec<Row>,
    /// The visitor's side.
    pub outside: Vec<Row>,
}

impl Table {
    /// What was found so far.
    #[must_use]
    pub fn new(survey: &Survey) -> Self {
        let mut table = Self::default();
        // Those without which most classes are lost come first.
        let mut noticed = [const { Vec::new() }; Class::ALL.len() + 1];
        for (number, part) in (0_u16..).zip(survey.parts()) {
            let (mut verdicts, mut cached, mut lost) = (Vec::new(), false, 0);
            for class in Class::ALL {
                let Some(finding) = survey.single(number, class) else {
                    break;
                };
                let verdict = survey.verdict(class, finding);
                cached |= finding.hidden_by_cache;
                lost += usize::from(verdict == Verdict::Lost);
                verdicts.push(verdict);
            }
            if verdicts.len() < Class::ALL.len() {
                break;
            }
            let rows = if is_visitors(survey.base(), *part) {
                &mut table.outside
            } else if verdicts == [Verdict::Works; Class::ALL.len()] {
                &mut table.fine
            } else {
                &mut noticed[Class::ALL.len() - lost]
            };
            rows.push(Row { part: number, name: words::part(survey.base().wiring(), *part), verdicts, cached });
        }
        table.noticed = noticed.concat();
        table
    }

    /// Which parts of the site can take a class down alone, in a sentence; none while that is not known.
    #[must_use]
    pub fn sentence(&self, survey: &Survey, class: Class) -> Option<String> {
        survey.single(survey.parts().len() as u16 - 1, Class::Write)?;
        let lost = self.noticed.iter().filter(|row| row.verdicts[class as usize] == Verdict::Lost);
        let parts: Vec<String> = lost.map(|row| row.name.clone()).collect();
        Some(words::alone(class, &parts, survey.intact(class)?.ok > 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::subject;
    use crate::sim::{PRESETS, World};
    use std::sync::Arc;

    #[test]
    fn three_servers_are_told_in_three_sentences() {
        let world = World::new(Arc::new(PRESETS[0].scenario()));
        let mut survey = Survey::of_singles(Arc::new(subject(&world))).expect("few parts");
        assert_eq!(Table::new(&survey).sentence(&survey, Class::Static), None, "nothing is known yet");
        assert!(survey.slice(&mut || true));
        let table = Table::new(&survey);
        assert_eq!(
            Class::ALL.map(|class| table.sentence(&survey, class).expect("all is known")),
            [
                "3 parts can take static files down alone: the machine lb-01, HAProxy on lb-01 and Browser → HAProxy on lb-01.",
                "5 parts can take reading down alone: the machine lb-01, HAProxy on lb-01, Browser → HAProxy on lb-01, \
                 the machine web-02 and MySQL on web-02.",
                "5 parts can take writing down alone: the machine lb-01, HAProxy on lb-01, Browser → HAProxy on lb-01, \
                 the machine web-01 and MySQL on web-01.",
            ]
        );
        assert_eq!(table.outside.len(), 8);
        assert!(table.fine.iter().any(|row| row.name == "nginx on web-01"));
        let cached: Vec<&str> = table.outside.iter().filter(|row| row.cached).map(|row| row.name.as_str()).collect();
        assert_eq!(cached.len(), 3, "{cached:?}");
    }
}
