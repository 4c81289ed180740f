//! What a step of a reader does to everything else: index, disk, counters, freshness, events.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::core::Core;
use super::events::{Applied, Event, Refusal};
use super::shared::{Shared, Want};
use super::snapshot_file::remove_snapshot;
use crate::decide::packed::Broken;
use crate::error::{FactCode, FactError};
use crate::kernel::fact::Fact;
use crate::kernel::shard::{TenantId, uuid_bytes};
use crate::keys::state_note::StateNote;
use crate::reader::shard_reader::ShardReader;
use crate::reader::step::{Accepted, Origin, Refused, Step};
use crate::state::block::TenantState;

/// What the lines of a shard follow: a state note, and its tenants.
pub(super) type Base = (Arc<StateNote>, Vec<TenantState>);

/// A shard that was read anew.
pub(super) struct Anew {
    pub(super) fresh: ShardReader,
    /// Of the key set by which it was begun.
    pub(super) version: u64,
    pub(super) accepted: Vec<Accepted>,
    /// `None`: from line 1.
    pub(super) base: Option<Base>,
}

impl Shared {
    /// Lines of a stream message.
    pub(super) fn live(&self, shard: u8, lines: &[String]) {
        let core = &mut *self.core();
        let (keys, holds) = (core.trust.fact_keys(), core.gate.holds_lines(&core.trust));
        let Some(reader) = core.open_reader(shard) else { return };
        let step = if holds { reader.hold(lines) } else { reader.live(lines, &keys) };
        if step.fetch {
            self.want(Want::Fetch { shard, after: Duration::ZERO, when_behind: false });
        }
        self.apply(core, shard, step);
    }

    /// Lines of the registry; true when none was refused.
    pub(super) fn fetched(&self, shard: u8, lines: &[String]) -> bool {
        let core = &mut *self.core();
        let keys = core.trust.fact_keys();
        let Some(reader) = core.open_reader(shard) else { return false };
        let step = reader.fetched(lines, Origin::Http, &keys);
        let clean = !step.refused.iter().any(|refused| refused.origin == Origin::Http);
        self.apply(core, shard, step);
        clean
    }

    pub(super) fn apply(&self, core: &mut Core, shard: u8, step: Step) {
        let folded = step.accepted.iter().filter(|accepted| !accepted.void);
        let folded: Vec<&Accepted> = folded.collect();
        folded.iter().for_each(|accepted| self.unpack_for_fact(core, &accepted.fact.tenant));
        if !folded.is_empty() {
            let mut index = self.change_index();
            folded.iter().for_each(|accepted| index.apply(&accepted.fact, &accepted.body));
        }
        core.counts.duplicates += step.duplicates;
        self.refuse_all(core, Some(shard), &step.refused);
        let lines: Vec<String> = step.accepted.iter().map(|one| one.line.clone()).collect();
        self.persist(core.journal.append(shard, &lines));
        for accepted in step.accepted.into_iter().filter(|accepted| !accepted.void) {
            self.tell_applied(core, shard, accepted.position, accepted.index, accepted.fact);
        }
        if core.readers.get(&shard).is_some_and(ShardReader::in_doubt) {
            self.want(Want::Doubt(shard));
        }
        if step.reached {
            self.reached(core, shard);
        }
    }

    /// In one step: no decision sees the shard half there. False when what heartbeats had covered
    /// is not in what was read anew: then nothing changes.
    pub(super) fn replace(&self, shard: u8, anew: Anew, refused: &[Refused]) -> bool {
        let Anew { mut fresh, version, accepted, base } = anew;
        let core = &mut *self.core();
        self.refuse_all(core, Some(shard), refused);
        // Under keys that were replaced meanwhile, what is void may have been folded.
        if version != core.trust.version() {
            return false;
        }
        // What was no longer believed meanwhile is no base.
        let kept = core.saved.as_ref().map(|saved| &saved.note);
        if base.as_ref().is_some_and(|(note, _)| !kept.is_some_and(|kept| Arc::ptr_eq(kept, note)))
        {
            return false;
        }
        let Some(reader) = core.open_reader(shard) else { return false };
        let denied = reader.is_denied_by(&fresh);
        if !reader.is_covered_by(&mut fresh) {
            return false;
        }
        let before: HashMap<TenantId, u64> = reader.tenants().collect();
        let step = reader.adopt(fresh);
        let broken = self.fold_anew(&before, base, &accepted);
        broken.iter().for_each(|broken| self.refuse_broken(core, broken));
        let lines: Vec<String> = accepted.iter().map(|one| one.line.clone()).collect();
        self.persist(core.journal.replace(shard, &lines));
        for one in accepted.into_iter().filter(|one| !one.void) {
            if uuid_bytes(&one.fact.tenant)
                .and_then(|tenant| before.get(&tenant))
                .is_none_or(|seq| one.fact.seq > *seq)
            {
                self.tell_applied(core, shard, one.position, one.index, one.fact);
            }
        }
        if step.fetch {
            self.want(Want::Fetch { shard, after: Duration::ZERO, when_behind: true });
        }
        self.apply(core, shard, step);
        if denied {
            self.deny_snapshot(core);
        }
        true
    }

