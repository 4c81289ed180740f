//! Vectors of readers: one shard with the keys and heartbeats around it, as a plane has them.

use serde_json::{Value, json};
use tenure_dataplane::error::Checked;
use tenure_dataplane::keys::gate::Gate;
use tenure_dataplane::keys::state_note::StateNote;
use tenure_dataplane::keys::trust::Trust;
use tenure_dataplane::reader::shard_reader::ShardReader;
use tenure_dataplane::reader::step::{Accepted, Origin, Step};
use tenure_dataplane::state::block::TenantState;
use tenure_dataplane::state::walk::Scope;

use crate::bytes::{list, note, text};
use crate::state_checks::walk;

struct Scenario {
    trust: Trust,
    gate: Gate,
    reader: ShardReader,
    shard: usize,
    accepted: Vec<Accepted>,
    refused: Vec<&'static str>,
    fetch: bool,
    /// The last state note that was taken.
    taken: Option<StateNote>,
    /// What the lines here follow, and the tenants of the shard there.
    base: Option<(StateNote, Vec<TenantState>)>,
}

/// The value of the check, its refusal, or `None` for a check of another kind.
pub fn run(check: &str, input: &Value) -> Option<Checked<Value>> {
    (check == "reader").then(|| scenario(input))
}

fn scenario(input: &Value) -> Checked<Value> {
    let log = text(input, "log");
    let shard = input["shard"].as_u64().and_then(|shard| u8::try_from(shard).ok()).unwrap_or(0);
    let mut scenario = Scenario {
        trust: Trust::pinned(log, text(input, "root"))?,
        gate: Gate::behind(None),
        reader: ShardReader::new(shard, log),
        shard: usize::from(shard),
        accepted: Vec::new(),
        refused: Vec::new(),
        fetch: false,
        taken: None,
        base: None,
    };
    Ok(list(&input["steps"]).iter().map(|step| scenario.run(step)).collect())
}

fn lines(step: &Value) -> Vec<String> {
    list(step).iter().map(|line| line.as_str().unwrap_or_default().to_owned()).collect()
}

impl Scenario {
    fn run(&mut self, step: &Value) -> Value {
        (self.refused, self.fetch) = (Vec::new(), false);
        let keys = self.trust.fact_keys();
        match step.as_object().and_then(|step| step.iter().next()) {
            Some((kind, given)) if kind == "keySet" => self.take_key_set(&note(given)),
            Some((kind, given)) if kind == "heartbeat" => self.take_heartbeat(&note(given)),
            Some((kind, given)) if kind == "live" => {
                let held = self.gate.holds_lines(&self.trust);
                let lines = lines(given);
                let hold = |reader: &mut ShardReader| reader.hold(&lines);
                let step =
                    if held { hold(&mut self.reader) } else { self.reader.live(&lines, &keys) };
                self.tell(step);
            }
            Some((kind, given)) if kind == "fetched" => {
                let step = self.reader.fetched(&lines(given), Origin::Http, &keys);
                self.tell(step);
            }
            Some((kind, given)) if kind == "snapshot" => self.take_snapshot(given),
            Some((_, given)) => self.reread(&lines(given), Origin::Http),
            None => {}
        }
        self.state()
    }

    fn state(&self) -> Value {
        let void = self.accepted.iter().filter(|one| one.void).map(|one| one.position);
        json!({
            "position": self.reader.chain().position(),
            "covered": self.reader.chain().covered().count,
            "refused": self.refused,
            "fetch": self.fetch,
            "doubt": self.reader.in_doubt(),
            "void": void.collect::<Vec<u64>>(),
        })
    }

    fn tell(&mut self, step: Step) {
        self.accepted.extend(step.accepted);
        self.refused.extend(step.refused.iter().map(|refused| refused.error.code.as_str()));
        self.fetch |= step.fetch;
    }

    fn take_key_set(&mut self, note: &[u8]) {
        let change = match self.trust.advance(note) {
            Ok(change) => change,
            Err(refused) => return self.refused.push(refused.code.as_str()),
        };
        let index = self.reader.index();
        let touches = |from: Option<u64>| from.is_some() && from <= index;
        self.reader.begin_epoch(change.fork_from);
        if self.taken.as_ref().is_some_and(|note| change.voids_size(note.size)) {
            self.taken = None;
        }
        if self.base.as_ref().is_some_and(|(note, _)| change.voids_size(note.size)) {
            self.reader.doubt_fold();
        }
        let base_size = self.base.as_ref().map_or(0, |(note, _)| note.size);
        if change.void_from.is_some_and(|from| from < base_size) {
            self.reader.doubt_fold();
        } else if touches(change.void_from) {
            let lines: Vec<String> = self.accepted.iter().map(|one| one.line.clone()).collect();
            self.reread(&lines, Origin::Disk);
        }
        if !self.gate.holds_lines(&self.trust) {
            let step = self.reader.live(&[], &self.trust.fact_keys());
            self.tell(step);
        }
        if let Some(pending) = self.gate.pending().map(<[u8]>::to_vec) {
            self.take_heartbeat(&pending);
        }
    }

    fn take_snapshot(&mut self, given: &Value) {
        let stated = self.trust.state_note(&note(&given["note"]), self.taken.as_ref());
        let walked = stated.and_then(|stated| {
            let wants = stated.heads.get(self.shard).is_some_and(|head| self.reader.wants(*head));
            if !wants {
                return Ok(None);
            }
            let scope = Scope::Shards(u8::try_from(self.shard).into_iter().collect());
            let files = given["nodes"].as_object().cloned().unwrap_or_default();
            walk(stated.root, scope, &files).map(|tenants| Some((stated, tenants)))
        });
        match walked {
            Ok(Some((stated, tenants))) => {
                let step = self.reader.rest(&stated, &tenants, &self.trust.fact_keys());
                self.taken = Some(stated.clone());
                self.base = Some((stated, tenants));
                self.accepted.clear();
                self.tell(step);
            }
            Ok(None) => {}
            Err(refused) => self.refused.push(refused.code.as_str()),
        }
    }

    fn take_heartbeat(&mut self, note: &[u8]) {
        match self.gate.take(note, &self.trust) {
            Ok(Some(heartbeat)) => {
                let Some(head) = heartbeat.heads.get(self.shard).copied() else { return };
                let step = self.reader.heartbeat(head);
                self.tell(step);
            }
            Ok(None) => {}
            Err(refused) => self.refused.push(refused.code.as_str()),
        }
    }

    fn reread(&mut self, lines: &[String], origin: Origin) {
        let (mut fresh, keys) = (self.reader.anew(), self.trust.fact_keys());
        let base = self.base.clone().filter(|_| origin == Origin::Disk);
        if let Some((note, tenants)) = &base {
            fresh.rest(note, tenants, &keys);
        }
        let step = fresh.fetched(lines, origin, &keys);
        self.refused.extend(step.refused.iter().map(|refused| refused.error.code.as_str()));
        let denied = self.reader.is_denied_by(&fresh);
        if !self.reader.is_covered_by(&mut fresh) {
            return;
        }
        if denied {
            self.taken = None;
        }
        self.base = base;
        self.accepted = step.accepted;
        let adopted = self.reader.adopt(fresh);
        self.tell(adopted);
    }
}
