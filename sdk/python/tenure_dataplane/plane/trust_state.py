"""Key sets and the last heartbeat as the disk has them, each verified again from the root on."""

from __future__ import annotations

from typing import Final

from ..kernel.errors import FactError
from ..log.note_key import parse_note_key
from ..trust.fact_keys import FactKeys
from ..trust.heartbeat import Heartbeat
from ..trust.heartbeats import Heartbeats
from ..trust.key_chain import KeyChain
from .state_files import StateFiles


class TrustState:
    """What is believed now; readers look here for the log and its fact keys."""

    def __init__(self, log: str, root: str, files: StateFiles) -> None:
        """Raises ``key-invalid``."""
        self.keys: Final = KeyChain(log, parse_note_key(root))
        self.heartbeats: Final = Heartbeats(self.keys)
        self.files: Final = files

    @property
    def log(self) -> str:
        """Origin of the log."""
        return self.keys.log

    @property
    def fact_keys(self) -> FactKeys:
        """Of the newest set; none before the first."""
        return self.keys.fact_keys

    def load(self) -> Heartbeat | None:
        """What is refused is as if it were not there, and so is what follows it."""
        try:
            while (note := self.files.key_set(self.keys.version + 1)) is not None:
                self.keys.accept(note)
            saved = self.files.heartbeat()
            if saved is not None and self.keys.current is not None:
                self.heartbeats.take(saved)
        except FactError:
            pass
        self.heartbeats.pending = None
        return self.heartbeats.last
