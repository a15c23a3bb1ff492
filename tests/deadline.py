"""Waiting for something to become so, up to a deadline."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

import pytest


async def eventually(true: Callable[[], Awaitable[bool]], seconds: float = 30.0) -> None:
    """Ask again and again until the answer is yes; fail the test if it is not in time."""
    deadline = monotonic() + seconds
    while not await true():
        if monotonic() > deadline:
            pytest.fail(f"not so within {seconds:g} s")
        await asyncio.sleep(0.05)
