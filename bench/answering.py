"""Waiting for a service to answer."""

from time import perf_counter, sleep

import httpx


def wait_for(address: str, seconds: float = 60.0) -> None:
    """Return once an address answers 200. Raises `TimeoutError` after so many seconds."""
    until = perf_counter() + seconds
    while perf_counter() < until:
        try:
            if httpx.get(address).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        sleep(0.1)
    raise TimeoutError(f"{address} does not answer")
