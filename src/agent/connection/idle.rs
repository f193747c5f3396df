//! Open connections that nobody uses at the moment.

use std::time::{Duration, Instant};

use crate::contract::Secret;

/// What is kept, oldest first. All databases share the room.
pub(super) struct Idle<C> {
    kept: Vec<Kept<C>>,
    max: usize,
    keep_for: Duration,
}

struct Kept<C> {
    id: String,
    uri: Secret,
    client: C,
    since: Instant,
}

impl<C> Idle<C> {
    pub(super) fn new(max: usize, keep_for: Duration) -> Self {
        Self {
            kept: Vec::new(),
            max,
            keep_for,
        }
    }

    /// Takes the connection of this id that was used last; one that was opened with another URI is closed instead.
    pub(super) fn take(&mut self, id: &str, uri: &Secret, now: Instant) -> Option<C> {
        self.expire(now);
        self.kept.retain(|kept| kept.id != id || kept.uri == *uri);
        let at = self.kept.iter().rposition(|kept| kept.id == id)?;
        Some(self.kept.remove(at).client)
    }

    /// Keeps a connection; the oldest goes when there are too many.
    pub(super) fn put(&mut self, id: &str, uri: &Secret, client: C, now: Instant) {
        self.expire(now);
        self.kept.push(Kept {
            id: id.to_owned(),
            uri: uri.clone(),
            client,
            since: now,
        });
        let excess = self.kept.len().saturating_sub(self.max);
        self.kept.drain(..excess);
    }

    /// Closes all.
    pub(super) fn clear(&mut self) {
        self.kept.clear();
    }

    fn expire(&mut self, now: Instant) {
        let keep_for = self.keep_for;
        self.kept
            .retain(|kept| now.saturating_duration_since(kept.since) < keep_for);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn gives_back_what_fits_the_id_and_the_uri() {
        let (mut idle, now, uri) = (Idle::new(4, MINUTE), Instant::now(), Secret::from("u"));
        idle.put("a", &uri, 1, now);
        idle.put("b", &uri, 2, now);
        idle.put("a", &uri, 3, now);
        assert_eq!(idle.take("c", &uri, now), None);
        assert_eq!(idle.take("a", &uri, now), Some(3));
        assert_eq!(idle.take("a", &Secret::from("moved"), now), None);
        assert_eq!(
            idle.take("a", &uri, now),
            None,
            "the old URI's connection was closed"
        );
        assert_eq!(idle.take("b", &uri, now), Some(2));
    }

    #[test]
    fn is_bounded_in_number_and_time() {
        let (mut idle, now, uri) = (Idle::new(2, MINUTE), Instant::now(), Secret::from("u"));
        for client in 1..=3 {
            idle.put("a", &uri, client, now);
        }
        assert_eq!(idle.take("a", &uri, now), Some(3));
        assert_eq!(
            idle.take("a", &uri, now + MINUTE),
            None,
            "client 2 was idle for too long"
        );
        idle.put("a", &uri, 4, now);
        idle.clear();
        assert_eq!(idle.take("a", &uri, now), None);
    }
}
