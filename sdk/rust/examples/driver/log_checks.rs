//! Vectors of the log: trees, proofs, notes, tiles.

use serde_json::{Value, json};
use tenure_dataplane::error::Checked;
use tenure_dataplane::kernel::hash::entry_hash;
use tenure_dataplane::kernel::hex;
use tenure_dataplane::log::bundle::parse_bundle;
use tenure_dataplane::log::checkpoint::open_checkpoint;
use tenure_dataplane::log::note::open_note;
use tenure_dataplane::log::note_key::NoteVerifier;
use tenure_dataplane::log::proofs::{TreeHead, check_consistency, check_inclusion};
use tenure_dataplane::log::tile_path::{format_tile_path, parse_tile_path};
use tenure_dataplane::log::tiles::{all_tiles, node_in_tile, tile_of_node};
use tenure_dataplane::log::tree::TreeBuilder;

use crate::bytes::{bytes, list, note, number, text};

/// The value of a check, its refusal, or `None` for a check of another kind.
pub fn run(check: &str, input: &Value) -> Option<Checked<Value>> {
    Some(match check {
        "tree" => Ok(tree(input)),
        "inclusion" => inclusion(input),
        "consistency" => consistency(input),
        "note-key" => NoteVerifier::parse(text(input, "key"))
            .map(|key| json!({ "name": key.name, "keyHash": hex::encode(&key.key_hash) })),
        "note" => opened_note(input),
        "checkpoint" => checkpoint(input),
        "tile-path" => parse_tile_path(text(input, "path")).map(|tile| {
            let level = tile.level.map_or_else(|| json!("entries"), |level| json!(level));
            json!({ "level": level, "index": tile.index, "width": tile.width })
        }),
        "tiles" => {
            let paths = all_tiles(number(&input["size"])).map(|tile| format_tile_path(&tile));
            Ok(paths.collect())
        }
        "tile-node" => tile_node(input),
        "entry-bundle" => bundle(input),
        _ => return None,
    })
}

fn tree(input: &Value) -> Value {
    let mut tree = TreeBuilder::default();
    for entry in list(&input["entries"]) {
        tree.append(entry_hash(&bytes(entry)));
    }
    json!({ "root": hex::encode(&tree.root()) })
}

fn inclusion(input: &Value) -> Checked<Value> {
    let (leaf, root) = (bytes(&input["leaf"]), bytes(&input["root"]));
    let proof: Vec<Vec<u8>> = list(&input["proof"]).iter().map(bytes).collect();
    let head = TreeHead { size: number(&input["size"]), root: &root };
    check_inclusion(number(&input["index"]), &leaf, &proof, &head).map(|()| json!(true))
}

fn consistency(input: &Value) -> Checked<Value> {
    let (older, newer) = (&input["older"], &input["newer"]);
    let (old_root, new_root) = (bytes(&older["root"]), bytes(&newer["root"]));
    let older = TreeHead { size: number(&older["size"]), root: &old_root };
    let newer = TreeHead { size: number(&newer["size"]), root: &new_root };
    let proof: Vec<Vec<u8>> = list(&input["proof"]).iter().map(bytes).collect();
    check_consistency(&older, &newer, &proof).map(|()| json!(true))
}

fn keys(input: &Value) -> Checked<Vec<NoteVerifier>> {
    let keys = list(&input["keys"]).iter();
    keys.map(|key| NoteVerifier::parse(key.as_str().unwrap_or_default())).collect()
}

fn opened_note(input: &Value) -> Checked<Value> {
    let (note, keys) = (note(&input["note"]), keys(input)?);
    let opened = open_note(&note, &keys)?;
    let signed_by: Vec<String> = opened.signed_by.iter().map(|key| key.id()).collect();
    Ok(json!({ "text": opened.text, "signedBy": signed_by }))
}

fn checkpoint(input: &Value) -> Checked<Value> {
    let stated = open_checkpoint(&note(&input["note"]), text(input, "origin"), &keys(input)?)?;
    let root = hex::encode(&stated.root);
    let (origin, size, extensions) = (stated.origin, stated.size, stated.extensions);
    Ok(json!({ "origin": origin, "size": size, "root": root, "extensions": extensions }))
}

fn tile_node(input: &Value) -> Checked<Value> {
    let level = u32::try_from(number(&input["level"])).unwrap_or(u32::MAX);
    let index = number(&input["index"]);
    let tile = tile_of_node(level, index, number(&input["size"]));
    let hash = node_in_tile(level, index, &tile, &bytes(&input["tile"]))?;
    Ok(json!({ "path": format_tile_path(&tile), "hash": hex::encode(&hash) }))
}

fn bundle(input: &Value) -> Checked<Value> {
    let bundle = bytes(&input["bundle"]);
    let width = usize::try_from(number(&input["width"])).unwrap_or(usize::MAX);
    let entries = parse_bundle(&bundle, width)?;
    let texts: Vec<String> = entries.iter().map(|entry| hex::encode(entry)).collect();
    let leaves: Vec<String> = entries.iter().map(|e| hex::encode(&entry_hash(e))).collect();
    Ok(json!({ "entries": texts, "leaves": leaves }))
}
