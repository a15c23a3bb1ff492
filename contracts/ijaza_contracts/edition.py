"""An edition as its programme office defines it: the rules that every decision is made under.

The fields are those of `edition.yaml`, with every time as an instant in UTC. A definition is
published whole with each revision, so that whoever holds the newest one needs nothing else.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Text = dict[str, str]
"""The same words in several languages, by ISO 639-1 code."""

Identifier = Annotated[str, Field(min_length=1, max_length=200)]


class Part(BaseModel):
    """A frozen piece of a contract; a reader ignores what a newer writer adds."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Interval(Part):
    """A stretch of time without attendance inside a session."""

    start: AwareDatetime
    end: AwareDatetime


class Session(Part):
    """One sitting of a module. A cancelled session keeps its place and its scans.

    `merged_into` is empty but for a cancelled session that became part of another one of its
    module: there it names that one, which is merged into none, and whatever is assigned to this
    session by name or by nearness counts for that one.
    """

    id: Identifier
    start: AwareDatetime
    end: AwareDatetime
    breaks: tuple[Interval, ...] = ()
    cancelled: bool = False
    merged_into: Annotated[str, Field(max_length=200)] = ""


class Test(Part):
    """The test after a module: `attempts` tries, passed at `pass_mark` of `max_score`."""

    pass_mark: Decimal
    max_score: Decimal
    attempts: int


class Resource(Part):
    """A knowledge product for learners."""

    title: Text
    language: str = ""
    kind: str = ""
    url: str = ""


class Happening(Part):
    """An entry of the edition's calendar that takes no attendance."""

    title: Text
    start: AwareDatetime
    end: AwareDatetime | None = None
    place: Text = {}


class GlossaryTerm(Part):
    """A term and its explanation, by language."""

    term: Text
    definition: Text


class Module(Part):
    """A module: its sessions in order, and its test if it has one."""

    id: Identifier
    title: Text
    sessions: tuple[Session, ...]
    test: Test | None = None
    resources: tuple[Resource, ...] = ()


class Organisation(Part):
    """An organiser, a funder or an instructor."""

    id: str = ""
    name: Text
    organiser: str = ""


class Issuer(Part):
    """Who signs the certificates; `did_host` is the host of its did:web identifier."""

    did_host: str
    name: Text
    url: str = ""
    email: str = ""


class Place(Part):
    """Where the edition is taught; `country` is ISO 3166-1 alpha-2."""

    name: Text
    city: Text = {}
    country: str = ""


class Preference(Part):
    """Classes of a column's values, best first; a value in none comes last."""

    column: str
    order: tuple[tuple[str, ...], ...]


class SeatLimit(Part):
    """At most `seats` selected among those with the same value in column `per`."""

    per: str
    seats: int


class Selection(Part):
    """How applicants are chosen. An edition without it is a roster: everybody takes part."""

    capacity: int
    require: dict[str, tuple[str, ...]] = {}
    prefer: tuple[Preference, ...] = ()
    at_most: tuple[SeatLimit, ...] = ()
    promote_until: AwareDatetime


class AttendanceRule(Part):
    """How scans are read: see *Presence* in the rules of an edition's files."""

    record: Literal["in-out", "in-only"] = "in-out"
    missing_out: Literal["review", "credit_to_end"] = "review"


class AttendanceRequirement(Part):
    """What must be attended of every module: both bounds hold where both are given."""

    min_percent: Decimal | None = None
    min_hours: Decimal | None = None


class Requirements(Part):
    """What a certificate asks for."""

    attendance: AttendanceRequirement | None = None
    tests: Literal["all_passed", "none"] = "none"


class Certificate(Part):
    """A kind of certificate that the edition gives."""

    id: Identifier
    kind: Literal["completion", "participation", "attendance"]
    title: Text
    requires: Requirements = Requirements()


class Edition(Part):
    """One edition of a programme: calendar, rules and what is printed on its certificates."""

    id: Identifier
    title: Text
    subtitle: Text = {}
    timezone: str
    languages: tuple[str, ...]
    issuer: Issuer
    organisers: tuple[Organisation, ...]
    funders: tuple[Organisation, ...] = ()
    instructors: tuple[Organisation, ...] = ()
    place: Place
    themes: tuple[str, ...] = ()
    sdgs: tuple[int, ...] = ()
    selection: Selection | None = None
    attendance: AttendanceRule = AttendanceRule()
    modules: tuple[Module, ...]
    certificates: tuple[Certificate, ...]
    issue: Literal["automatic", "on_approval"] = "automatic"
    approvers: Literal[1, 2] = 1
    on_change: Literal["at_once", "propose"] = "at_once"
    settle_hours: Decimal = Decimal(48)
    ceremony: date | None = None
    resources: tuple[Resource, ...] = ()
    events: tuple[Happening, ...] = ()
    glossary: tuple[GlossaryTerm, ...] = ()
