"""Visitors who ask at a rate, in a process of their own: `python -m bench.verification_client`.

Told on standard input where, what and how fast; prints how long the answers took, each from the
moment at which its request was due.
"""

import asyncio
import json
import sys
from collections import Counter
from time import perf_counter
from typing import Any

CONNECTIONS = 20
CALLERS = 2_000
"""Addresses that the visitors are told to have."""
TIMEOUT = 30.0


async def visited(
    given: dict[str, Any], number: int, begin: float
) -> tuple[list[float], Counter[str]]:
    """One connection: the seconds of each answer, and the statuses."""
    reader, writer = await asyncio.open_connection("127.0.0.1", given["port"])
    every = CONNECTIONS / given["rate"]
    due = begin + every * number / CONNECTIONS
    turns = int(given["seconds"] / every)
    paths: list[str] = given["paths"]
    took: list[float] = []
    statuses: Counter[str] = Counter()
    for turn in range(turns):
        request = turn * CONNECTIONS + number
        caller = f"10.0.{request % CALLERS // 250}.{request % 250}"
        await asyncio.sleep(max(0.0, due - perf_counter()))
        writer.write(
            f"GET {paths[request % len(paths)]} HTTP/1.1\r\nHost: site\r\n"
            f"Accept: {given['accept']}\r\nX-Forwarded-For: {caller}\r\n\r\n".encode()
        )
        async with asyncio.timeout(TIMEOUT):
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            await reader.readexactly(length)
        took.append(perf_counter() - due)
        statuses[head.split(b" ", 2)[1].decode()] += 1
        due += every
    writer.close()
    return took, statuses


async def run(given: dict[str, Any]) -> dict[str, Any]:
    """All connections at once."""
    begin = perf_counter() + 0.1
    done = await asyncio.gather(*(visited(given, each, begin) for each in range(CONNECTIONS)))
    took = sorted(seconds for of_one, _ in done for seconds in of_one)
    statuses: Counter[str] = Counter()
    for _, of_one in done:
        statuses += of_one
    return {
        "asked": len(took),
        "wall": perf_counter() - begin,
        "middle": took[len(took) // 2],
        "late": took[min(len(took) - 1, len(took) * 99 // 100)],
        "worst": took[-1],
        "statuses": statuses,
    }


if __name__ == "__main__":
    json.dump(asyncio.run(run(json.load(sys.stdin))), sys.stdout)
