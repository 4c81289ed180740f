"""Tenants of a snapshot that nobody has asked for yet.

Verified by the hash of their block, and parsed only when somebody asks, or later in the
background: so a million facts answer at once.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from ..decide.index import DecisionIndex
from ..kernel.errors import FactError
from ..kernel.shard import PLATFORM_TENANT
from ..reader.step import Origin, Refusal
from ..state.live_facts import live_facts_of
from ..state.note import Stated
from ..state.walk import TenantState

#: Unpacking between two turns of the event loop: decisions go on in between.
_SLICE_S: Final = 0.004
#: As payloads write them, whose form is compact.
_API_KEY: Final = b'"kind":"api-key"'
_HASH: Final = re.compile(rb'"hash":"([A-Za-z0-9_-]{43})"')
#: Behind an escape a text may be written in another way: it may have any hash.
_ANY: Final = ""


class Packed(NamedTuple):
    """A tenant, and the tree that it is of."""

    state: TenantState
    stated: Stated
    origin: Origin


class PackedTenants:
    """What is unpacked goes into the index, and its bytes are given free."""

    def __init__(self, index: DecisionIndex, refuse: Callable[[Refusal], None]) -> None:
        self._index = index
        self._refuse = refuse
        #: Empty as soon as everything is unpacked.
        self.waiting: Final[dict[str, Packed]] = {}
        #: Tenants whose block a registry should never have signed; nothing is known of them.
        self._broken: set[str] = set()
        self._added = asyncio.Event()
        #: Tenants by the hashes of their API keys; None: nobody has looked for them.
        self._with_keys: dict[str, list[str]] | None = None

    def add(self, states: Iterable[TenantState], stated: Stated, origin: Origin) -> None:
        """The platform's tenant is unpacked at once: every decision rests on it."""
        for state in states:
            self.waiting[state.tenant] = Packed(state, stated, origin)
        self._with_keys = None
        self.open(PLATFORM_TENANT)
        self._added.set()

    def forget(self, tenant: str) -> None:
        """Nothing that a snapshot said of the tenant counts any longer."""
        self.waiting.pop(tenant, None)
        self._broken.discard(tenant)

    def is_broken(self, tenant: str) -> bool:
        """Facts that come later are not folded onto it."""
        return tenant in self._broken

    def open(self, tenant: str) -> None:
        """Before anything is decided of a tenant, or folded onto it."""
        packed = self.waiting.pop(tenant, None)
        if packed is None:
            return
        try:
            for fact in live_facts_of(packed.state, packed.stated):
                self._index.apply(fact)
        except FactError as error:
            self._broken.add(tenant)
            shard = packed.state.shard
            self._refuse(Refusal(shard, packed.origin, error.code, str(error)))

    def open_with_key(self, hashed: str) -> None:
        """All tenants that may have an API key of this hash.

        Parsing all would hold decisions up for seconds; bytes are searched many times quicker, and
        once is enough, whoever asks for keys that are not there.
        """
        if self._with_keys is None:
            self._with_keys = self._search()
        for tenant in (*self._with_keys.pop(hashed, ()), *self._with_keys.pop(_ANY, ())):
            self.open(tenant)

    async def run(self) -> None:
        """Unpacks in small slices whenever there is something, until it is cancelled."""
        while True:
            await self._added.wait()
            self._added.clear()
            while self.waiting:
                self._open_slice()
                await asyncio.sleep(0)
            self._with_keys = None

    def _search(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for tenant, packed in self.waiting.items():
            for page in packed.state.pages:
                data = bytes(page.packed)
                if b"\\" in data:
                    found.setdefault(_ANY, []).append(tenant)
                elif _API_KEY in data:
                    for hashed in _HASH.findall(data):
                        found.setdefault(hashed.decode("ascii"), []).append(tenant)
        return found

    def _open_slice(self) -> None:
        end = time.monotonic() + _SLICE_S
        while self.waiting and time.monotonic() < end:
            self.open(next(iter(self.waiting)))
