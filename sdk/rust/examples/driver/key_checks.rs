//! Vectors of key sets and heartbeats.

use serde_json::{Map, Value, json};
use tenure_dataplane::error::Checked;
use tenure_dataplane::kernel::hash::key_id_of;
use tenure_dataplane::kernel::hex;
use tenure_dataplane::kernel::shard::shard_name;
use tenure_dataplane::keys::heartbeat::Head;
use tenure_dataplane::keys::heartbeat_order::{open_heartbeat, read_heartbeat};
use tenure_dataplane::keys::key_range::KeyRange;
use tenure_dataplane::keys::key_set::{KeySet, open_key_set};
use tenure_dataplane::keys::key_set_text::parse_key_set;
use tenure_dataplane::log::note::text_of_note;
use tenure_dataplane::log::note_key::NoteVerifier;

use crate::bytes::{note, text};

/// The value of a check, its refusal, or `None` for a check of another kind.
pub fn run(check: &str, input: &Value) -> Option<Checked<Value>> {
    match check {
        "key-set" => Some(key_set(input)),
        "heartbeat" => Some(heartbeat(input)),
        _ => None,
    }
}

pub fn read_set(value: &Value) -> Checked<KeySet> {
    parse_key_set(text_of_note(&note(value))?)
}

fn ranges(ranges: &[KeyRange]) -> Vec<Value> {
    let range = |range: &KeyRange| {
        let key_id = key_id_of(&range.key);
        json!({ "keyId": key_id, "from": range.from, "to": range.to, "void": range.void })
    };
    ranges.iter().map(range).collect()
}

fn key_set(input: &Value) -> Checked<Value> {
    let trusted = match &input["trusted"] {
        Value::Null => None,
        given => Some(read_set(given)?),
    };
    let root = NoteVerifier::parse(text(input, "root"))?;
    let note = note(&input["note"]);
    let set = open_key_set(&note, text(input, "log"), &root, trusted.as_ref())?;
    let time: Vec<String> = set.time.iter().map(|key| key_id_of(key)).collect();
    let (fact, log) = (ranges(&set.fact), ranges(&set.log_keys));
    Ok(json!({ "version": set.version, "fact": fact, "log": log, "time": time }))
}

/// Those of shards with lines, by name.
pub fn heads(heads: &[Head]) -> Map<String, Value> {
    let known = (0..=u8::MAX).zip(heads).filter(|(_, head)| head.count > 0);
    known
        .map(|(shard, head)| {
            let hash = hex::encode(&head.hash);
            (shard_name(shard), json!({ "count": head.count, "hash": hash }))
        })
        .collect()
}

fn heartbeat(input: &Value) -> Checked<Value> {
    let last = match &input["last"] {
        Value::Null => None,
        given => Some(read_heartbeat(&note(given))?),
    };
    let set = read_set(&input["keySet"])?;
    let heartbeat = open_heartbeat(&note(&input["note"]), &set, last.as_ref())?;
    let checkpoint = heartbeat
        .checkpoint
        .as_ref()
        .map(|stated| json!({ "size": stated.size, "root": hex::encode(&stated.root) }));
    Ok(json!({
        "epoch": heartbeat.epoch,
        "fence": heartbeat.fence,
        "at": heartbeat.at,
        "keySetVersion": heartbeat.key_set_version,
        "checkpoint": checkpoint,
        "heads": heads(&heartbeat.heads),
    }))
}