    /// What the log key signed was never so: what is false of one shard is not believed of the
    /// others, and until there are newer keys no other snapshot is taken.
    fn deny_snapshot(&self, core: &mut Core) {
        core.lied_to = true;
        self.forget_snapshot(core);
        for (shard, reader) in &mut core.readers {
            if reader.base_size() > 0 {
                reader.doubt_fold();
                self.want(Want::Doubt(*shard));
            }
        }
    }

    /// The next process is not to find it either.
    pub(super) fn forget_snapshot(&self, core: &mut Core) {
        (core.saved, core.state_taken) = (None, None);
        self.persist(remove_snapshot(&self.directory));
    }

    fn fold_anew(
        &self,
        before: &HashMap<TenantId, u64>,
        base: Option<Base>,
        accepted: &[Accepted],
    ) -> Vec<Broken> {
        let mut index = self.change_index();
        let mut broken = Vec::new();
        before.keys().for_each(|tenant| index.forget(tenant));
        if let Some((note, states)) = base {
            broken.extend(index.add_packed(states, &note, Origin::Disk));
            self.unpack_wanted.notify_one();
        }
        for one in accepted.iter().filter(|one| !one.void) {
            broken.extend(index.unpack(&one.fact.tenant));
            index.apply(&one.fact, &one.body);
        }
        broken
    }

    fn tell_applied(&self, core: &mut Core, shard: u8, position: u64, index: u64, fact: Fact) {
        core.counts.applied += 1;
        let applied = move || Applied { shard, position, index, fact };
        self.events.emit(|| Event::Applied(Arc::new(applied())));
    }

    fn reached(&self, core: &Core, shard: u8) {
        let Some(heard_of_ms) = core.heard_of_ms else { return };
        let (newer, complete) = {
            let mut freshness = self.change_freshness();
            (freshness.reached(shard, heard_of_ms), freshness.is_complete())
        };
        if complete {
            self.ready.send_replace(true);
        }
        if let Some(receipts) = &self.receipts {
            receipts.reached(shard);
        }
        if newer {
            self.persist(core.notes.save_reached(&core.last_note));
            self.tick();
        }
    }

    pub(super) fn tick(&self) {
        let (now_ms, wall_ms) = (self.clock.monotonic_ms(), self.clock.wall_ms());
        let changes = self.change_freshness().tick(now_ms, wall_ms);
        changes.into_iter().for_each(|change| self.events.emit(|| Event::Freshness(change)));
    }

    pub(super) fn persist(&self, written: std::io::Result<()>) {
        if let Err(error) = written {
            self.events.emit(|| Event::Journal(Arc::new(error)));
        }
    }

    fn refuse_all(&self, core: &mut Core, shard: Option<u8>, refused: &[Refused]) {
        for one in refused {
            self.refuse(core, shard, one.origin, &one.error);
        }
    }

    /// A block that a registry should never have signed.
    pub(super) fn refuse_broken(&self, core: &mut Core, broken: &Broken) {
        self.refuse(core, Some(broken.shard), broken.origin, &broken.error);
    }

    pub(super) fn refuse(
        &self,
        core: &mut Core,
        shard: Option<u8>,
        origin: Origin,
        error: &FactError,
    ) {
        core.counts.refuse(error.code);
        match error.code {
            // HTTP is of no use before the keys are there that it takes.
            FactCode::KeyUnknown => self.keys_missing.store(true, Ordering::Relaxed),
            FactCode::NoteKeyUnknown => self.keys_wanted.notify_one(),
            _ => {}
        }
        let (code, message) = (error.code, error.to_string());
        self.events.emit(|| Event::Refused(Arc::new(Refusal { shard, origin, code, message })));
    }
}
