"""Named points between the steps of handling, where a test can end the process.

`IJAZA_FAILPOINT=saved:3` kills this process, as `kill -9` does, at its third arrival at `saved`.
"""

import os
import signal
from collections.abc import Callable

STEPS = ("polled", "folded", "saved", "published", "marked", "committed", "projected")
"""Where the steps of a batch end, in their order; the last is a projector's, before its commit."""

Step = Callable[[str], None]


def nowhere(step: str) -> None:
    """Pass every point."""


def from_environment(value: str) -> Step:
    """What `IJAZA_FAILPOINT` asks for. Raises `ValueError` if it is no step and count."""
    if not value:
        return nowhere
    name, _, count = value.partition(":")
    if name not in STEPS or not (count or "1").isdecimal():
        raise ValueError(
            "IJAZA_FAILPOINT: expected a step, or a step, a colon and a count; the steps are "
            f"{', '.join(STEPS)}"
        )
    left = int(count or "1")

    def step(reached: str) -> None:
        nonlocal left
        if reached == name:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return step
