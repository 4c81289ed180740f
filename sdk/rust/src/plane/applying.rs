//! What a step of a reader does to everything else: index, disk, counters, freshness, events.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::core::Core;
use super::events::{Applied, Event, Refusal};
use super::shared::{Shared, Want};
use crate::error::{FactCode, FactError};
use crate::kernel::fact::Fact;
use crate::reader::shard_reader::ShardReader;
use crate::reader::step::{Accepted, Origin, Refused, Step};

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
        if !step.accepted.is_empty() {
            let mut index = self.change_index();
            folded.for_each(|accepted| index.apply(&accepted.fact, &accepted.body));
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
    pub(super) fn replace(
        &self,
        shard: u8,
        fresh: ShardReader,
        accepted: Vec<Accepted>,
        refused: &[Refused],
    ) -> bool {
        let core = &mut *self.core();
        self.refuse_all(core, Some(shard), refused);
        let Some(reader) = core.open_reader(shard) else { return false };
        if !reader.is_covered_by(&fresh) {
            return false;
        }
        let before: HashMap<String, u64> =
            reader.tenants().map(|(tenant, seq)| (tenant.to_owned(), seq)).collect();
        let step = reader.adopt(fresh);
        {
            let mut index = self.change_index();
            before.keys().for_each(|tenant| index.forget(tenant));
            let folded = accepted.iter().filter(|one| !one.void);
            folded.for_each(|one| index.apply(&one.fact, &one.body));
        }
        let lines: Vec<String> = accepted.iter().map(|one| one.line.clone()).collect();
        self.persist(core.journal.replace(shard, &lines));
        for one in accepted.into_iter().filter(|one| !one.void) {
            if before.get(&one.fact.tenant).is_none_or(|seq| one.fact.seq > *seq) {
                self.tell_applied(core, shard, one.position, one.index, one.fact);
            }
        }
        if step.fetch {
            self.want(Want::Fetch { shard, after: Duration::ZERO, when_behind: true });
        }
        self.apply(core, shard, step);
        true
    }

    fn tell_applied(&self, core: &mut Core, shard: u8, position: u64, index: u64, fact: Fact) {
        core.counts.applied += 1;
        let applied = move || Applied { shard, position, index, fact };
        self.events.emit(|| Event::Applied(Arc::new(applied())));
    }

    fn reached(&self, core: &Core, shard: u8) {
        let (newer, complete) = {
            let mut freshness = self.change_freshness();
            (freshness.reached(shard, core.heard_of_ms), freshness.is_complete())
        };
        if complete {
            self.ready.send_replace(true);
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
