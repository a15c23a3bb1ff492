"""A hundred kiosks that send batches, in a process of their own: `python -m bench.scans_client`.

Told on standard input where, what and how fast; prints how long the answers took. At a
rate of so many scans a second each kiosk sends at its own moments whatever the answers take, and
an answer's time counts from the moment at which its batch was due. Without one each sends the
next batch as soon as the last was answered.
"""

import asyncio
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from time import perf_counter
from typing import Any

from bench.scans_world import BATCH, KIOSKS, Kiosk

TIMEOUT = 60.0
TOLD_EVERY = 100_000
"""Scans after which is said how many are acknowledged."""


class Line:
    """One connection of one kiosk."""

    def __init__(self, given: dict[str, Any], number: int, tell: Callable[[], None]) -> None:
        self._kiosk = Kiosk(number)
        self._given = given
        self._tell = tell
        kind: str = given["kind"]
        bodies = {"fleet": Kiosk.fleet_requests, "bare": Kiosk.fleet_requests}
        self._bodies: Iterator[bytes] = bodies.get(kind, Kiosk.signed_requests)(self._kiosk)
        self._token = given["tokens"][number]

    def _request(self) -> bytes:
        body = next(self._bodies)
        head = (
            f"POST {self._given['path']} HTTP/1.1\r\nHost: kiosks\r\n"
            f"Authorization: Bearer {self._token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        )
        signature = self._kiosk.signature(body) if self._given["kind"] == "signed" else ""
        return f"{head}{signature}\r\n".encode() + body

    async def send(self, batches: int, begin: float) -> tuple[list[float], Counter[int]]:
        """Send so many batches; the seconds of each answer, and the statuses."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._given["port"])
        rate: float = self._given["rate"]
        every = KIOSKS * BATCH / rate if rate else 0.0
        due = begin + random.random() * every
        took: list[float] = []
        statuses: Counter[int] = Counter()
        for _ in range(batches):
            request = self._request()
            await asyncio.sleep(max(0.0, due - perf_counter()))
            since = due if rate else perf_counter()
            writer.write(request)
            async with asyncio.timeout(TIMEOUT):
                statuses[await _status(reader)] += 1
            took.append(perf_counter() - since)
            self._tell()
            due += every
        writer.close()
        return took, statuses


async def _status(reader: asyncio.StreamReader) -> int:
    """Read one answer to its end; its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])


async def run(given: dict[str, Any]) -> dict[str, Any]:
    """All kiosks at once."""
    begin = perf_counter()
    each = given["scans"] // (BATCH * KIOSKS)
    batches = count(1)

    def tell() -> None:
        if (scans := BATCH * next(batches)) % TOLD_EVERY == 0:
            print(json.dumps({"acknowledged": scans}), flush=True)

    done = await asyncio.gather(
        *(Line(given, number, tell).send(each, begin) for number in range(KIOSKS))
    )
    wall = perf_counter() - begin
    statuses: Counter[int] = Counter()
    for _, of_one in done:
        statuses += of_one
    took = sorted(seconds for of_one, _ in done for seconds in of_one)
    return {
        "wall": wall,
        "middle": took[len(took) // 2],
        "late": took[min(len(took) - 1, len(took) * 99 // 100)],
        "refused": statuses.total() - statuses[200],
    }


if __name__ == "__main__":
    json.dump(asyncio.run(run(json.load(sys.stdin))), sys.stdout)
