"""No input crashes a reader: whatever comes is applied or refused with a code of the list."""

from __future__ import annotations

import gzip
import random
import unittest
from hashlib import sha256

from support.fact_writer import FACT_KEY, LOG, a_registry, key_of, seal, tenant_of_shard
from support.log_writer import ROOT_KEY, heartbeat, key_set
from support.state_writer import state_of

from tenure_dataplane import FACT_ERROR_CODES, FactError
from tenure_dataplane.kernel.hashes import key_id_of
from tenure_dataplane.kernel.json_strict import parse_strict_json
from tenure_dataplane.kernel.payload import parse_payload
from tenure_dataplane.log.note_key import parse_note_key
from tenure_dataplane.reader.shard_reader import ShardReader
from tenure_dataplane.state.file import MAX_NODE_BYTES, unpack_node
from tenure_dataplane.state.open_note import open_state_note
from tenure_dataplane.state.view import open_view
from tenure_dataplane.state.walk import ShardScope, StateWalk, WantedNode
from tenure_dataplane.trust.fact_keys import FactKey, FactKeys
from tenure_dataplane.trust.heartbeats import Heartbeats
from tenure_dataplane.trust.key_chain import KeyChain

ACME = tenant_of_shard(5)
ROUNDS = 1_000


class Anything:
    """Trusts every signature of the test's key, so that mutants come to the payload's checks."""

    log = LOG

    @property
    def fact_keys(self) -> FactKeys:
        return {key_id_of(bytes(FACT_KEY.verify_key)): FactKey(lambda _message, _signature: True)}


def mutant(chance: random.Random, text: bytes) -> bytes:
    data = bytearray(text)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data))
        kind = chance.randrange(3)
        if kind == 0:
            data[at] = chance.randrange(256)
        elif kind == 1:
            del data[at : at + chance.randint(1, 9)]
        else:
            data[at:at] = chance.choice(
                (b"[", b'{"a":', b"1e9", b"\\ud800", b"\n", b" ", b"-0", b"\0")
            )
    return bytes(data) or b"{"


def code_of(payload: bytes) -> str:
    try:
        parse_payload(payload)
    except FactError as error:
        return error.code
    return "none"


class HostileBytesTest(unittest.TestCase):
    def setUp(self) -> None:
        self.chance = random.Random(7)
        self.writer = a_registry()
        self.writer.tenant(ACME)
        self.line = self.writer.member(ACME, 1, "jane", ["viewer"])

    def test_mutants_of_lines(self) -> None:
        for _ in range(ROUNDS):
            reader = ShardReader(5, Anything())
            text = mutant(self.chance, self.line.encode()).decode("utf-8", "surrogateescape")
            for step in (reader.live([text]), reader.fetched([text], "http")):
                for refusal in step.refused:
                    self.assertIn(refusal.code, FACT_ERROR_CODES)

    def test_mutants_of_payloads(self) -> None:
        payload = b'{"log":"tenure.example/test","epoch":1,"body":{"a":[1,2,{"b":null}]}}'
        for _ in range(ROUNDS):
            line = f"1 0 {seal(mutant(self.chance, payload))}"
            step = ShardReader(5, Anything()).fetched([line], "http")
            self.assertEqual(len(step.refused), 1)

    def test_mutants_of_notes(self) -> None:
        for _ in range(ROUNDS // 10):
            chain = KeyChain(LOG, parse_note_key(ROOT_KEY))
            with self.assertRaises(FactError):
                chain.accept(mutant(self.chance, key_set()))
            chain.accept(key_set())
            with self.assertRaises(FactError):
                beat = heartbeat(self.writer, "2026-11-21T01:34:34.000Z")
                Heartbeats(chain).take(mutant(self.chance, beat))

    def test_mutants_of_a_state(self) -> None:
        chain = KeyChain(LOG, parse_note_key(ROOT_KEY))
        chain.accept(key_set())
        state = state_of(self.writer)
        (node,) = state.nodes.values()
        for _ in range(ROUNDS):
            changed = mutant(self.chance, node)
            for file in (changed, mutant(self.chance, gzip.compress(node)), gzip.compress(changed)):
                with self.assertRaises(FactError) as caught:
                    StateWalk(sha256(b"\x02").digest(), ShardScope([5])).take(
                        WantedNode(bytes(32), None, "", None), unpack_node(file)
                    )
                self.assertIn(caught.exception.code, FACT_ERROR_CODES)
            with self.assertRaises(FactError):
                open_view(mutant(self.chance, state.note + node), ACME, chain.sets)
        with self.assertRaises(FactError):
            open_state_note(mutant(self.chance, state.note), chain.sets, None)

    def test_a_file_that_unpacks_without_end_is_cut(self) -> None:
        for size, code in ((MAX_NODE_BYTES, None), (MAX_NODE_BYTES + 1, "state-node-malformed")):
            for file in (bytes(size), gzip.compress(bytes(size))):
                if code is None:
                    self.assertEqual(len(unpack_node(file)), size)
                    continue
                with self.assertRaises(FactError) as caught:
                    unpack_node(file)
                self.assertEqual(caught.exception.code, code)

    def test_depth_and_length_beyond_pythons_own_limits(self) -> None:
        deep = b"[" * 8_000
        self.assertEqual(code_of(deep), "payload-not-json")
        self.assertEqual(code_of(deep + b"]" * 8_000), "payload-too-deep")
        self.assertEqual(code_of(b'{"a":' * 2_000 + b"1" + b"}" * 2_000), "payload-too-deep")
        self.assertEqual(code_of(b'{"a":' + b"9" * 9_000 + b"}"), "payload-number")
        self.assertEqual(code_of(b'{"a":NaN}'), "payload-not-json")
        nested = '{"payloadType":"x","a":' + "[" * 50_000 + "]" * 50_000 + "}"
        step = ShardReader(5, Anything()).live([f"1 0 {nested}"])
        self.assertEqual([refusal.code for refusal in step.refused], ["payload-type-unknown"])

    def test_other_keys_signatures_do_not_hold(self) -> None:
        line = f"1 0 {seal(b'{}', key_of(9))}"
        step = ShardReader(5, Anything()).fetched([line], "http")
        self.assertEqual([refusal.code for refusal in step.refused], ["key-unknown"])

    def test_what_is_compact_json_comes_back_as_it_was(self) -> None:
        text = '{"a":[true,false,null,-1,0,"\\u0041é\\"\\\\"],"b":{"a":9007199254740991}}'
        self.assertEqual(parse_strict_json(text)["a"][5], 'Aé"\\')


if __name__ == "__main__":
    unittest.main()
