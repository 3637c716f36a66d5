//! Planning what happens later.
//!
//! Functions whose name ends with `_fast` are written out in place, here and elsewhere: they are for the way that most visits
//! take. What happens seldom calls the others, which are there once.

use super::action::Action;
use super::ids::ProcessId;
use super::queue::What;
use super::settings::ServiceTimes;
use super::time::{Micros, SimTime};
use super::world::World;

impl World {
    /// Plans an action after a delay that others have, too, such as the latency of a link.
    #[inline(never)]
    pub(super) fn plan(&mut self, delay: Micros, action: Action) {
        self.plan_fast(delay, action.pack());
    }

    /// Like [`World::plan`], for the way that most visits take.
    #[inline(always)]
    pub(super) fn plan_fast(&mut self, delay: Micros, what: What) {
        self.queue.plan_after(self.now, delay, what);
    }

    /// Plans the end of a piece of work.
    pub(super) fn plan_work(&mut self, takes: Micros, action: Action) {
        self.plan_at(self.now + takes, action);
    }

    /// Like [`World::plan_work`], for the way that most visits take.
    #[inline(always)]
    pub(super) fn plan_work_fast(&mut self, takes: Micros, what: What) {
        self.queue.plan(self.now + takes, what);
    }

    /// Plans an action at any moment.
    #[inline(never)]
    pub(super) fn plan_at(&mut self, at: SimTime, action: Action) {
        self.queue.plan(at, action.pack());
    }

    /// A service time with the given mean, at the present speed of `process`.
    #[inline(always)]
    pub(super) fn service_time(&mut self, mean_us: u32, process: ProcessId) -> Micros {
        let time = match self.settings.service {
            ServiceTimes::Exponential => self.rng.service.exponential(mean_us.into()),
            ServiceTimes::Fixed => Micros(mean_us.into()),
        };
        time.times(self.parts.slowdown(process))
    }
}
