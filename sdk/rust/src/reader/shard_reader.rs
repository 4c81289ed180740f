//! One shard's state machine; equal to a replay of the shard at every interleaving.

use super::chain::{ShardChain, Verdict};
use super::held::Held;
use super::place::Place;
use super::step::{Accepted, Origin, Step};
use crate::error::{Checked, FactCode, refusal};
use crate::kernel::bodies::parse_body;
use crate::kernel::line::{Line, parse_line};
use crate::kernel::open::{FactKeys, open_envelope};
use crate::kernel::shard::TenantId;
use crate::keys::heartbeat::Head;
use crate::keys::state_note::StateNote;
use crate::state::block::TenantState;

/// See the module.
#[derive(Clone, Debug)]
pub struct ShardReader {
    shard: u8,
    log: String,
    held: Held,
    place: Place,
    chain: ShardChain,
    in_doubt: bool,
    /// Void facts may be folded: only reading anew ends this doubt.
    unfolded: bool,
    /// The same, and what is on disk may tell: until then no heartbeat speaks of what is here.
    fold_due: bool,
    /// Size of the log that the snapshot is of on which this rests; 0: on none.
    base_size: u64,
}

/// What a live line turned out to be, before it is opened.
enum Live<'a> {
    Refused,
    Duplicate,
    Next(Line<'a>),
    Later(u64),
}

impl ShardReader {
    /// At the beginning of a shard of the log.
    pub fn new(shard: u8, log: &str) -> Self {
        let (held, place, chain) = (Held::default(), Place::default(), ShardChain::default());
        let (in_doubt, unfolded, fold_due) = (false, false, false);
        let (log, base_size) = (log.to_owned(), 0);
        Self { shard, log, held, place, chain, in_doubt, unfolded, fold_due, base_size }
    }

    /// Position, running hash, and what heartbeats have covered.
    pub fn chain(&self) -> &ShardChain {
        &self.chain
    }

    /// Index of the last accepted fact.
    pub fn index(&self) -> Option<u64> {
        self.place.index
    }

    /// Size of the log that the snapshot is of on which this rests; 0: on none.
    pub fn base_size(&self) -> u64 {
        self.base_size
    }

    /// The tenants seen in this shard, each with the `seq` of its last fact.
    pub fn tenants(&self) -> impl Iterator<Item = (TenantId, u64)> {
        self.place.tenants()
    }

    /// The shard is to be read [`anew`](Self::anew); lines that come meanwhile go on.
    pub fn in_doubt(&self) -> bool {
        self.in_doubt
    }

    /// Lines of a stream message. A bad one asks for HTTP: it must not wedge the shard.
    pub fn live(&mut self, lines: &[String], keys: &FactKeys) -> Step {
        let mut step = Step::default();
        for text in lines {
            match self.sort(text, &mut step) {
                Live::Next(line) => {
                    step.fetch |= !self.take(text, &line, Origin::Live, keys, &mut step);
                }
                Live::Later(position) => {
                    self.held.hold(position, text);
                    step.fetch = true;
                }
                Live::Refused | Live::Duplicate => {}
            }
        }
        self.release_held(keys, &mut step);
        step
    }

    /// Keeps live lines until [`live`](Self::live) is called again: keys are missing to judge them.
    pub fn hold(&mut self, lines: &[String]) -> Step {
        let mut step = Step::default();
        for text in lines {
            match self.sort(text, &mut step) {
                Live::Next(Line { position, .. }) | Live::Later(position) => {
                    self.held.hold(position, text);
                }
                Live::Refused | Live::Duplicate => {}
            }
        }
        step
    }

