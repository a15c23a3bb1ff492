"""Any order, any duplication, any batch split, any revision of the edition and any crash point
give the same state and the same certificates, none twice and none lost: of the services together.

The services are put together as they run, over the adapters in memory; only pages and HTTP routes
are stood in for. Enrollment's facts are published as they stand, for it hears of nobody.
"""

import asyncio
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from fastapi import APIRouter
from hypothesis import given, settings
from hypothesis import strategies as st
from ijaza_assessment import main as assessment
from ijaza_attendance import main as attendance
from ijaza_credential import main as credential
from ijaza_credential.documents import pdf
from ijaza_credential.documents.subject import CertificateFacts
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.service import provision

from tests.properties.chain import PARTITIONS, PLACES, SERVICES, Chain, Crash, Turn
from tests.properties.chain_edition import (
    AWARDS,
    CLOSED_AT,
    PARTICIPANTS,
    POISON,
    Fact,
    Issue,
    Order,
    Poison,
    annulled,
    at,
    closed,
    credited,
    excused,
    facts,
    poisons,
    published,
    recorded,
    rescored,
    scan,
    withdrawn,
)
from tests.properties.chain_outcome import (
    Outcome,
    certificates,
    entitled,
    outcome_of,
    over,
    said_of_certificates,
)

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Place:
    """The folder of the issuer's keys, the same for every course."""

    keys: Path
    access: AccessKeys

    async def chain(self, crashes: Sequence[Crash] = ()) -> Chain:
        """Services of which nobody has heard anything."""
        chain = Chain(self.keys, self.access, crashes)
        await provision(chain.bus, SERVICES, PARTITIONS)
        return chain


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The issuer's keys."""
    keys = tmp_path_factory.mktemp("keys")
    return Place(keys, AccessKeys.load_or_create(keys))


@pytest.fixture(autouse=True, scope="module")
def _what_takes_long_is_made_short() -> Iterator[None]:
    """A page is a digest of what it says and of the credential in it; of HTTP there are no routes.

    Otherwise these two would take most of the time, of which the first property needs much.
    """

    def page(facts: CertificateFacts, credential: bytes, *_: object) -> bytes:
        return sha256(repr(facts).encode() + credential).digest()

    def no_routes(**_parts: object) -> APIRouter:
        return APIRouter()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "render_pdf", page)
        patch.setattr(attendance, "routers", lambda _rooms: [])
        for service in (assessment, credential):
            patch.setattr(service, "router", no_routes)
        yield


@pytest.fixture(scope="module")
def undisturbed(place: Place) -> dict[Issue, Outcome]:
    """What comes of the edition if everything is known at once and nothing ends."""

    async def course(issue: Issue) -> Outcome:
        chain = await place.chain()
        await chain.tell(facts(issue))
        await chain.drain()
        await chain.tell([closed()])
        await chain.drain()
        return await outcome_of(chain)

    return {issue: asyncio.run(course(issue)) for issue in AWARDS}


turns = st.builds(Turn, st.sampled_from(SERVICES), st.sampled_from([0, 0, 1]))
crashes = st.lists(
    st.builds(Crash, st.sampled_from(SERVICES), st.sampled_from(PLACES), st.integers(1, 4)),
    max_size=8,
)


@dataclass(frozen=True)
class Course:
    """In which order facts become known, how many at once, and whose turn it is in between."""

    facts: Sequence[Fact]
    batches: Sequence[tuple[int, Sequence[Turn]]]
    crashes: Sequence[Crash]


@st.composite
def courses(draw: st.DrawFn, issue: Issue) -> Course:
    """Facts in any order, some more than once, and poison among them."""
    once = facts(issue)
    repeated = draw(st.lists(st.sampled_from(once), max_size=10))
    poison = poisons()
    places = draw(st.lists(st.sampled_from(range(len(poison))), max_size=5, unique=True))
    shuffled = draw(st.permutations([*once, *repeated, *(poison[each] for each in places)]))
    return Course(
        _orders_in_order(shuffled, once),
        draw(st.lists(st.tuples(st.integers(1, 20), st.lists(turns, max_size=4)), max_size=12)),
        draw(crashes),
    )


def _orders_in_order(shuffled: Sequence[Fact], once: Sequence[Fact]) -> list[Fact]:
    """The same, with orders to one service about one person in their order, where they are due."""
    orders = [each for each in shuffled if isinstance(each, Order)]
    ordered = _by_person(sorted(orders, key=once.index))
    return [
        ordered[each.service, each.participant].pop(0) if isinstance(each, Order) else each
        for each in shuffled
    ]


def _by_person(orders: Sequence[Order]) -> dict[tuple[str, str], list[Order]]:
    """Orders by service and person."""
    found: dict[tuple[str, str], list[Order]] = {}
    for order in orders:
        found.setdefault((order.service, order.participant), []).append(order)
    return found


async def take(chain: Chain, course: Course) -> None:
    """Let a course come to pass, up to the closing; all is quiet at the end."""
    told = 0
    for count, between in course.batches:
        await chain.tell(course.facts[told : told + count])
        told += count
        for turn in between:
            await chain.turn(turn)
    await chain.tell(course.facts[told:])
    await chain.drain()


