//! One shard's state machine; equal to a replay of the shard at every interleaving.

use std::collections::{BTreeMap, HashMap};

use super::chain::{ShardChain, Verdict};
use super::step::{Accepted, Origin, Step};
use crate::error::{Checked, FactCode, ensure, refusal};
use crate::kernel::bodies::parse_body;
use crate::kernel::fact::Fact;
use crate::kernel::hash::{EMPTY_HASH, Hash};
use crate::kernel::line::{Line, parse_line};
use crate::kernel::open::{FactKeys, open_envelope};
use crate::kernel::shard::shard_of;
use crate::keys::heartbeat::Head;

/// Live lines held for a gap to close; more are dropped, since HTTP serves them anyway.
pub const MAX_HELD_LINES: usize = 512;

#[derive(Clone, Copy, Debug)]
struct TenantHead {
    seq: u64,
    leaf: Hash,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct ShardReader {
    shard: u8,
    log: String,
    tenants: HashMap<String, TenantHead>,
    held: BTreeMap<u64, String>,
    chain: ShardChain,
    index: Option<u64>,
    epoch: u64,
}

impl ShardReader {
    /// At the beginning of a shard of the log.
    pub fn new(shard: u8, log: &str) -> Self {
        Self {
            shard,
            log: log.to_owned(),
            tenants: HashMap::new(),
            held: BTreeMap::new(),
            chain: ShardChain::default(),
            index: None,
            epoch: 0,
        }
    }

    /// Position, running hash, and what heartbeats have covered.
    pub fn chain(&self) -> &ShardChain {
        &self.chain
    }

    /// Index of the last accepted fact.
    pub fn index(&self) -> Option<u64> {
        self.index
    }

    /// The tenants seen in this shard, each with the `seq` of its last fact.
    pub fn tenants(&self) -> impl Iterator<Item = (&str, u64)> {
        self.tenants.iter().map(|(tenant, head)| (tenant.as_str(), head.seq))
    }

    /// Lines of a stream message. A bad one asks for HTTP: it must not wedge the shard.
    pub fn live(&mut self, lines: &[String], keys: &FactKeys) -> Step {
        let mut step = Step::default();
        for text in lines {
            match parse_line(text) {
                Err(refused) => {
                    step.refused.push(refused);
                    step.fetch = true;
                }
                Ok(line) if line.position <= self.chain.position() => step.duplicates += 1,
                Ok(line) if line.position == self.chain.position() + 1 => {
                    step.fetch |= !self.take(text, &line, Origin::Live, keys, &mut step);
                }
                Ok(line) => {
                    if self.held.len() < MAX_HELD_LINES {
                        self.held.insert(line.position, text.clone());
                    }
                    step.fetch = true;
                }
            }
        }
        self.release_held(keys, &mut step);
        step
    }

    /// Lines of `GET /v1/facts` or of the journal; the first refused one ends the step, and puts
    /// the shard in doubt.
    pub fn fetched(&mut self, lines: &[String], origin: Origin, keys: &FactKeys) -> Step {
        let mut step = Step::default();
        for text in lines {
            match parse_line(text) {
                Err(refused) => {
                    step.refused.push(refused);
                    step.doubt = true;
                    return step;
                }
                Ok(line) if line.position <= self.chain.position() => step.duplicates += 1,
                Ok(line) => {
                    if !self.take(text, &line, origin, keys, &mut step) {
                        step.doubt = true;
                        return step;
                    }
                }
            }
        }
        self.release_held(keys, &mut step);
        step
    }

    fn release_held(&mut self, keys: &FactKeys, step: &mut Step) {
        self.held = self.held.split_off(&(self.chain.position() + 1));
        while let Some(text) = self.held.remove(&(self.chain.position() + 1)) {
            let taken = parse_line(&text)
                .is_ok_and(|line| self.take(&text, &line, Origin::Live, keys, step));
            if !taken {
                step.fetch = true;
                return;
            }
        }
    }

    /// True when the line was accepted.
    fn take(
        &mut self,
        text: &str,
        line: &Line<'_>,
        origin: Origin,
        keys: &FactKeys,
        step: &mut Step,
    ) -> bool {
        match self.accept(text, line, origin, keys) {
            Ok((accepted, verdict)) => {
                step.accepted.push(accepted);
                if verdict == Some(Verdict::Fork) {
                    step.refused.push(refusal(FactCode::ShardFork, "another history"));
                    step.doubt = true;
                }
                true
            }
            Err(refused) => {
                step.refused.push(refused);
                false
            }
        }
    }

    fn accept(
        &mut self,
        text: &str,
        line: &Line<'_>,
        origin: Origin,
        keys: &FactKeys,
    ) -> Checked<(Accepted, Option<Verdict>)> {
        let opened = open_envelope(line.envelope, keys)?;
        let fact = opened.fact;
        self.check_chain(&fact, line)?;
        opened.range.check_index(line.index)?;
        if origin == Origin::Live {
            opened.range.check_open()?;
        }
        self.check_tenant(&fact)?;
        let body = parse_body(&fact)?;
        let head = TenantHead { seq: fact.seq, leaf: opened.leaf };
        self.tenants.insert(fact.tenant.clone(), head);
        self.index = Some(line.index);
        self.epoch = fact.epoch;
        let verdict = self.chain.append(&opened.leaf);
        let accepted = Accepted {
            position: line.position,
            index: line.index,
            fact,
            body,
            leaf: opened.leaf,
            void: opened.range.is_void(line.index),
            line: text.to_owned(),
        };
        Ok((accepted, verdict))
    }

    /// In the order of the specification: log, shard, position, index.
    fn check_chain(&self, fact: &Fact, line: &Line<'_>) -> Checked<()> {
        ensure(fact.log == self.log, FactCode::LogMismatch, "another log")?;
        let here = shard_of(&fact.tenant) == Some(self.shard);
        ensure(here, FactCode::ShardMismatch, "a tenant of another shard")?;
        let next = line.position == self.chain.position() + 1;
        ensure(next, FactCode::PositionGap, "not the next position")?;
        let later = self.index.is_none_or(|index| line.index > index);
        ensure(later, FactCode::IndexReplay, "not a later index")
    }

    /// Epoch, seq, prev.
    fn check_tenant(&self, fact: &Fact) -> Checked<()> {
        ensure(fact.epoch >= self.epoch, FactCode::EpochMismatch, "an older epoch")?;
        let first = TenantHead { seq: 0, leaf: EMPTY_HASH };
        let head = self.tenants.get(&fact.tenant).copied().unwrap_or(first);
        ensure(fact.seq > head.seq, FactCode::SeqReplay, "not a later seq")?;
        ensure(fact.seq == head.seq + 1, FactCode::SeqGap, "not the next seq")?;
        ensure(fact.prev == head.leaf, FactCode::PrevMismatch, "another fact before it")
    }

    /// The shard's head in a heartbeat.
    pub fn heartbeat(&mut self, head: Head) -> (Verdict, Step) {
        let mut step = Step::default();
        let verdict = self.chain.heartbeat(head);
        if verdict == Verdict::Fork {
            step.refused.push(refusal(FactCode::ShardFork, "another history"));
        }
        if self.chain.find_uncovered() {
            let why = "three heartbeats did not count it";
            step.refused.push(refusal(FactCode::FactUncovered, why));
        }
        step.doubt = !step.refused.is_empty();
        (verdict, step)
    }
}
