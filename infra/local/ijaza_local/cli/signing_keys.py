"""What `ijaza keys` does."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from ijaza_credential.reissuing import Order
from ijaza_runtime.addresses import is_embedded, open_bus
from ijaza_runtime.service import provision
from ijaza_runtime.settings import RuntimeSettings

from ijaza_local.cli.console import complain, print_json, say
from ijaza_local.cli.places import place
from ijaza_local.operate.reissuing import Reissued, reissue_all
from ijaza_local.operate.signing_keys import Deed, KeyOffice, Shown
from ijaza_local.services import NAMES, running

T = TypeVar("T")


def list_all(out: Path | None, *, as_json: bool) -> None:
    """Print every key."""
    _print(_on(out, lambda office: office.listed()), as_json=as_json)


def rotate(out: Path | None, actor: str, reference: str, *, as_json: bool) -> None:
    """Announce the next key, and print it."""
    key = _on(out, lambda office: office.rotate(deed_of(actor), reference))
    _print([key], as_json=as_json)
    complain(
        f"Give every process of credential the file of {key.key_id}, and put it into the backup: "
        "who has it not signs with an older one until then."
    )


def retire(
    out: Path | None,
    key_id: str,
    deed: Deed,
    *,
    compromised: bool,
    anyway: bool,
    as_json: bool,
) -> None:
    """End a key, and print it."""
    key = _on(
        out, lambda office: office.retire(key_id, deed, compromised=compromised, anyway=anyway)
    )
    _print([key], as_json=as_json)


def reissue(out: Path, key_id: str, order: Order, *, as_json: bool) -> None:
    """Issue anew what a key signed in an OUT, and print how many those are."""

    async def done(configured: RuntimeSettings) -> Reissued:
        async with running(
            bus_url=configured.bus_url,
            store_url=configured.store_url,
            keys=configured.keys,
            partitions=configured.partitions,
            member="run",
        ) as services:
            return await reissue_all(services, key_id, order)

    with place(out) as configured:
        came = asyncio.run(done(configured))
    if as_json:
        print_json({"reissued": came.reissued, "skipped": came.skipped})
        return
    say((str(came.reissued), "bold"), " issued anew")
    for code, number in sorted(came.skipped.items()):
        say((str(number), "bold"), f" passed over: {code}")
    if came.reissued:
        complain("`ijaza run` writes the new files.")


def order_of(actor: str, reason: str) -> Order:
    """What somebody orders now."""
    return Order(actor=actor, at=datetime.now(UTC).replace(microsecond=0), reason=reason)


def deed_of(actor: str, reason: str = "") -> Deed:
    """What somebody does now."""
    return Deed(actor=actor, at=datetime.now(UTC).replace(microsecond=0), reason=reason)


def _on(out: Path | None, work: Callable[[KeyOffice], Awaitable[T]]) -> T:
    with place(out) as configured:
        return asyncio.run(_opened(configured, work))


async def _opened(configured: RuntimeSettings, work: Callable[[KeyOffice], Awaitable[T]]) -> T:
    bus = open_bus(configured.bus_url, kafka=configured.kafka)
    try:
        if is_embedded(configured.bus_url):
            # A bus of an older release has no topic of keys yet.
            await provision(bus, NAMES, configured.partitions)
        office = KeyOffice(bus, configured.keys)
        try:
            return await work(office)
        finally:
            await office.close()
    finally:
        await bus.close()


def _print(shown: Sequence[Shown], *, as_json: bool) -> None:
    if as_json:
        print_json([asdict(each) for each in shown])
        return
    for each in shown:
        notes = [
            each.state,
            "here" if each.here else "not here",
            *(["signs"] if each.signs else []),
        ]
        say((each.key_id, "bold"), f"  {each.public_key}  {', '.join(notes)}")
