"""`ijaza replay`."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer
from ijaza_runtime.settings import RuntimeSettings

from ijaza_local.cli.console import Bars, Exit, complain, print_json, say
from ijaza_local.cli.failing import settings
from ijaza_local.operate.replay import Order, Replayed, replay
from ijaza_local.play.phases import PlayError
from ijaza_local.play.state import attached, check_keys, is_out, opened, settings_of

BEGINNING = "beginning"
SHOWN = 20
"""Differences that are printed to a person."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    since: str
    to: str | None
    out: Path | None
    switch: bool

    def order(self, service: str, configured: RuntimeSettings) -> Order:
        """What is to be done, on the stores that the settings name."""
        return Order(
            service=service,
            settings=configured,
            since=_moment(self.since),
            to=self.to,
            switch=self.switch,
        )


def replay_service(service: str, wanted: Wanted, *, as_json: bool) -> None:
    """Rebuild a service's store, and print whether it is equal to the live one."""
    if wanted.to is not None and wanted.switch:
        raise typer.BadParameter("give --switch or --to: IJAZA_STORE_URL switches to an address")
    configured = settings(logs=False)
    if wanted.out is None:
        replayed = _run(wanted.order(service, configured))
    else:
        order = wanted.order(service, settings_of(wanted.out, configured))
        replayed = _run_on_out(wanted.out, order)
    if as_json:
        print_json(_summary(service, replayed))
    else:
        _print(service, replayed)
    if not (replayed.equal or wanted.switch):
        raise typer.Exit(Exit.NO)


def _run(order: Order) -> Replayed:
    with Bars() as progress:
        return asyncio.run(replay(order, progress, datetime.now(UTC)))


def _run_on_out(out: Path, order: Order) -> Replayed:
    """Replay on the state of a run, which no other process has meanwhile."""
    if not is_out(out):
        raise PlayError(f"{out} was not made by `ijaza run`: give the OUT of a run")
    with opened(out) as ledger:
        if attached(ledger):
            raise PlayError(f"the state of {out} is with services elsewhere: replay without --out")
        check_keys(out, ledger, order.settings.keys)
        return _run(order)


def _moment(since: str) -> datetime | None:
    if since == BEGINNING:
        return None
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        raise typer.BadParameter(
            f"{since!r}: give `{BEGINNING}`, or a time such as 2020-03-31T09:00Z",
            param_hint="--from",
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _summary(service: str, replayed: Replayed) -> dict[str, object]:
    return {
        "service": service,
        "equal": replayed.equal,
        "records": replayed.read.records,
        "passed_over": replayed.read.passed_over,
        "behind": replayed.behind,
        "differing": replayed.differing,
        "differences": [difference._asdict() for difference in replayed.listed],
        "aside": replayed.aside or None,
    }


def _print(service: str, replayed: Replayed) -> None:
    if replayed.behind:
        complain(
            (f"The service has not handled {replayed.behind} records yet. ", "yellow"),
            "Let it, and end it, if the stores are to be compared.",
        )
    if replayed.equal:
        say(f"{service}: {replayed.read.records} records read, and every document is alike.")
    else:
        say(f"{service}: {replayed.differing} documents differ:")
        for collection, key, fields in replayed.listed[:SHOWN]:
            say(f"  {collection} {key}: {', '.join(fields)}")
        if replayed.differing > SHOWN:
            say(f"  … and {replayed.differing - SHOWN} more; --json lists {len(replayed.listed)}")
    if replayed.aside:
        say(f"The rebuilt store is in place. The one before it: {replayed.aside}")
