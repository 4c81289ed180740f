//! No text ends the process, and no mutant of a signed line is accepted.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::Path;

use serde_json::Value;
use tenure_dataplane::kernel::json::{self, parse_strict};
use tenure_dataplane::kernel::open::FactKeys;
use tenure_dataplane::kernel::{base64, payload::parse_payload};
use tenure_dataplane::log::note::open_note;
use tenure_dataplane::reader::shard_reader::ShardReader;
use tenure_dataplane::reader::step::Origin;

fn vector(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../facts/spec/vectors/valid");
    let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

struct Shard {
    reader: ShardReader,
    keys: FactKeys,
    line: String,
}

fn shard() -> Shard {
    let vector = vector("one-tenant");
    let keys = vector["keys"].as_object().unwrap().iter();
    let keys: Vec<(String, Vec<u8>)> = keys
        .map(|(id, key)| (id.clone(), base64::decode(key.as_str().unwrap()).unwrap()))
        .collect();
    let shard = u8::try_from(vector["shard"].as_u64().unwrap()).unwrap();
    Shard {
        reader: ShardReader::new(shard, vector["log"].as_str().unwrap()),
        keys: FactKeys::unbounded(&keys).unwrap(),
        line: vector["lines"][0].as_str().unwrap().to_owned(),
    }
}

/// Whether a fresh reader takes the line over the stream.
fn accepts(shard: &Shard, line: String) -> bool {
    let mut reader = shard.reader.clone();
    let step = reader.live(&[line], &shard.keys);
    assert_eq!(step.accepted.len() + step.refused.len(), 1);
    !step.accepted.is_empty()
}

#[test]
fn no_mutant_of_a_line_is_accepted() {
    let shard = shard();
    assert!(accepts(&shard, shard.line.clone()));
    // The index is not signed: it may be another one, that is for heartbeats to find.
    let envelope = shard.line.find('{').unwrap();
    for at in envelope..shard.line.len() {
        assert!(!accepts(&shard, shard.line[..at].to_owned()));
        let mut bytes = shard.line.clone().into_bytes();
        bytes[at] ^= 1;
        assert!(!accepts(&shard, String::from_utf8_lossy(&bytes).into_owned()), "byte {at}");
        bytes[at] = b'{';
        let mutant = String::from_utf8_lossy(&bytes).into_owned();
        assert!(mutant == shard.line || !accepts(&shard, mutant), "byte {at}");
    }
}

#[test]
fn depth_is_no_way_to_end_the_process() {
    let deep = "[".repeat(1_000_000);
    assert!(!json::is_json(&deep));
    let closed = deep.clone() + &"]".repeat(1_000_000);
    assert!(json::is_json(&closed));
    assert_eq!(parse_strict(&closed).unwrap_err().code.as_str(), "payload-too-deep");
    let shard = shard();
    for inner in [closed.as_str(), deep.as_str()] {
        let line = format!("1 0 {{\"payloadType\":{inner}}}");
        let step = shard.reader.clone().fetched(&[line], Origin::Http, &shard.keys);
        assert_eq!(step.refused[0].error.code.as_str(), "envelope-malformed");
    }
}

#[test]
fn bytes_of_any_kind_are_refused_and_nothing_more() {
    let note = base64::decode(vector("note-go")["input"]["note"].as_str().unwrap()).unwrap();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for round in 0..20_000_usize {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let noise: Vec<u8> = state.to_le_bytes().iter().cycle().take(round % 97).copied().collect();
        assert!(parse_payload(&noise).is_err());
        let mut mutant = note.clone();
        let at = round % mutant.len();
        mutant[at] = noise.first().copied().unwrap_or(0);
        mutant.splice(at..at, noise);
        assert!(open_note(&mutant, &[]).is_err());
    }
}
