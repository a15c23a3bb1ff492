"""Who is inside a session as far as is known."""

from ijaza_attendance.domain.presence import Slot
from ijaza_attendance.domain.programme import Programme


def inside_since(slot: Slot, programme: Programme) -> int | None:
    """Since when the scans of one session have somebody inside, or None if they are outside.

    Read as presence reads them (formats.md, *Presence*): `in` while outside opens, `out` while
    inside closes; where only entries are recorded, nobody leaves.
    """
    since: int | None = None
    for scan in sorted(slot.scans):
        if scan.direction == "in":
            since = scan.at if since is None else since
        elif programme.record == "in-out":
            since = None
    return since