def test_the_undisturbed_course_gives_somebody_each_certificate(
    undisturbed: dict[Issue, Outcome],
) -> None:
    """What the properties compare with says something."""
    for issue, outcome in undisturbed.items():
        assert outcome.awards == AWARDS[issue]
        assert len(outcome.documents) == len(outcome.awards)


@pytest.mark.parametrize("issue", AWARDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_any_course_gives_the_same(
    issue: Issue, place: Place, undisturbed: dict[Issue, Outcome], data: st.DataObject
) -> None:
    """Given all facts by the closing, then states, certificates and documents are the same.

    What is published before the closing may differ in ways that `chain_outcome` tells.
    """
    course = data.draw(courses(issue))

    async def scenario() -> None:
        chain = await place.chain(course.crashes)
        await take(chain, course)
        await chain.tell([closed()])
        await chain.drain()

        assert chain.unheard == []
        assert chain.unsent() == []
        assert await outcome_of(chain) == undisturbed[issue]
        mixed_in = [each for each in course.facts if isinstance(each, Poison)]
        assert await chain.poisons_laid_aside() == {
            name: {each.record.headers[POISON] for each in mixed_in if name in each.services}
            for name in SERVICES
        }

    asyncio.run(scenario())


@st.composite
def corrections(draw: st.DrawFn) -> list[Fact]:
    """What becomes known after the closing, one thing at a time."""
    count = draw(st.integers(1, 6))
    return [draw(_correction(place)) for place in range(1, count + 1)]


def _correction(place: int) -> st.SearchStrategy[Fact]:
    """One thing that becomes known on the `place`-th day after the closing."""
    when, ref = CLOSED_AT + timedelta(days=place), f"late-{place}"
    person = st.sampled_from(PARTICIPANTS[:-1])
    tested, first = st.sampled_from(["m1", "m2"]), st.just(1)
    sessions = st.sampled_from(["m1-d1", "m2-d1", "m2-d2", "m3-d1"])
    time, name = st.just(when), st.just(ref)
    return st.one_of(
        st.builds(rescored, person, tested, first, st.sampled_from([20, 99]), time, name),
        st.builds(annulled, person, tested, first, time, name),
        st.builds(credited, person, sessions, st.sampled_from([0, 60, 240]), time, name),
        st.builds(excused, person, sessions, time, name),
        st.builds(scan, person, st.just("out"), st.just(at(9, "20:00")), st.just("m2-d2"), name),
        st.builds(recorded, person, st.sampled_from(["A", "B"]), st.just(place + 2), time),
        st.builds(withdrawn, person, time),
        st.builds(
            published,
            st.just(place + 3),
            st.just("automatic"),
            st.lists(sessions, max_size=2),
        ),
    )


@given(later=corrections(), crashes=crashes, between=st.lists(turns, max_size=4))
@settings(max_examples=25, deadline=None)
def test_after_the_closing_certificates_form_a_line_and_follow_what_holds(
    later: list[Fact], crashes: list[Crash], between: list[Turn], place: Place
) -> None:
    """Versions are 1…n, each linked to the one before; who is entitled has exactly one valid
    certificate, of the kind that is earned, and nobody else has one.

    How many certificates follow upon a revision may differ with the course: credential may learn
    of it before or after the seconds that it leads to.
    """

    async def scenario() -> None:
        chain = await place.chain()
        await chain.tell(facts("automatic"))
        await chain.drain()
        await chain.tell([closed()])
        await chain.drain()
        chain.expect(crashes)
        said: dict[str, bytes] = {}

        for fact in later:
            await chain.tell([fact])
            for turn in between:
                await chain.turn(turn)
            await chain.drain()

            assert chain.unheard == []
            assert chain.unsent() == []
            before, said = said, await said_of_certificates(chain)
            assert before.items() <= said.items(), "nothing that was issued is deleted"
            await check_lines(chain)

    asyncio.run(scenario())


@pytest.mark.parametrize("issue", AWARDS)
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_a_closing_before_the_last_facts_gives_the_same_awards(
    issue: Issue, place: Place, undisturbed: dict[Issue, Outcome], data: st.DataObject
) -> None:
    """Certificates of too early a closing are made good until each is held by who has earned it.

    How many that takes depends on the course; who holds which in the end does not.
    """
    course = data.draw(courses(issue))
    early = data.draw(st.integers(0, len(course.facts)))
    told = [*course.facts[:early], closed(), *course.facts[early:]]

    async def scenario() -> None:
        chain = await place.chain(course.crashes)
        await take(chain, replace(course, facts=told))

        assert (await outcome_of(chain)).awards == undisturbed[issue].awards
        await check_lines(chain, waiting=AWARDS["automatic"].keys() - AWARDS[issue].keys())

    asyncio.run(scenario())


async def check_lines(chain: Chain, waiting: Set[str] = frozenset()) -> None:
    """Certificates form a line; `waiting` are those whose first one nobody has approved."""
    held, ended = {}, await over(chain)
    for name, issued in (await certificates(chain)).items():
        ids = [each.credential_id for each in issued]
        assert [each.version for each in issued] == list(range(1, len(issued) + 1))
        assert [each.predecessor for each in issued] == [None, *ids][: len(issued)]
        assert ended.issuperset(ids[:-1]), "all but the last are over"
        if issued and ids[-1] not in ended:
            held[name] = issued[-1].certificate
    earned = await entitled(chain)
    assert held == {name: award for name, award in earned.items() if name not in waiting}
