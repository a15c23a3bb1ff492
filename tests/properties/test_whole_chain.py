"""Any order, any duplication, any batch split, any revision of the edition and any crash point
give the same state and the same certificates, none twice and none lost: of the services together.

The services are put together as they run, over the adapters in memory. Of the documents, the page
alone is another: to set one takes longer than all the rest of an example.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ijaza_credential import desk
from ijaza_credential.documents.subject import CertificateFacts
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.service import provision

from tests.properties import chain_edition as given_edition
from tests.properties.chain import PARTITIONS, PLACES, SERVICES, Chain, Crash, Turn
from tests.properties.chain_edition import (
    AWARDS,
    CLOSED_AT,
    PARTICIPANTS,
    Fact,
    Issue,
    Order,
    Poison,
    closed,
    facts,
    poisons,
)
from tests.properties.chain_outcome import (
    Outcome,
    certificates,
    entitled,
    outcome_of,
    over,
    states_of,
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
def _a_page_that_is_set_at_once() -> Any:
    """A page is a digest of what it says and of the credential in it."""

    def page(facts: CertificateFacts, credential: bytes) -> bytes:
        return sha256(repr(facts).encode() + credential).digest()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk, "render_pdf", page)
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
    poisoned = draw(st.lists(st.sampled_from(poisons()), max_size=5, unique_by=id))
    shuffled = draw(st.permutations([*once, *repeated, *poisoned]))
    return Course(
        _orders_in_order(shuffled, once),
        draw(st.lists(st.tuples(st.integers(1, 20), st.lists(turns, max_size=4)), max_size=12)),
        draw(crashes),
    )


def _orders_in_order(shuffled: Sequence[Fact], once: Sequence[Fact]) -> list[Fact]:
    """The same, with orders to one service about one person in their order, where they are due."""
    ordered = iter_by_person(
        sorted((each for each in shuffled if isinstance(each, Order)), key=once.index)
    )
    return [
        ordered[each.service, each.participant].pop(0) if isinstance(each, Order) else each
        for each in shuffled
    ]


def iter_by_person(orders: Sequence[Order]) -> dict[tuple[str, str], list[Order]]:
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
@settings(max_examples=40, deadline=None)
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
        laid = {each for each in course.facts if isinstance(each, Poison)}
        assert await chain.poisons_laid_aside() == {
            name: {each.record.headers["poison"] for each in laid if name in each.services}
            for name in SERVICES
        }

    asyncio.run(scenario())
