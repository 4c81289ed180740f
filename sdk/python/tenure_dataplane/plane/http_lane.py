"""One kept-alive HTTP connection, used by one thread at a time (standard library)."""

from __future__ import annotations

import http.client
import socket
import time
from contextlib import suppress
from typing import Final
from urllib.parse import SplitResult

REQUEST_TIMEOUT_S: Final = 10.0
_CHUNK_BYTES: Final = 256 * 1024


class FactSourceError(Exception):
    """The registry did not answer as its API does; ``status`` 0: no such answer at all."""

    code: Final = "facts-unavailable"

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status: Final = status


class HttpLane:
    """Blocking; :meth:`abort` may be called from another thread and ends a request under way."""

    def __init__(self, base: SplitResult, headers: dict[str, str]) -> None:
        kind = http.client.HTTPSConnection if base.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(base.hostname or "", base.port, timeout=REQUEST_TIMEOUT_S)
        self._headers: Final = headers
        self._aborted = False

    def get(self, target: str, max_bytes: int) -> bytes:
        """Body of a 200; raises :class:`FactSourceError` for anything else. No redirects."""
        try:
            reused = self._connection.sock is not None
            try:
                return self._request(target, max_bytes)
            except (http.client.RemoteDisconnected, ConnectionError):
                # A connection that was kept may have ended meanwhile; a new one has no excuse.
                self._connection.close()
                if not reused or self._aborted:
                    raise
                return self._request(target, max_bytes)
        except FactSourceError:
            self._connection.close()
            raise
        except (OSError, ValueError, http.client.HTTPException) as error:
            self._connection.close()
            raise FactSourceError(0, f"{type(error).__name__}: {error}") from error

    def abort(self) -> None:
        """Also ends what is being read now."""
        self._aborted = True
        open_socket: socket.socket | None = self._connection.sock
        if open_socket is not None:
            with suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Only when no request is under way."""
        self._connection.close()

    def _request(self, target: str, max_bytes: int) -> bytes:
        deadline = time.monotonic() + REQUEST_TIMEOUT_S
        self._connection.request("GET", target, headers=self._headers)
        response = self._connection.getresponse()
        if response.status != 200:
            self._connection.close()
            raise FactSourceError(response.status, f"status {response.status} for {target}")
        parts: list[bytes] = []
        size = 0
        while chunk := response.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > max_bytes:
                raise FactSourceError(0, f"more than {max_bytes} bytes")
            if time.monotonic() > deadline:
                raise FactSourceError(0, "too slow")
            parts.append(chunk)
        return b"".join(parts)
