//! When each shard is to be fetched next. Pure: every call says what time it is.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

/// Requests at a time: a plane that starts must not be a flood.
const MAX_REQUESTS: usize = 8;
/// A shard that asks again and again (garbage on the stream) is served this often.
const MIN_FETCH_GAP: Duration = Duration::from_millis(200);
/// Reading a whole shard anew costs more.
const MIN_REREAD_GAP: Duration = Duration::from_secs(5);

/// What is to be done with a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Job {
    at: Instant,
    /// Only when it then still is behind, or in doubt.
    pub(super) when_behind: bool,
    pub(super) refold: bool,
    pub(super) reread: bool,
}

#[derive(Default)]
pub(super) struct Schedule {
    due: HashMap<u8, Job>,
    running: HashSet<u8>,
    fetched_at: HashMap<u8, Instant>,
    reread_at: HashMap<u8, Instant>,
}

impl Schedule {
    /// The earliest time counts, and the widest work.
    fn add(&mut self, shard: u8, job: Job) {
        let merged = match self.due.get(&shard) {
            None => job,
            Some(known) => Job {
                at: known.at.min(job.at),
                when_behind: known.when_behind && job.when_behind,
                refold: known.refold || job.refold,
                reread: known.reread || job.reread,
            },
        };
        self.due.insert(shard, merged);
    }

    pub(super) fn fetch(&mut self, shard: u8, at: Instant, when_behind: bool) {
        let earliest = self.fetched_at.get(&shard).map_or(at, |last| *last + MIN_FETCH_GAP);
        self.add(shard, Job { at: at.max(earliest), when_behind, refold: false, reread: false });
    }

    pub(super) fn reread(&mut self, shard: u8, now: Instant) {
        let at = self.reread_at.get(&shard).map_or(now, |last| now.max(*last + MIN_REREAD_GAP));
        self.add(shard, Job { at, when_behind: true, refold: false, reread: true });
    }

    pub(super) fn refold(&mut self, shard: u8, now: Instant) {
        self.add(shard, Job { at: now, when_behind: true, refold: true, reread: false });
    }

    /// A shard to begin with now, if there is one and not too much is under way.
    pub(super) fn start(&mut self, now: Instant) -> Option<(u8, Job)> {
        if self.running.len() >= MAX_REQUESTS {
            return None;
        }
        let due = self.due.iter().filter(|(shard, job)| self.is_free(**shard) && job.at <= now);
        let (shard, job) = due.min_by_key(|(_, job)| job.at).map(|(shard, job)| (*shard, *job))?;
        self.due.remove(&shard);
        self.running.insert(shard);
        self.fetched_at.insert(shard, now);
        if job.reread {
            self.reread_at.insert(shard, now);
        }
        Some((shard, job))
    }

    pub(super) fn finish(&mut self, shard: u8) {
        self.running.remove(&shard);
    }

    /// When [`start`](Self::start) is worth calling again, unless something finishes before.
    pub(super) fn next_at(&self) -> Option<Instant> {
        let free = self.due.iter().filter(|(shard, _)| self.is_free(**shard));
        let next = free.map(|(_, job)| job.at).min();
        next.filter(|_| self.running.len() < MAX_REQUESTS)
    }

    fn is_free(&self, shard: u8) -> bool {
        !self.running.contains(&shard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_shard_is_fetched_one_at_a_time_and_garbage_does_not_make_a_flood() {
        let now = Instant::now();
        let mut schedule = Schedule::default();
        schedule.fetch(5, now, false);
        assert_eq!(schedule.start(now).map(|(shard, _)| shard), Some(5));
        schedule.fetch(5, now, false);
        assert_eq!(schedule.start(now + MIN_FETCH_GAP), None);
        schedule.finish(5);
        assert_eq!(schedule.start(now), None);
        assert_eq!(schedule.next_at(), Some(now + MIN_FETCH_GAP));
        assert!(schedule.start(now + MIN_FETCH_GAP).is_some());
    }

    #[tokio::test]
    async fn only_a_few_shards_are_fetched_side_by_side() {
        let now = Instant::now();
        let mut schedule = Schedule::default();
        (0..20).for_each(|shard| schedule.fetch(shard, now, true));
        let started = std::iter::from_fn(|| schedule.start(now)).count();
        assert_eq!(started, MAX_REQUESTS);
    }
}
