//! The cookie that keeps a visitor on a server (manual, section 4.2, `cookie … insert indirect`; recordings `cookie_*`).

use crate::call::CallKey;
use crate::visit::{CookieNote, CookieSent};
use crate::world::World;

impl World {
    /// The server that the visitor's cookie leads to. One in maintenance or down counts only with `option persist`; one
    /// that is drained, stopping or of weight 0 serves its cookies on.
    pub(super) fn read_cookie(&mut self, key: CallKey) -> Option<usize> {
        let config = &self.settings.balancer;
        let name = config.cookie.as_deref()?;
        let visit = self.calls[key].visit.and_then(|visit| self.visit_or_left(visit))?;
        let header = visit.script.as_ref().and_then(|script| script.cookie.as_deref()).unwrap_or_default();
        let mut pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
        let value = pairs.find(|(key, _)| *key == name).map(|(_, value)| value);
        let balancer = &self.balancers[self.seat_of(key)];
        let mut sent = if value.is_some() { CookieSent::Invalid } else { CookieSent::None };
        let mut found = None;
        for (i, server) in balancer.servers.iter().enumerate() {
            let line = config.servers.get(&self.wiring.machine_of(server.process).name);
            let own = line.and_then(|line| line.cookie.as_deref());
            if value.is_none() || own != value {
                continue;
            }
            let runs = server.runs();
            sent = if runs { CookieSent::Valid } else { CookieSent::Down };
            if runs || config.persist {
                found = Some(i);
                break;
            }
        }
        self.note_cookie(key, |note| *note = CookieNote { sent, given: false });
        found
    }

    /// The request has ended up on another server than its cookie said.
    pub(super) fn cookie_did_not_help(&mut self, key: CallKey) {
        if self.settings.balancer.cookie.is_some() {
            self.note_cookie(key, |note| {
                if note.sent == CookieSent::Valid {
                    note.sent = CookieSent::Down;
                }
            });
        }
    }

    /// An answer that did not come from the server of the visitor's cookie brings a new one.
    pub(super) fn give_cookie(&mut self, key: CallKey) {
        if self.settings.balancer.cookie.is_some() && !self.session(key).direct {
            self.note_cookie(key, |note| note.given = true);
        }
    }

    fn note_cookie(&mut self, key: CallKey, change: impl FnOnce(&mut CookieNote)) {
        if let Some(visit) = self.calls[key].visit.and_then(|visit| self.visit_or_left_mut(visit)) {
            change(&mut visit.notes.cookie);
        }
    }
}
