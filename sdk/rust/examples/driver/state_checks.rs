//! Vectors of the state tree and of API keys.

use serde_json::{Map, Value, json};
use tenure_dataplane::error::{Checked, FactCode, FactError};
use tenure_dataplane::kernel::api_key::hash_api_key;
use tenure_dataplane::kernel::hash::Hash;
use tenure_dataplane::kernel::shard::uuid_text;
use tenure_dataplane::kernel::{base64, hex};
use tenure_dataplane::keys::key_set::KeySet;
use tenure_dataplane::keys::state_note::{open_state_note, read_state_note};
use tenure_dataplane::state::block::TenantState;
use tenure_dataplane::state::file::unpack_node;
use tenure_dataplane::state::node::Node;
use tenure_dataplane::state::view::open_view;
use tenure_dataplane::state::walk::{Scope, Walk, Wanted};

use crate::bytes::{bytes, list, note, number, text};
use crate::key_checks::{heads, read_set};

/// The value of a check, its refusal, or `None` for a check of another kind.
pub fn run(check: &str, input: &Value) -> Option<Checked<Value>> {
    Some(match check {
        "state-note" => state_note(input),
        "state-tree" => state_tree(input),
        "state-view" => state_view(input),
        "api-key" => hash_api_key(text(input, "key"))
            .map(|hash| json!({ "hash": base64::encode_url(&hash) })),
        _ => return None,
    })
}

fn read_sets(input: &Value) -> Checked<Vec<KeySet>> {
    list(&input["keySets"]).iter().map(read_set).collect()
}

fn state_note(input: &Value) -> Checked<Value> {
    let last = match &input["last"] {
        Value::Null => None,
        given => Some(read_state_note(&note(given))?),
    };
    let stated = open_state_note(&note(&input["note"]), &read_sets(input)?, last.as_ref())?;
    Ok(json!({
        "epoch": stated.epoch,
        "size": stated.size,
        "keySetVersion": stated.key_set_version,
        "root": hex::encode(&stated.root),
        "heads": heads(&stated.heads),
    }))
}

/// The tenants of a part of the tree whose files are given by the hashes that are asked for.
pub fn walk(root: Hash, scope: Scope, files: &Map<String, Value>) -> Checked<Vec<TenantState>> {
    let mut walk = Walk::new(scope);
    let mut wanted = vec![Wanted::root(root)];
    while let Some(one) = wanted.pop() {
        let Some(file) = files.get(&hex::encode(&one.hash)) else {
            let (code, message) = (FactCode::StateHashMismatch, "nothing is served".into());
            return Err(FactError { code, message });
        };
        let below = walk.take(&one, Node::parse(unpack_node(note(file).into())?)?)?;
        wanted.extend(below.into_iter().rev());
    }
    Ok(walk.finish())
}

fn value_of(tenant: &TenantState, log: &str, epoch: u64) -> Checked<Value> {
    let live = tenant.live_facts(log, epoch)?.into_iter().map(|one| one.fact);
    let live: Vec<Value> = live
        .map(|fact| json!({ "kind": fact.kind, "subject": fact.subject, "seq": fact.seq }))
        .collect();
    let (head, tenant, seq) =
        (base64::encode_url(&tenant.head), uuid_text(&tenant.tenant), tenant.seq);
    Ok(json!({ "tenant": tenant, "seq": seq, "head": head, "live": live }))
}

fn state_tree(input: &Value) -> Checked<Value> {
    let root: Hash = bytes(&input["root"]).try_into().unwrap_or_default();
    let files = input["nodes"].as_object().cloned().unwrap_or_default();
    let found = walk(root, Scope::Shards((0..=u8::MAX).collect()), &files)?;
    let (log, epoch) = (text(input, "log"), number(&input["epoch"]));
    let tenants: Vec<Value> =
        found.iter().map(|tenant| value_of(tenant, log, epoch)).collect::<Checked<_>>()?;
    Ok(json!({ "tenants": tenants }))
}

fn state_view(input: &Value) -> Checked<Value> {
    let view = note(&input["view"]).into();
    let (stated, tenant) = open_view(view, text(input, "tenant"), &read_sets(input)?, None)?;
    let block = tenant.map(|tenant| value_of(&tenant, &stated.log, stated.epoch)).transpose()?;
    Ok(json!({ "size": stated.size, "block": block }))
}
