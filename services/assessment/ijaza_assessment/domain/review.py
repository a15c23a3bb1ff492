"""What a person should look at: formats.md, *Tests* and *Review*."""

from typing import NamedTuple

from ijaza_contracts.attendance import ReviewKind

from ijaza_assessment.domain.programme import Programme
from ijaza_assessment.domain.state import State


class ReviewItem(NamedTuple):
    """Something odd about an attempt; with edition and participant, its four fields are its key."""

    kind: ReviewKind
    session: str
    scan_id: str
    detail: str


def review(state: State, programme: Programme) -> list[ReviewItem]:
    """The attempts above the number allowed, in the order of the items' keys.

    "An attempt above the number allowed raises attempt-over-limit (session and scan_id empty,
    detail `module/attempt`), annulled or not, for everybody who ever takes part."
    """
    if not state.takes_part:
        return []
    return sorted(
        ReviewItem("attempt-over-limit", "", "", slot)
        for slot, attempt in state.attempts.items()
        if (test := programme.tests.get(attempt.module)) and attempt.number > test.attempts
    )
