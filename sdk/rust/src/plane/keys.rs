//! Key sets and heartbeats as they come, over either way.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::core::Core;
use super::freshness::age_on_arrival_ms;
use super::shared::{Shared, Want};
use crate::error::FactCode;
use crate::kernel::instant::parse_instant;
use crate::reader::step::Origin;

/// What live delivery brings within this time is not fetched.
const BEHIND_GRACE: Duration = Duration::from_secs(1);

/// A plane that misses more lines than these takes a snapshot (facts-v1, "The reader").
const FAR_BEHIND_LINES: u64 = 20_000;

impl Shared {
    /// The next key set; false when it was refused. Held lines go on, and heartbeats that waited.
    pub(super) fn take_key_set(&self, note: &[u8]) -> bool {
        let core = &mut *self.core();
        if core.closed {
            return false;
        }
        let change = match core.trust.advance(note) {
            Ok(change) => change,
            Err(error) => {
                self.refuse(core, None, Origin::Http, &error);
                return false;
            }
        };
        self.persist(core.notes.save_key_set(core.trust.version(), note));
        let keys = core.trust.fact_keys();
        let holds = core.gate.holds_lines(&core.trust);
        let shards: Vec<u8> = core.readers.keys().copied().collect();
        let resting = core.saved.as_ref().map_or(0, |saved| saved.note.size);
        let below = |from: Option<u64>| from.is_some_and(|from| from < resting);
        if below(change.void_from) || below(change.fork_from) {
            // Of what it folded nothing can be taken back.
            core.saved = None;
        }
        core.lied_to = false;
        if core.saved.as_ref().is_some_and(|saved| change.voids_size(saved.note.size)) {
            self.forget_snapshot(core);
        }
        for shard in shards {
            let Some(reader) = core.readers.get_mut(&shard) else { continue };
            let touches = |from: Option<u64>| from.is_some() && from <= reader.index();
            let voids = touches(change.void_from);
            let void_base = reader.base_size() > 0 && change.voids_size(reader.base_size());
            if void_base || (voids && below(change.void_from)) {
                reader.doubt_fold();
                self.want(Want::Doubt(shard));
            } else if voids {
                reader.await_fold();
                self.want(Want::Refold(shard));
            }
            if reader.begin_epoch(change.fork_from) {
                self.want(Want::Doubt(shard));
            }
            if !holds {
                let step = reader.live(&[], &keys);
                if step.fetch {
                    self.want(Want::Fetch { shard, after: Duration::ZERO, when_behind: false });
                }
                self.apply(core, shard, step);
            }
        }
        let pending = core.gate.pending().map(<[u8]>::to_vec);
        let now_ms = self.clock.monotonic_ms();
        for note in [pending, core.unknown_note.take()].into_iter().flatten() {
            self.open_heartbeat(core, &note, Origin::Http, now_ms);
        }
        true
    }

    /// A heartbeat; the same one again, over the other way, is nothing new. `arrived_ms`: monotonic;
    /// over HTTP, when it was asked for.
    pub(super) fn take_heartbeat(&self, note: &[u8], origin: Origin, arrived_ms: i64) {
        let core = &mut *self.core();
        if core.closed {
            return;
        }
        if note != core.last_note {
            self.open_heartbeat(core, note, origin, arrived_ms);
        } else if origin == Origin::Http {
            self.fetch_behind(core, Duration::ZERO);
        }
    }

    fn open_heartbeat(&self, core: &mut Core, note: &[u8], origin: Origin, arrived_ms: i64) {
        let heartbeat = match core.gate.take(note, &core.trust) {
            Ok(Some(heartbeat)) => heartbeat.clone(),
            Ok(None) => return self.keys_wanted.notify_one(),
            Err(error) if origin == Origin::Http && error.code == FactCode::HeartbeatReplay => {
                // The stream was faster than HTTP, or there is no newer one.
                return self.fetch_behind(core, Duration::ZERO);
            }
            Err(error) => {
                if error.code == FactCode::NoteKeyUnknown {
                    core.unknown_note = Some(note.to_vec());
                }
                return self.refuse(core, None, origin, &error);
            }
        };
        let stated_ms = parse_instant(&heartbeat.at).unwrap_or_default();
        let age_ms = age_on_arrival_ms(stated_ms, self.clock.wall_ms());
        core.heard_of_ms = Some(arrived_ms - age_ms);
        core.last_note = note.to_vec();
        self.heard_ms.store(self.clock.monotonic_ms(), Ordering::Relaxed);
        self.persist(core.notes.save_last(note));
        if let Some(receipts) = &self.receipts {
            receipts.heartbeat(&heartbeat);
        }
        for (shard, head) in (0..=u8::MAX).zip(heartbeat.heads) {
            let Some(reader) = core.readers.get_mut(&shard) else { continue };
            let step = reader.heartbeat(head);
            self.apply(core, shard, step);
        }
        let missing = core.missing();
        let far = missing > FAR_BEHIND_LINES || (missing > 0 && core.is_empty());
        self.want(if far { Want::Snapshot } else { Want::Lines });
        // What a heartbeat over HTTP counts was not delivered, or not while we listened.
        self.fetch_behind(core, if origin == Origin::Live { BEHIND_GRACE } else { Duration::ZERO });
    }

    fn fetch_behind(&self, core: &Core, after: Duration) {
        let behind = core.readers.iter().filter(|(_, reader)| reader.chain().is_behind());
        for (shard, _) in behind {
            self.want(Want::Fetch { shard: *shard, after, when_behind: true });
        }
    }
}
