"""What a reader reaches while facts that are void may be folded."""

from __future__ import annotations

import unittest

from support.fact_writer import LOG

from tenure_dataplane.reader.coverage import NOTHING
from tenure_dataplane.reader.shard_reader import ShardReader
from tenure_dataplane.trust.fact_keys import FactKeys


class Nobody:
    """Trusts no key."""

    log = LOG

    @property
    def fact_keys(self) -> FactKeys:
        return {}


class VoidFactsTest(unittest.TestCase):
    def test_nothing_is_reached_while_they_may_be_folded(self) -> None:
        for may_be_folded in (ShardReader.await_fold, ShardReader.doubt_fold):
            reader = ShardReader(5, Nobody())
            self.assertTrue(reader.heartbeat(NOTHING).reached)
            may_be_folded(reader)
            self.assertFalse(reader.heartbeat(NOTHING).reached)
            self.assertTrue(reader.adopt(reader.anew()).reached)


if __name__ == "__main__":
    unittest.main()
