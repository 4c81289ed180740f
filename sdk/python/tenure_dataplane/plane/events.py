"""Tells listeners; one that raises is reported to the event loop and never stops the reader."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias

EventName: TypeAlias = Literal["applied", "snapshot", "refused", "freshness", "journal"]


class Events:
    """Synchronous: what was told is told in order."""

    def __init__(self) -> None:
        self._listeners: Final[dict[EventName, dict[object, Callable[[Any], None]]]] = {
            "applied": {},
            "snapshot": {},
            "refused": {},
            "freshness": {},
            "journal": {},
        }

    def on(self, event: EventName, listener: Callable[[Any], None]) -> Callable[[], None]:
        """Gives the function that stops listening."""
        key = object()
        self._listeners[event][key] = listener

        def stop() -> None:
            self._listeners[event].pop(key, None)

        return stop

    def emit(self, event: EventName, value: object) -> None:
        """Calls all listeners."""
        for listener in tuple(self._listeners[event].values()):
            try:
                listener(value)
            except Exception as error:
                context = {"message": f"a listener of {event!r} raised", "exception": error}
                asyncio.get_running_loop().call_exception_handler(context)
