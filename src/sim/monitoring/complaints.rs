//! Complaints, and how long it takes until somebody knows of a fault.

use super::AlertState;
use crate::chronicle::Happening;
use crate::time::{Micros, SimTime};
use crate::world::{Action, World};

/// Complaints that are kept, and the most that are about to be made.
const KEPT: usize = 16;
const MOST_PENDING: usize = 64;

/// A visitor has taken the trouble to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// When it came.
    pub at: SimTime,
    /// When the visit had failed.
    pub failed: SimTime,
}

/// From the first fault to the first that tells of it. A new fault, after all was well, begins a new one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Detection {
    /// When the first part was broken.
    pub fault: Option<SimTime>,
    /// When all was well again.
    pub mended: Option<SimTime>,
    /// When the first alert fired.
    pub alert: Option<SimTime>,
    /// When the first visitor complained.
    pub complaint: Option<SimTime>,
}

impl Detection {
    /// How long it took until an alert, and until a complaint.
    #[must_use]
    pub fn took(&self) -> [Option<Micros>; 2] {
        [self.alert, self.complaint].map(|told| Some(told?.since(self.fault?)))
    }
}

impl World {
    /// Looks whether the first part has been broken, or the last one mended.
    pub(crate) fn note_faults(&mut self) {
        let (all_fine, now, known) = (self.all_fine(), self.now, &mut self.monitoring.detection);
        let is_open = known.fault.is_some() && known.mended.is_none();
        match (all_fine, is_open) {
            (false, false) => *known = Detection { fault: Some(now), ..Detection::default() },
            (true, true) => known.mended = Some(now),
            _ => {}
        }
    }

    /// An alert that came up after the fault has told of it.
    pub(super) fn note_alerts(&mut self) {
        let known = &mut self.monitoring.detection;
        let Some(fault) = known.fault.filter(|_| known.alert.is_none()) else {
            return;
        };
        let tells = |alert: &&super::Alert| alert.state == AlertState::Firing && alert.since >= fault;
        known.alert = self.monitoring.alerts.iter().filter(tells).filter_map(|alert| alert.fired).min();
    }

    /// A visitor has been failed: a few of them write to the operator, after a while.
    #[cold]
    pub(crate) fn may_complain(&mut self) {
        let client = &self.settings.client;
        let (one_in, after_s) = (client.complains_one_in, client.complains_after_s);
        if one_in == 0 || self.rng.complaints.below(one_in) > 0 || self.monitoring.pending_complaints == MOST_PENDING {
            return;
        }
        self.monitoring.pending_complaints += 1;
        // Nobody writes at once: a fifth of the time passes for everybody.
        let least = Micros(u64::from(after_s) * 200_000);
        let after = self.rng.complaints.exponential(f64::from(after_s) * 800_000.0);
        self.plan_work(least + after, Action::Complaint(self.now));
    }

    /// A complaint comes in.
    pub(crate) fn complaint(&mut self, failed: SimTime) {
        let (now, known) = (self.now, &mut self.monitoring);
        known.pending_complaints -= 1;
        known.complained += 1;
        if known.complaints.len() == KEPT {
            known.complaints.pop_front();
        }
        known.complaints.push_back(Complaint { at: now, failed });
        let detection = &mut known.detection;
        if detection.complaint.is_none() && detection.fault.is_some_and(|fault| failed >= fault) {
            detection.complaint = Some(now);
            self.enter(self.browser, Happening::Complaint);
        }
    }
}
