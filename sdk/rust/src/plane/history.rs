//! Reading a shard over HTTP: on from where it stands, or anew from its first line.

use std::sync::Arc;

use tokio::task::yield_now;

use super::applying::{Anew, Base};
use super::http::Unavailable;
use super::shared::{Shared, Want};
use crate::kernel::line::parse_line;
use crate::kernel::open::FactKeys;
use crate::reader::shard_reader::ShardReader;
use crate::reader::step::Origin;

/// Signatures under one lock: about 3 ms, other tasks go on in between.
pub(super) const LINES_PER_TURN: usize = 64;

impl Shared {
    fn position(&self, shard: u8) -> u64 {
        self.core().readers.get(&shard).map_or(0, |reader| reader.chain().position())
    }

    /// To the end of what the registry has, or to the first line that is refused.
    pub(super) async fn catch_up(&self, shard: u8) -> Result<(), Unavailable> {
        loop {
            let from = self.position(shard) + 1;
            let lines = self.source.facts(shard, from).await?;
            for turn in lines.chunks(LINES_PER_TURN) {
                if !self.fetched(shard, turn) {
                    return Ok(());
                }
                yield_now().await;
            }
            // Nothing new: the end, or a server that repeats itself.
            if self.position(shard) < from {
                return Ok(());
            }
        }
    }

    fn anew(&self, shard: u8) -> Option<(ShardReader, u64)> {
        let core = self.core();
        core.readers.get(&shard).map(|reader| (reader.anew(), core.trust.version()))
    }

    /// Somebody who can publish can renumber true facts, since positions are not signed, and who
    /// stole a key can add to them: reading anew heals both.
    pub(super) async fn reread(&self, shard: u8, origin: Origin) -> Result<bool, Unavailable> {
        let Some((mut fresh, version)) = self.anew(shard) else { return Ok(true) };
        let (mut accepted, mut refused) = (Vec::new(), Vec::new());
        let base = if origin == Origin::Disk { self.base_on_disk(shard)? } else { None };
        if let Some((note, states)) = &base {
            fresh.rest(note, states, &FactKeys::default());
        }
        loop {
            let from = fresh.chain().position() + 1;
            let lines = self.history(shard, from, origin).await?;
            for turn in lines.chunks(LINES_PER_TURN) {
                let keys = self.core().trust.fact_keys();
                let step = fresh.fetched(turn, origin, &keys);
                accepted.extend(step.accepted);
                refused.extend(step.refused);
                if !refused.is_empty() {
                    break;
                }
                yield_now().await;
            }
            if !refused.is_empty() || fresh.chain().position() < from {
                let anew = Anew { fresh, version, accepted, base };
                return Ok(self.replace(shard, anew, &refused));
            }
        }
    }

    pub(super) fn doubt_fold(&self, shard: u8) {
        if let Some(reader) = self.core().readers.get_mut(&shard) {
            reader.doubt_fold();
        }
        self.want(Want::Doubt(shard));
    }

    /// Of the snapshot on disk, if the plane rests on one.
    fn base_on_disk(&self, shard: u8) -> Result<Option<Base>, Unavailable> {
        let Some(saved) = self.core().saved.clone() else { return Ok(None) };
        match saved.shard(shard) {
            Ok(states) => Ok(Some((Arc::clone(&saved.note), states))),
            Err(_) => Err(Unavailable("the snapshot on disk is no longer whole".to_owned())),
        }
    }

    async fn history(
        &self,
        shard: u8,
        from: u64,
        origin: Origin,
    ) -> Result<Vec<String>, Unavailable> {
        if origin == Origin::Http {
            return self.source.facts(shard, from).await;
        }
        let mut lines = self.core().journal.read(shard).unwrap_or_default();
        lines.retain(|line| parse_line(line).map_or(true, |line| line.position >= from));
        Ok(lines)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use super::super::applying::Anew;
    use super::super::stage::{SHARD, Stage};
    use super::Shared;
    use crate::kernel::open::FactKeys;

    /// The shard as the disk has it.
    fn read_from_disk(shared: &Shared) -> Anew {
        let base = shared.base_on_disk(SHARD).unwrap();
        let (mut fresh, version) = shared.anew(SHARD).unwrap();
        let (note, states) = base.as_ref().unwrap();
        fresh.rest(note, states, &FactKeys::default());
        Anew { fresh, version, accepted: Vec::new(), base }
    }

    fn in_doubt(shared: &Shared) -> bool {
        shared.core().readers.get(&SHARD).unwrap().in_doubt()
    }

    #[tokio::test]
    async fn a_snapshot_that_is_forgotten_meanwhile_is_no_base() {
        let stage = Stage::new("forgotten");
        let shared = &stage.shared;
        Arc::clone(shared).take_snapshot().await;
        shared.doubt_fold(SHARD);
        assert!(shared.replace(SHARD, read_from_disk(shared), &[]));
        assert!(!in_doubt(shared));
        let anew = read_from_disk(shared);
        shared.forget_snapshot(&mut shared.core());
        shared.doubt_fold(SHARD);
        assert!(!shared.replace(SHARD, anew, &[]));
        assert!(in_doubt(shared));
    }
    #[tokio::test]
    async fn what_was_read_under_other_keys_replaces_nothing() {
        let stage = Stage::new("other-keys");
        let shared = &stage.shared;
        Arc::clone(shared).take_snapshot().await;
        shared.doubt_fold(SHARD);
        let anew = read_from_disk(shared);
        assert!(!shared.replace(SHARD, Anew { version: anew.version - 1, ..anew }, &[]));
        assert!(in_doubt(shared));
    }
}
