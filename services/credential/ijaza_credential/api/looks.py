"""How often anybody may look: what is public can be asked for by everybody, and guessed at."""

from fastapi import Request
from ijaza_runtime.errors import TooMany
from ijaza_runtime.web.throttle import Throttle, caller

LOOKS = 300
"""At once, and a minute, from one caller."""
MISS_COST = 20
"""How many looks a guess counts as that finds nothing: fifteen guesses, then fifteen a minute."""
WORK_COST = 10
"""How many looks it counts as to have a file checked, or a credential signed."""
STOPPED_COST = 150
"""How many looks a file counts as whose reading had to be stopped: two, then one in half a
minute."""


class Gate:
    """Counts the looks of each caller. What a look turns out to cost is charged afterwards."""

    def __init__(self) -> None:
        self._throttle = Throttle(burst=LOOKS, per_minute=LOOKS)

    def wait(self, request: Request, cost: float = 1) -> float:
        """Seconds until this may be asked; 0 if it may be now."""
        return self._throttle.wait(caller(request), cost)

    def missed(self, request: Request) -> None:
        """What was asked for was not found."""
        self.charge(request, MISS_COST)

    def charge(self, request: Request, cost: float) -> None:
        """What was asked for costs so much, in place of one look."""
        self._throttle.charge(caller(request), cost - 1)


def too_many(seconds: float) -> TooMany:
    """The refusal for whoever asks too often."""
    return TooMany(
        "too-many-requests",
        "Too many requests from your network: the header Retry-After says how many seconds to "
        "wait.",
        seconds,
    )
