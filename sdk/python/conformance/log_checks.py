"""What is done with the input of a vector that names a ``check`` (specification, "Log")."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from tenure_dataplane.kernel.base64_strict import from_base64, from_hex
from tenure_dataplane.kernel.hashes import entry_hash
from tenure_dataplane.log.checkpoint import open_checkpoint
from tenure_dataplane.log.entry_bundle import parse_bundle
from tenure_dataplane.log.note import open_note
from tenure_dataplane.log.note_key import NoteVerifier, parse_note_key
from tenure_dataplane.log.proofs import check_consistency, check_inclusion
from tenure_dataplane.log.tile_path import format_tile_path, parse_tile_path
from tenure_dataplane.log.tiles import all_tiles, node_in_tile, tile_of_node
from tenure_dataplane.log.tree import NodeAt, TreeBuilder, TreeHead

Input = dict[str, Any]
Run = Callable[[Input], Any]


def bytes_of(text: str) -> bytes:
    """Hexadecimal; what is none stands for no bytes."""
    return from_hex(text) or b""


def note_of(text: str) -> bytes:
    """Base64; what is none stands for no bytes."""
    return from_base64(text) or b""


def _head(given: Input) -> TreeHead:
    return TreeHead(given["size"], bytes_of(given["root"]))


def _hashes(given: Input) -> list[bytes]:
    return [bytes_of(item) for item in given["proof"]]


def _keys(given: Input) -> list[NoteVerifier]:
    return [parse_note_key(key) for key in given["keys"]]


def _tree(given: Input) -> Any:
    tree = TreeBuilder()
    for entry in given["entries"]:
        tree.append(entry_hash(bytes_of(entry)))
    return {"root": tree.root().hex()}


def _inclusion(given: Input) -> Any:
    check_inclusion(given["index"], bytes_of(given["leaf"]), _hashes(given), _head(given))
    return True


def _consistency(given: Input) -> Any:
    check_consistency(_head(given["older"]), _head(given["newer"]), _hashes(given))
    return True


def _note_key(given: Input) -> Any:
    key = parse_note_key(given["key"])
    return {"name": key.name, "keyHash": key.key_hash}


def _note(given: Input) -> Any:
    text, signed_by = open_note(note_of(given["note"]), _keys(given))
    return {"text": text, "signedBy": [f"{key.name}+{key.key_hash}" for key in signed_by]}


def _checkpoint(given: Input) -> Any:
    checkpoint, _ = open_checkpoint(note_of(given["note"]), given["origin"], _keys(given))
    return {**checkpoint._asdict(), "root": checkpoint.root.hex()}


def _tile_path(given: Input) -> Any:
    return asdict(parse_tile_path(given["path"]))


def _tiles(given: Input) -> Any:
    return [format_tile_path(tile) for tile in all_tiles(given["size"])]


def _tile_node(given: Input) -> Any:
    node = NodeAt(given["level"], given["index"])
    tile = tile_of_node(node, given["size"])
    hashed = node_in_tile(node, tile, bytes_of(given["tile"]))
    return {"path": format_tile_path(tile), "hash": hashed.hex()}


def _entry_bundle(given: Input) -> Any:
    entries = parse_bundle(bytes_of(given["bundle"]), given["width"])
    return {
        "entries": [entry.hex() for entry in entries],
        "leaves": [entry_hash(entry).hex() for entry in entries],
    }


LOG_CHECKS: dict[str, Run] = {
    "tree": _tree,
    "inclusion": _inclusion,
    "consistency": _consistency,
    "note-key": _note_key,
    "note": _note,
    "checkpoint": _checkpoint,
    "tile-path": _tile_path,
    "tiles": _tiles,
    "tile-node": _tile_node,
    "entry-bundle": _entry_bundle,
}
