//! Fetches shards when they are wanted: one request at a time for each, a few at a time for all.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::schedule::{Job, Schedule};
use super::shared::{Shared, Want};
use super::tasks::fetch_key_sets;
use crate::reader::step::Origin;

/// A server that has no snapshot, or lies, is asked again this much later; lines do without.
const MIN_SNAPSHOT_GAP: Duration = Duration::from_secs(60);

pub(super) async fn run(shared: Arc<Shared>, mut wants: UnboundedReceiver<Want>) {
    let mut schedule = Schedule::default();
    let mut jobs: JoinSet<u8> = JoinSet::new();
    let mut snapshots = Snapshots::new(shared.core().is_empty());
    loop {
        while !snapshots.hold_lines()
            && let Some((shard, job)) = schedule.start(Instant::now())
        {
            jobs.spawn(work(Arc::clone(&shared), shard, job));
        }
        let next_at = schedule.next_at();
        tokio::select! {
            want = wants.recv() => match want {
                Some(want) => plan(&shared, &mut schedule, &mut snapshots, want),
                None => return,
            },
            Some(done) = jobs.join_next() => {
                if let Ok(shard) = done {
                    schedule.finish(shard);
                }
            }
            Some(_) = snapshots.taking.join_next() => snapshots.booting = false,
            () = sleep_until(next_at.unwrap_or_else(Instant::now)), if next_at.is_some() && !snapshots.hold_lines() => {}
        }
    }
}

/// Lines wait for a snapshot that is under way: it may be quicker.
struct Snapshots {
    /// Nothing is here: it is not known yet whether a snapshot comes first.
    booting: bool,
    taking: JoinSet<()>,
    next_at: Option<Instant>,
}

impl Snapshots {
    fn new(booting: bool) -> Self {
        Self { booting, taking: JoinSet::new(), next_at: None }
    }

    fn hold_lines(&self) -> bool {
        self.booting || !self.taking.is_empty()
    }

    /// Unless one is under way, or the last one was not long ago.
    fn take(&mut self, shared: &Arc<Shared>, now: Instant) {
        if !self.taking.is_empty() {
            return;
        }
        if self.next_at.is_some_and(|next_at| now < next_at) {
            self.booting = false;
            return;
        }
        self.next_at = Some(now + MIN_SNAPSHOT_GAP);
        self.taking.spawn(Arc::clone(shared).take_snapshot());
    }
}

fn plan(shared: &Arc<Shared>, schedule: &mut Schedule, snapshots: &mut Snapshots, want: Want) {
    let now = Instant::now();
    match want {
        Want::Fetch { shard, after, when_behind } => {
            schedule.fetch(shard, now + after, when_behind);
        }
        Want::Doubt(shard) => {
            // It may show what is right; otherwise all lines are read.
            snapshots.take(shared, now);
            schedule.reread(shard, now);
        }
        Want::Snapshot => snapshots.take(shared, now),
        Want::Lines => snapshots.booting = false,
        Want::Refold(shard) => schedule.refold(shard, now),
        Want::Everything => {
            if shared.core().is_empty() {
                snapshots.take(shared, now);
            }
            snapshots.booting = false;
            let shards: Vec<u8> = shared.core().readers.keys().copied().collect();
            shards.into_iter().for_each(|shard| schedule.fetch(shard, now, false));
        }
    }
}

/// Registry down, or an answer that is none: freshness decays, the next heartbeat asks again.
async fn work(shared: Arc<Shared>, shard: u8, job: Job) -> u8 {
    if shared.keys_missing.swap(false, Ordering::Relaxed) {
        fetch_key_sets(&shared).await;
    }
    if job.refold && !matches!(shared.reread(shard, Origin::Disk).await, Ok(true)) {
        shared.doubt_fold(shard);
    }
    let state = |shared: &Shared| {
        let core = shared.core();
        let reader = core.readers.get(&shard);
        reader.map_or((false, false), |reader| (reader.chain().is_behind(), reader.in_doubt()))
    };
    let (behind, _) = state(&shared);
    if behind || !job.when_behind {
        let _ = shared.catch_up(shard).await;
    }
    let (_, in_doubt) = state(&shared);
    if in_doubt && job.reread {
        let _ = shared.reread(shard, Origin::Http).await;
    }
    shard
}
