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

    fn anew(&self, shard: u8) -> Option<ShardReader> {
        self.core().readers.get(&shard).map(ShardReader::anew)
    }

    /// Somebody who can publish can renumber true facts, since positions are not signed, and who
    /// stole a key can add to them: reading anew heals both.
    pub(super) async fn reread(&self, shard: u8, origin: Origin) -> Result<bool, Unavailable> {
        let Some(mut fresh) = self.anew(shard) else { return Ok(true) };
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
                return Ok(self.replace(shard, Anew { fresh, accepted, base }, &refused));
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
