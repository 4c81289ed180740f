"""Proofs of inclusion and consistency (RFC 9162, 2.1.3.2 and 2.1.4.2, whose names are used)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..kernel.errors import FactError
from ..kernel.hashes import HASH_BYTES
from .tree import EMPTY_ROOT, TreeHead, is_size, node_hash


def _inclusion(why: str) -> FactError:
    return FactError("inclusion-proof-invalid", why)


def _consistency(why: str) -> FactError:
    return FactError("consistency-proof-invalid", why)


def _are_hashes(hashes: Iterable[bytes]) -> bool:
    return all(len(item) == HASH_BYTES for item in hashes)


def check_inclusion(index: int, leaf: bytes, proof: Sequence[bytes], head: TreeHead) -> None:
    """Refuses unless the proof leads from the leaf at ``index`` to the root."""
    if not is_size(index) or not is_size(head.size) or index >= head.size:
        raise _inclusion("no such leaf")
    if not _are_hashes((leaf, head.root, *proof)):
        raise _inclusion("a hash is not 32 bytes")
    fn, sn, hashed = index, head.size - 1, leaf
    for sibling in proof:
        if sn == 0:
            raise _inclusion("too long")
        if fn % 2 == 1 or fn == sn:
            hashed = node_hash(sibling, hashed)
            # At the right edge the levels without a sibling are skipped.
            while fn % 2 == 0 and fn != 0:
                fn, sn = fn // 2, sn // 2
        else:
            hashed = node_hash(hashed, sibling)
        fn, sn = fn // 2, sn // 2
    if sn != 0:
        raise _inclusion("too short")
    if hashed != head.root:
        raise _inclusion("it leads to another root")


def _is_trivial(older: TreeHead, newer: TreeHead) -> bool:
    """True when no proof is needed: from an empty tree, and between trees of one size."""
    if older.size == 0 and older.root != EMPTY_ROOT:
        raise _consistency("no empty tree")
    if older.size == newer.size and older.root != newer.root:
        raise _consistency("two roots of one size")
    return older.size in (0, newer.size)


def check_consistency(older: TreeHead, newer: TreeHead, proof: Sequence[bytes]) -> None:
    """Refuses unless the newer tree begins with the older one."""
    if not is_size(older.size) or not is_size(newer.size) or older.size > newer.size:
        raise _consistency("no such sizes")
    if not _are_hashes((older.root, newer.root, *proof)):
        raise _consistency("a hash is not 32 bytes")
    if _is_trivial(older, newer):
        if proof:
            raise _consistency("too long")
        return
    fn, sn = older.size - 1, newer.size - 1
    while fn % 2 == 1:
        fn, sn = fn // 2, sn // 2
    # fn is 0 when the older tree is complete: the proof begins at its root and leaves it out.
    path = [older.root, *proof] if fn == 0 else list(proof)
    if not path:
        raise _consistency("too short")
    fr = sr = path[0]
    for sibling in path[1:]:
        if sn == 0:
            raise _consistency("too long")
        if fn % 2 == 1 or fn == sn:
            fr, sr = node_hash(sibling, fr), node_hash(sibling, sr)
            while fn % 2 == 0 and fn != 0:
                fn, sn = fn // 2, sn // 2
        else:
            sr = node_hash(sr, sibling)
        fn, sn = fn // 2, sn // 2
    if sn != 0:
        raise _consistency("too short")
    if fr != older.root or sr != newer.root:
        raise _consistency("it leads to another root")