    /// Lines of `GET /v1/facts` or of the journal; the first refused one ends the step, and puts
    /// the shard in doubt when HTTP served it: it may be that what is here is wrong.
    pub fn fetched(&mut self, lines: &[String], origin: Origin, keys: &FactKeys) -> Step {
        let mut step = Step::default();
        for text in lines {
            let taken = match parse_line(text) {
                Ok(line) if line.position <= self.chain.position() => {
                    step.duplicates += 1;
                    true
                }
                Ok(line) => self.take(text, &line, origin, keys, &mut step),
                Err(error) => {
                    step.refuse(origin, error);
                    false
                }
            };
            if !taken {
                self.in_doubt |= origin == Origin::Http;
                return step;
            }
        }
        self.release_held(keys, &mut step);
        step
    }

    /// The shard's head in a heartbeat that was taken.
    pub fn heartbeat(&mut self, head: Head) -> Step {
        let mut step = Step::default();
        let verdict = self.chain.heartbeat(head);
        self.judge(Some(verdict), &mut step);
        if verdict != Verdict::Fork && self.chain.find_uncovered() {
            self.in_doubt = true;
            let why = "three heartbeats did not count it";
            step.refuse(Origin::Heartbeat, refusal(FactCode::FactUncovered, why));
        }
        step
    }

    /// A snapshot that states this head is worth taking: it is ahead, or may end the doubt without
    /// denying what is covered.
    pub fn wants(&self, head: Head) -> bool {
        let ahead = head.count > self.chain.position();
        ahead || (self.in_doubt && head.count >= self.chain.covered().count)
    }

    /// Goes on from a snapshot in place of all that is here. `tenants`: those of the shard, of a tree
    /// that was verified.
    pub fn rest(&mut self, note: &StateNote, tenants: &[TenantState], keys: &FactKeys) -> Step {
        let mut step = Step::default();
        let Some(head) = note.head(self.shard) else { return step };
        self.place = Place::resting_on(tenants, note.size, note.epoch);
        self.chain.rest(head);
        self.base_size = note.size;
        self.end_doubt();
        if let Some(newest) = self.chain.newest() {
            let verdict = self.chain.expect(newest);
            self.judge(Some(verdict), &mut step);
        }
        self.release_held(keys, &mut step);
        step
    }

    /// A reader of nothing yet, which is to reach what heartbeats have covered here.
    pub fn anew(&self) -> ShardReader {
        let mut fresh = ShardReader::new(self.shard, &self.log);
        let chain = &self.chain;
        let head = if chain.is_confirmed() { chain.covered() } else { chain.confirmed() };
        fresh.chain.expect(head);
        fresh
    }

    /// Whether a reader that [`anew`](Self::anew) made reached what heartbeats have covered here. A
    /// snapshot that none has agreed to yet binds nobody who agrees with the newest: then the log
    /// key signed what is not so.
    pub fn is_covered_by(&self, fresh: &mut ShardReader) -> bool {
        let chain = &self.chain;
        let agreed = chain.newest().is_some_and(|newest| fresh.chain.holds(newest));
        let bound = chain.is_confirmed() || fresh.base_size > 0;
        if bound || fresh.chain.holds(chain.covered()) {
            return fresh.chain.expect(chain.covered()) == Verdict::Reached;
        }
        fresh.chain.expect(chain.confirmed()) == Verdict::Reached && agreed
    }

    /// Whether this rests on a snapshot of another history than what such a reader read.
    pub fn is_denied_by(&self, fresh: &ShardReader) -> bool {
        !self.chain.is_confirmed() && !fresh.chain.holds(self.chain.base())
    }

    /// Takes over such a reader, and compares it with the newest heartbeat.
    pub fn adopt(&mut self, fresh: ShardReader) -> Step {
        let mut step = Step::default();
        let newest = self.chain.newest();
        (self.place, self.chain, self.base_size) = (fresh.place, fresh.chain, fresh.base_size);
        self.end_doubt();
        if let Some(newest) = newest {
            let verdict = self.chain.expect(newest);
            self.judge(Some(verdict), &mut step);
        }
        step
    }

