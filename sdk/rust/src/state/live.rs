//! A tenant's live facts (check 12): who signed the root has vouched for them, so it may wait until
//! they are wanted.

use super::block::{TenantState, next_payload};
use super::prefix::Prefix;
use crate::error::{Checked, FactCode, ensure};
use crate::kernel::bodies::{Body, parse_body};
use crate::kernel::fact::{Fact, Op};
use crate::kernel::hash::{Hash, sha256};
use crate::kernel::payload::parse_payload;
use crate::kernel::shard::uuid_bytes;

/// A fact that nothing has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// What was signed.
    pub fact: Fact,
    /// Its body, checked.
    pub body: Body,
}

fn fact_key(fact: &Fact) -> Hash {
    sha256(&[fact.kind.as_bytes(), &[0], fact.subject.as_bytes()])
}

fn open(payload: &[u8], tenant: &TenantState, log: &str, epoch: u64) -> Checked<Live> {
    let fact = parse_payload(payload)?;
    let body = parse_body(&fact)?;
    ensure(fact.log == log, FactCode::LogMismatch, "another log")?;
    ensure(fact.epoch <= epoch, FactCode::EpochMismatch, "a later epoch than the note's")?;
    let own = uuid_bytes(&fact.tenant) == Some(tenant.tenant);
    let live = own && fact.op == Op::Assert && fact.seq <= tenant.seq;
    ensure(live, FactCode::StateNodeMalformed, "no live fact of the tenant")?;
    Ok(Live { fact, body })
}

impl TenantState {
    /// The facts, ascending by fact key. `log` and `epoch` are those of the note. After a refusal
    /// the registry is broken, and the tenant unknown to decisions.
    pub fn live_facts(&self, log: &str, epoch: u64) -> Checked<Vec<Live>> {
        let mut facts = Vec::with_capacity(usize::try_from(self.live).unwrap_or_default());
        let mut before: Option<Hash> = None;
        for page in &self.pages {
            let mut packed = page.packed.clone();
            while let Some(payload) = next_payload(&mut packed) {
                let live = open(&payload, self, log, epoch)?;
                let key = fact_key(&live.fact);
                check_place(&key, before.as_ref(), &page.prefix)?;
                before = Some(key);
                facts.push(live);
            }
        }
        Ok(facts)
    }
}

fn check_place(key: &Hash, before: Option<&Hash>, prefix: &Prefix) -> Checked<()> {
    let ascends = before.is_none_or(|before| before < key);
    ensure(ascends, FactCode::StateNodeMalformed, "its facts are not in order")?;
    ensure(prefix.begins(key), FactCode::StateNodeMalformed, "a fact of another page")
}
