"""How a room is shown: as one answer, and as events of a stream."""

from datetime import datetime
from itertools import count

from fastapi.sse import format_sse_event
from pydantic import BaseModel

from ijaza_attendance.api.bundle_shown import TitlesShown
from ijaza_attendance.domain.room import Room, Seat, Status, changed
from ijaza_attendance.domain.times import instant


class CountsShown(BaseModel):
    """How many people have each status; `arrived_late` are among `inside` and `left`."""

    inside: int
    late: int
    absent: int
    left: int
    expected: int
    excused: int
    arrived_late: int


class SeatShown(BaseModel):
    """One person. `since` is when `inside` or `left` began, null for others; names are empty, and
    `number` 0, while they are not known.
    """

    participant: str
    number: int
    name_en: str
    name_ar: str
    status: Status
    since: datetime | None
    arrived_at: datetime | None
    arrived_late: bool


class RoomShown(BaseModel):
    """Everybody of a session as of `at`, by badge number; the title is the module's."""

    edition: str
    session: str
    module: str
    title: TitlesShown
    start: datetime
    end: datetime
    timezone: str
    cancelled: bool
    revision: int
    at: datetime
    counts: CountsShown
    people: list[SeatShown]


class SeatChanged(BaseModel):
    """The data of an event `change`: one person as they are now, and all counts."""

    at: datetime
    counts: CountsShown
    person: SeatShown


class SeatGone(BaseModel):
    """The data of an event `gone`: somebody who is no longer of the room, and all counts."""

    at: datetime
    counts: CountsShown
    participant: str


def shown(room: Room) -> RoomShown:
    """A room as it is answered."""
    programme, sitting = room.programme, room.sitting
    return RoomShown(
        edition=programme.edition,
        session=sitting.session,
        module=sitting.module,
        title=TitlesShown(en=sitting.title.get("en", ""), ar=sitting.title.get("ar", "")),
        start=instant(sitting.start),
        end=instant(sitting.end),
        timezone=programme.timezone,
        cancelled=sitting.cancelled,
        revision=programme.revision,
        at=instant(room.at),
        counts=_counts(room),
        people=[_seat(seat) for seat in room.seats.values()],
    )


class Wording:
    """Writes events of streams, each with a number of its own."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def whole(self, room: Room) -> bytes:
        """The event `snapshot`: the room as it is."""
        return self._event("snapshot", shown(room))

    def news(self, before: Room, after: Room) -> list[bytes]:
        """An event for each person whose place is another one."""
        at, counts = instant(after.at), _counts(after)
        seats, gone = changed(before, after)
        return [
            *(
                self._event("change", SeatChanged(at=at, counts=counts, person=_seat(seat)))
                for seat in seats
            ),
            *(
                self._event("gone", SeatGone(at=at, counts=counts, participant=participant))
                for participant in gone
            ),
        ]

    def _event(self, name: str, data: BaseModel) -> bytes:
        return format_sse_event(
            event=name, data_str=data.model_dump_json(), id=str(next(self._numbers))
        )


def _counts(room: Room) -> CountsShown:
    return CountsShown(**room.counts, arrived_late=room.arrived_late)


def _seat(seat: Seat) -> SeatShown:
    return SeatShown(
        participant=seat.participant,
        number=seat.number,
        name_en=seat.name_en,
        name_ar=seat.name_ar,
        status=seat.status,
        since=None if seat.since is None else instant(seat.since),
        arrived_at=None if seat.arrived is None else instant(seat.arrived),
        arrived_late=seat.arrived_late,
    )
