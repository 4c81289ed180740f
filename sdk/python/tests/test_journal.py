"""What is on disk of accepted lines."""

from __future__ import annotations

import resource
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from tenure_dataplane.plane.journal import Journal

SHARD = 5


class JournalTest(unittest.TestCase):
    def test_a_line_that_the_disk_took_a_part_of_is_told_and_cut_off(self) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        with TemporaryDirectory() as folder:
            journal = Journal(Path(folder))
            journal.append(SHARD, ["one"])
            resource.setrlimit(resource.RLIMIT_FSIZE, (8, hard))
            try:
                with self.assertRaises(OSError):
                    journal.append(SHARD, ["two, of which there is room for a part"])
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            journal.append(SHARD, ["three"])
            self.assertEqual(journal.read(SHARD), ["one"])
            journal.close()


if __name__ == "__main__":
    unittest.main()
