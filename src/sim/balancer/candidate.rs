//! What a balance algorithm is told about a server, and what it answers.

/// The largest weight that HAProxy accepts (manual, section 5.2, `weight`).
pub const MAX_WEIGHT: u32 = 256;

/// One server as a balance algorithm sees it. The slice of candidates keeps the order of declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The weight in force now, 0 to [`MAX_WEIGHT`].
    pub weight: u32,
    /// The weight in the configuration, from which `static-rr` and `source` compute the size of their table.
    pub configured_weight: u32,
    /// Whether new requests may come here: healthy, not in maintenance, not drained. A server of weight 0 gets none in
    /// any case.
    pub usable: bool,
    /// Whether the server stands in only while no active server is usable (manual, section 5.2, `backup`).
    pub backup: bool,
    /// The number of requests the server works on now.
    pub running: u32,
    /// The number of requests that wait in this server's own queue.
    pub queued: u32,
    /// How many requests the server takes at a time; `None` and 0 mean no limit (manual, section 5.2, `maxconn`).
    pub maxconn: Option<u32>,
}

impl Candidate {
    /// Whether a further request would have to wait: the server is at its `maxconn`, or others wait for it already.
    #[must_use]
    pub fn full(&self) -> bool {
        let limit = self.maxconn.filter(|&limit| limit > 0);
        limit.is_some_and(|limit| self.queued > 0 || self.running >= limit)
    }

    /// The weight that counts: 0 for a server that is not usable.
    pub(super) fn effective_weight(&self) -> u32 {
        if self.usable { self.weight.min(MAX_WEIGHT) } else { 0 }
    }

    /// Whether the server may be chosen for `group`.
    pub(super) fn serves(&self, group: Group) -> bool {
        self.effective_weight() > 0 && self.group() == group
    }

    pub(super) fn group(&self) -> Group {
        if self.backup { Group::Backup } else { Group::Active }
    }
}

/// The two groups of servers of which never more than one is on duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Active,
    Backup,
}

/// The answer of a balance algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The request goes to this server. Where the algorithm leaves no choice (`source`, a single backup) the server may
    /// be [full](Candidate::full); the request then waits in that server's own queue.
    Server(usize),
    /// There are usable servers but none takes the request now, so it waits in the queue of the backend.
    AllFull,
    /// No server is usable: 503, logged as `<NOSRV>` (recording `error_no_server`).
    NoServer,
}

/// The first server of `order` that is `free`; the one to avoid only if there is no other.
pub(super) fn first_free(
    order: impl Iterator<Item = usize>,
    free: impl Fn(usize) -> bool,
    avoid: Option<usize>,
) -> Option<usize> {
    let mut avoided = None;
    for server in order {
        if free(server) {
            if avoid != Some(server) {
                return Some(server);
            }
            avoided = avoid;
        }
    }
    avoided
}

#[cfg(test)]
mod tests {
    use super::super::testing::servers;

    #[test]
    fn a_server_is_full_at_its_maxconn_or_when_others_wait_for_it() {
        let full = |maxconn, running, queued| {
            let mut server = servers(&[1])[0];
            (server.maxconn, server.running, server.queued) = (maxconn, running, queued);
            server.full()
        };
        assert!(!full(None, 1_000, 1_000));
        assert!(!full(Some(0), 1_000, 1_000));
        assert!(!full(Some(2), 1, 0));
        assert!(full(Some(2), 2, 0));
        assert!(full(Some(2), 3, 0));
        assert!(full(Some(2), 1, 1));
    }

    #[test]
    fn the_weight_of_an_unusable_server_does_not_count() {
        let mut server = servers(&[7])[0];
        assert_eq!(server.effective_weight(), 7);
        server.weight = 1_000;
        assert_eq!(server.effective_weight(), 256);
        server.usable = false;
        assert_eq!(server.effective_weight(), 0);
    }
}
