//! Fairness to one request, by its definition: over any stretch the counts of any two servers differ by at most one.

/// The counts of one stretch without a change.
pub struct Fair {
    /// Requests of each server since the stretch began.
    pub counts: Vec<i64>,
    /// Who shares the requests; none before the first look.
    group: Option<Group>,
    /// The least and the greatest difference so far, of each pair of servers.
    ranges: Vec<(i64, i64)>,
    /// Requests that may still belong to a window which was planned before the last change.
    unsettled: u64,
}

/// The servers that share the requests.
pub struct Group {
    pub members: Vec<usize>,
    /// The sum of their weights.
    pub weights: u64,
    /// Whether the rule applies to them: round robin, equal weights, none ever full.
    pub takes_turns: bool,
}

/// HAProxy plans this many turns for each unit of weight in a window; a change in the middle of one shows until its end.
const TURNS_PER_WEIGHT: u64 = 16;

impl Fair {
    /// Nobody has had a turn.
    pub fn fresh(servers: usize) -> Self {
        Self { counts: vec![0; servers], group: None, ranges: vec![(0, 0); servers * servers], unsettled: 0 }
    }

    pub const fn is_unset(&self) -> bool {
        self.group.is_none()
    }

    /// Something has changed: a new stretch begins when the windows planned before are over.
    pub fn change(&mut self, group: Group) {
        let weights = group.weights;
        if let Some(before) = self.group.replace(group) {
            self.unsettled = self.unsettled.max(2 * TURNS_PER_WEIGHT * before.weights.max(weights));
        }
        self.begin();
    }

    fn begin(&mut self) {
        self.counts.fill(0);
        self.ranges.fill((0, 0));
    }

    /// Compares every pair after `new` requests. False if the rule does not apply now.
    pub fn check(&mut self, new: u64) -> bool {
        if self.unsettled > 0 {
            self.unsettled = self.unsettled.saturating_sub(new);
            self.begin();
            return false;
        }
        let Some(group) = self.group.as_ref().filter(|group| group.takes_turns) else {
            return false;
        };
        for a in &group.members {
            for b in group.members.iter().filter(|b| *b > a) {
                let difference = self.counts[*a] - self.counts[*b];
                let (least, greatest) = &mut self.ranges[a * self.counts.len() + b];
                (*least, *greatest) = ((*least).min(difference), (*greatest).max(difference));
                assert!(*greatest - *least <= 1, "turns of servers {a} and {b} are unfair: {:?}", self.counts);
            }
        }
        group.members.len() > 1
    }
}
