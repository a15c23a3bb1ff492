"""Credential over HTTP, on a bus and a store in memory, with several participants."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
from ijaza_contracts.envelope import Event
from ijaza_credential.domain.state import changed
from ijaza_credential.main import Desk
from ijaza_credential.storage import COLLECTION, decode, encode

from tests.unit.attendance.office import Office
from tests.unit.credential.given import EDITION, closed, everything, published, recorded

PATH = f"/v1/editions/{EDITION}"


def person(participant: str) -> str:
    """The address of a participant."""
    return f"{PATH}/participants/{participant}"


async def told(office: Office[Desk], *events: Event) -> None:
    """Credential hears of these, and handles them."""
    await office.tell(*events)
    await office.drain()


@asynccontextmanager
async def newest_not_heard_of(office: Office[Desk], participant: str) -> AsyncIterator[None]:
    """For a while it is known that a certificate was superseded, and not yet by which."""
    store = office.parts.store
    document = (await store.load(COLLECTION, [participant]))[participant]
    state = decode(document.body)
    others = {n: each for n, each in state.issued.items() if n < state.last_version}
    fewer = encode(changed(state, issued=others))
    await store.save(COLLECTION, [replace(document, version=document.version + 1, body=fewer)])
    yield
    again = replace(document, version=document.version + 2)
    await store.save(COLLECTION, [again])


def of(participant: str, facts: Iterable[Event]) -> list[Event]:
    """The same facts about another participant."""
    return [each.model_copy(update={"participant": participant}) for each in facts]


def named(participant: str, name: str, version: int = 1) -> Event:
    """What is recorded of a participant."""
    (event,) = of(participant, [recorded(name, name, version=version)])
    return event


def seated(number: int) -> list[Event]:
    """The facts of somebody who meets every requirement, with a number of their own."""
    first, *others = everything()
    return [first.model_copy(update={"number": number}), *others]


async def graduated(office: Office[Desk], names: dict[str, str], **changes: Any) -> None:
    """These people met every requirement of the edition, with changes, and it was closed."""
    await told(office, published(**changes))
    for number, (participant, name) in enumerate(names.items(), start=1):
        facts = of(participant, seated(number))
        await told(office, named(participant, name), *facts)
    await told(office, closed())


def answer(response: httpx.Response) -> Any:
    """What was answered, which must have worked."""
    assert response.status_code == 200, response.text
    return response.json()
