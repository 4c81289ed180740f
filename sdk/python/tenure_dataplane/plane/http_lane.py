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
#: Whoever takes a note has nothing to say.
_MAX_REPLY_BYTES: Final = 64 * 1024
_NOTE: Final = {"content-type": "text/plain; charset=utf-8"}
_GOOD: Final = {"GET": (200,), "POST": (200, 201, 202, 204)}


class FactSourceError(Exception):
    """The registry did not answer as its API does; ``status`` 0: no such answer at all."""

    code: Final = "facts-unavailable"

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status: Final = status


class AnswerTooLargeError(FactSourceError):
    """More bytes than such an answer has."""


class HttpLane:
    """Blocking; :meth:`abort` may be called from another thread and ends a request under way."""

    def __init__(self, base: SplitResult, headers: dict[str, str]) -> None:
        kind = http.client.HTTPSConnection if base.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(base.hostname or "", base.port, timeout=REQUEST_TIMEOUT_S)
        self._headers: Final = headers
        self._aborted = False

    def get(self, target: str, max_bytes: int) -> bytes:
        """Body of a 200; raises :class:`FactSourceError` for anything else. No redirects."""
        return self._ask("GET", target, None, max_bytes)

    def post(self, target: str, body: bytes) -> None:
        """Raises :class:`FactSourceError` when it is not taken. What was sent may be sent twice."""
        self._ask("POST", target, body, _MAX_REPLY_BYTES)

    def _ask(self, method: str, target: str, body: bytes | None, max_bytes: int) -> bytes:
        try:
            reused = self._connection.sock is not None
            try:
                return self._request(method, target, body, max_bytes)
            except (http.client.RemoteDisconnected, ConnectionError):
                # A connection that was kept may have ended meanwhile; a new one has no excuse.
                self._connection.close()
                if not reused or self._aborted:
                    raise
                return self._request(method, target, body, max_bytes)
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

    def _request(self, method: str, target: str, body: bytes | None, max_bytes: int) -> bytes:
        deadline = time.monotonic() + REQUEST_TIMEOUT_S
        headers = self._headers if body is None else {**self._headers, **_NOTE}
        self._connection.request(method, target, body, headers)
        response = self._connection.getresponse()
        if response.status not in _GOOD[method]:
            self._connection.close()
            raise FactSourceError(response.status, f"status {response.status} for {target}")
        parts: list[bytes] = []
        size = 0
        while chunk := response.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > max_bytes:
                raise AnswerTooLargeError(0, f"more than {max_bytes} bytes")
            if time.monotonic() > deadline:
                raise FactSourceError(0, "too slow")
            parts.append(chunk)
        return b"".join(parts)
