"""Background work ends when it is told to."""

from __future__ import annotations

import asyncio
import threading
import unittest
from contextlib import suppress
from unittest.mock import patch

from tenure_dataplane.plane import tasks as tasks_module
from tenure_dataplane.plane.http_lane import FactSourceError, HttpLane
from tenure_dataplane.plane.http_source import HttpSource
from tenure_dataplane.plane.tasks import Tasks


async def deaf(times: int) -> None:
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if times == 0:
                raise
            times -= 1


class TasksTest(unittest.IsolatedAsyncioTestCase):
    async def test_one_that_swallows_its_cancellation_is_cancelled_again(self) -> None:
        tasks = Tasks()
        running = tasks.start(deaf(2))
        await asyncio.sleep(0)
        with patch.object(tasks_module, "_CANCEL_AGAIN_S", 0.01):
            await asyncio.wait_for(tasks.close(), 5)
        self.assertTrue(running.cancelled())

    async def test_a_request_is_cancelled_even_when_its_answer_comes_in_that_turn(self) -> None:
        answer = threading.Event()

        def get(*_: object) -> bytes:
            answer.wait(10)
            raise FactSourceError(0, "down")

        source = HttpSource("http://registry.example", "token")
        with patch.object(HttpLane, "get", get):
            asked = asyncio.create_task(self.ask_for_ever(source))
            await asyncio.sleep(0.01)
            answer.set()
            # The thread's answer waits in the loop's queue while nothing here lets go of it.
            source._threads.shutdown(wait=True)
            loop = asyncio.get_running_loop()
            loop.call_soon(lambda: loop.call_soon(asked.cancel))
            await asyncio.wait([asked], timeout=5)
        self.assertTrue(asked.cancelled())
        await source.close()

    async def ask_for_ever(self, source: HttpSource) -> None:
        while True:
            with suppress(FactSourceError):
                await source.heartbeat()
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    unittest.main()
