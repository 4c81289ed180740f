"""A folder in place of the registry, where no network leads (specification, "Folders").

::

    {folder}/facts/<xx>                                lines of a shard, whole
    {folder}/keys/<version>, heartbeat, state/note     notes
    {folder}/state/<hash>                              nodes
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from ..kernel.shard import shard_name
from .http_lane import FactSourceError


def folder_of(registry_url: str) -> Path | None:
    """None for what is no ``file:`` address. Raises ValueError for one of another machine."""
    scheme, host, path, _, _ = urlsplit(registry_url)
    if scheme != "file":
        return None
    if host not in ("", "localhost") or path == "":
        raise ValueError("registry_url names no folder of this machine: give file:///path")
    return Path(url2pathname(path))


class FolderSource:
    """A :class:`FactSource`; a missing folder is like a registry that is down."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def facts(self, shard: int, position: int) -> list[str]:
        """What is behind the last line feed is being written."""
        data = await self._read(f"facts/{shard_name(shard)}") or b""
        return data.decode("utf-8", "replace").split("\n")[:-1][position - 1 :]

    async def key_set(self, version: int) -> bytes | None:
        """See :class:`FactSource`."""
        return await self._read(f"keys/{version}")

    async def heartbeat(self) -> bytes:
        """See :class:`FactSource`."""
        note = await self._read("heartbeat")
        if note is None:
            raise FactSourceError(404, "no heartbeat yet")
        return note

    async def state_note(self) -> bytes | None:
        """See :class:`FactSource`."""
        return await self._read("state/note")

    async def state_node(self, hashed: bytes) -> bytes | None:
        """See :class:`FactSource`."""
        return await self._read(f"state/{hashed.hex()}")

    async def send_receipt(self, note: bytes) -> None:
        """See :class:`FactSource`."""
        raise FactSourceError(0, "a folder takes no receipts")

    async def close(self) -> None:
        """See :class:`FactSource`."""

    async def _read(self, name: str) -> bytes | None:
        return await asyncio.to_thread(self._read_file, name)

    def _read_file(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError as error:
            if self._folder.is_dir():
                return None
            raise FactSourceError(0, "the folder is missing") from error
        except OSError as error:
            raise FactSourceError(0, f"{type(error).__name__}: {error}") from error
