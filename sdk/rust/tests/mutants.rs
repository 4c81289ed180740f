//! No text ends the process, and no mutant of a signed line is accepted.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::Path;

use serde_json::Value;
use tenure_dataplane::kernel::hash::Hash;
use tenure_dataplane::kernel::hex;
use tenure_dataplane::kernel::json::{self, parse_strict};
use tenure_dataplane::kernel::open::FactKeys;
use tenure_dataplane::kernel::{base64, payload::parse_payload};
use tenure_dataplane::log::note::open_note;
use tenure_dataplane::reader::shard_reader::ShardReader;
use tenure_dataplane::reader::step::Origin;
use tenure_dataplane::state::file::unpack_node;
use tenure_dataplane::state::node::Node;
use tenure_dataplane::state::walk::{Scope, Walk, Wanted};

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

struct Tree {
    log: String,
    root: Hash,
    /// By their hashes.
    files: Vec<(Hash, Vec<u8>)>,
}

fn tree(name: &str) -> Tree {
    let input = vector(name)["input"].take();
    let hash = |text: &str| hex::decode(text).unwrap().try_into().unwrap();
    let nodes = input["nodes"].as_object().unwrap().iter();
    let files = nodes
        .map(|(name, file)| (hash(name), base64::decode(file.as_str().unwrap()).unwrap()))
        .collect();
    let text = |name: &str| input[name].as_str().unwrap().to_owned();
    Tree { log: text("log"), root: hash(&text("root")), files }
}

/// Whether the whole tree is verified, with the facts of its tenants.
fn holds(Tree { log, root, .. }: &Tree, files: &[(Hash, Vec<u8>)]) -> bool {
    let mut walk = Walk::new(Scope::Shards((0..=u8::MAX).collect()));
    let mut wanted = vec![Wanted::root(*root)];
    while let Some(one) = wanted.pop() {
        let Some((_, file)) = files.iter().find(|(hash, _)| *hash == one.hash) else {
            return false;
        };
        let node = unpack_node(file.clone().into()).and_then(Node::parse);
        match node.and_then(|node| walk.take(&one, node)) {
            Ok(below) => wanted.extend(below.into_iter().rev()),
            Err(_) => return false,
        }
    }
    walk.finish().iter().all(|tenant| tenant.live_facts(log, 1).is_ok())
}

#[test]
fn no_mutant_of_a_node_is_accepted() {
    for name in ["state-tree-one-page", "state-tree-own", "state-tree-parted"] {
        let mut tree = tree(name);
        for (_, file) in &mut tree.files {
            *file = unpack_node(file.clone().into()).unwrap().to_vec();
        }
        assert!(holds(&tree, &tree.files), "{name}");
        for node in 0..tree.files.len() {
            let length = tree.files[node].1.len();
            // Large nodes at some of their bytes: each costs a walk.
            for at in (0..length).step_by(1 + length / 40) {
                let mut mutant = tree.files.clone();
                mutant[node].1[at] ^= 1;
                assert!(!holds(&tree, &mutant), "{name}, node {node}, byte {at}");
                mutant[node].1.truncate(at);
                assert!(!holds(&tree, &mutant), "{name}, node {node} cut at {at}");
            }
        }
    }
}

#[test]
fn no_file_ends_the_process_and_gzip_has_one_member_and_an_end() {
    let Tree { files, .. } = tree("state-tree-compressed");
    let zipped = files.iter().map(|(_, file)| file).find(|file| file.starts_with(&[0x1f, 0x8b]));
    let zipped = zipped.unwrap();
    assert!(unpack_node(zipped.clone().into()).is_ok());
    let behind = [zipped.as_slice(), b"x"].concat();
    assert!(unpack_node(behind.into()).is_err());
    for at in 4..zipped.len() {
        assert!(unpack_node(zipped[..at].to_vec().into()).is_err(), "cut at {at}");
        let mut mutant = zipped.clone();
        mutant[at] ^= 1;
        let same = unpack_node(mutant.into()).is_ok();
        // Time, flags of the compressor and system are covered by nothing, and say nothing.
        assert!(!same || at < 10, "byte {at}");
    }
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for round in 0..20_000_usize {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let kind = [0x02, 0x03, 0x04, 0x06][round % 4];
        let mut noise = vec![kind];
        noise.extend(state.to_le_bytes().iter().cycle().take(round % 700));
        let _ = Node::parse(noise.clone().into());
        let _ = Node::parse_in_view(noise.into(), &[0; 32]);
    }
}