    /// A restored backup wrote the log anew from this index on. Tells that the shard is in doubt.
    pub fn begin_epoch(&mut self, first: Option<u64>) -> bool {
        if first.is_none() {
            return false;
        }
        self.chain.forget_heartbeats();
        if first > self.index() {
            return false;
        }
        self.chain.uncover();
        self.in_doubt = true;
        true
    }

    /// More is void, and is to be folded no longer: until that is so, nothing is reached.
    pub fn await_fold(&mut self) {
        self.fold_due = true;
    }

    /// What is on disk cannot tell how to fold anew, the snapshot has void facts or lines are missing:
    /// HTTP has to tell.
    pub fn doubt_fold(&mut self) {
        (self.in_doubt, self.unfolded) = (true, true);
    }

    fn end_doubt(&mut self) {
        (self.in_doubt, self.unfolded, self.fold_due) = (false, false, false);
    }

    fn sort<'a>(&self, text: &'a str, step: &mut Step) -> Live<'a> {
        match parse_line(text) {
            Err(error) => {
                step.refuse(Origin::Live, error);
                step.fetch = true;
                Live::Refused
            }
            Ok(line) if line.position <= self.chain.position() => {
                step.duplicates += 1;
                Live::Duplicate
            }
            Ok(line) if line.position == self.chain.position() + 1 => Live::Next(line),
            Ok(line) => Live::Later(line.position),
        }
    }

    fn release_held(&mut self, keys: &FactKeys, step: &mut Step) {
        while let Some(text) = self.held.release(self.chain.position() + 1) {
            let line = parse_line(&text);
            if !line.is_ok_and(|line| self.take(&text, &line, Origin::Live, keys, step)) {
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
        match self.open(text, line, origin, keys) {
            Ok(accepted) => {
                self.place.advance(&accepted.fact, accepted.index, accepted.leaf);
                let verdict = self.chain.append(&accepted.leaf);
                step.accepted.push(accepted);
                self.judge(verdict, step);
                true
            }
            Err(error) => {
                step.refuse(origin, error);
                false
            }
        }
    }

    /// Checks 2 to 21.
    fn open(
        &self,
        text: &str,
        line: &Line<'_>,
        origin: Origin,
        keys: &FactKeys,
    ) -> Checked<Accepted> {
        let opened = open_envelope(line.envelope, keys)?;
        let (fact, leaf) = (opened.fact, opened.leaf);
        let here = (self.log.as_str(), self.shard, self.chain.position() + 1);
        self.place.check_line(&fact, line, here)?;
        Place::check_key(opened.range, line.index, origin == Origin::Live)?;
        self.place.check_fact(&fact)?;
        let body = parse_body(&fact)?;
        let void = opened.range.is_void(line.index);
        let (position, index) = (line.position, line.index);
        Ok(Accepted { position, index, fact, body, leaf, void, line: text.to_owned() })
    }

    fn judge(&mut self, verdict: Option<Verdict>, step: &mut Step) {
        match verdict {
            Some(Verdict::Behind) => step.fetch = true,
            Some(Verdict::Reached) => {
                step.reached = !(self.unfolded || self.fold_due);
                if self.chain.covered().count == self.chain.position() {
                    self.in_doubt = self.unfolded;
                }
            }
            Some(Verdict::Fork) => {
                self.in_doubt = true;
                let error = refusal(FactCode::ShardFork, "another running hash");
                step.refuse(Origin::Heartbeat, error);
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::hash::EMPTY_HASH;

    const HEAD: Head = Head { count: 0, hash: EMPTY_HASH };

    #[test]
    fn nothing_is_reached_while_void_facts_may_be_folded() {
        for may_be_folded in [ShardReader::await_fold, ShardReader::doubt_fold] {
            let mut reader = ShardReader::new(5, "log.example");
            assert!(reader.heartbeat(HEAD).reached);
            may_be_folded(&mut reader);
            assert!(!reader.heartbeat(HEAD).reached);
            let anew = reader.anew();
            assert!(reader.adopt(anew).reached);
        }
    }
}
