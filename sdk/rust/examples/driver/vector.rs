//! What we answer to a vector of the specification.

use serde_json::{Value, json};
use tenure_dataplane::error::Checked;
use tenure_dataplane::kernel::hex;
use tenure_dataplane::kernel::open::FactKeys;
use tenure_dataplane::kernel::verify::Verifier;
use tenure_dataplane::reader::shard_reader::ShardReader;
use tenure_dataplane::reader::step::Origin;

use crate::bytes::{bytes, list, note, text};
use crate::{key_checks, log_checks, reader_checks, state_checks};

pub fn run(request: &Value) -> Value {
    let vector = &request["vector"];
    if text(request, "name").starts_with("ed25519-") {
        return json!({ "holds": holds(vector) });
    }
    let Some(check) = vector["check"].as_str() else {
        return shard(vector).unwrap_or_else(|refused| json!({ "code": refused.code.as_str() }));
    };
    let input = &vector["input"];
    let found = log_checks::run(check, input).or_else(|| key_checks::run(check, input));
    let found = found.or_else(|| state_checks::run(check, input));
    match found.or_else(|| reader_checks::run(check, input)) {
        Some(Ok(value)) => json!({ "value": value }),
        Some(Err(refused)) => json!({ "code": refused.code.as_str() }),
        None => json!({ "error": format!("unknown check {check}") }),
    }
}

/// The strict profile's answer; a key that it refuses signs nothing.
fn holds(vector: &Value) -> bool {
    Verifier::new(&bytes(&vector["publicKey"])).is_ok_and(|verifier| {
        verifier.holds(&bytes(&vector["message"]), &bytes(&vector["signature"]))
    })
}

pub fn keys(vector: &Value) -> Checked<FactKeys> {
    let keys = vector["keys"].as_object().into_iter().flatten();
    let keys: Vec<(String, Vec<u8>)> = keys.map(|(id, key)| (id.clone(), note(key))).collect();
    FactKeys::unbounded(&keys)
}

pub fn head(reader: &ShardReader) -> Value {
    let (chain, index) = (reader.chain(), reader.index());
    let index = index.map_or_else(|| json!(-1), |index| json!(index));
    json!({ "position": chain.position(), "index": index, "hash": hex::encode(chain.hash()) })
}

fn shard(vector: &Value) -> Checked<Value> {
    let keys = keys(vector)?;
    let shard = vector["shard"].as_u64().and_then(|shard| u8::try_from(shard).ok());
    let mut reader = ShardReader::new(shard.unwrap_or_default(), text(vector, "log"));
    let lines = list(&vector["lines"]).iter();
    let lines: Vec<String> = lines.map(|l| l.as_str().unwrap_or_default().to_owned()).collect();
    let step = reader.fetched(&lines, Origin::Http, &keys);
    let codes: Vec<&str> = step.refused.iter().map(|refused| refused.error.code.as_str()).collect();
    Ok(json!({ "accepted": step.accepted.len(), "codes": codes, "head": head(&reader) }))
}
