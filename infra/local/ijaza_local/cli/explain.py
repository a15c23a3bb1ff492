"""`ijaza explain`."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from ijaza_credential.api.decision_views import decision_view
from ijaza_credential.domain.decision import Decision, Finding, Standing
from ijaza_credential.domain.decision import explain as explain_state
from ijaza_credential.domain.rules import Attendance, TakingPart, TestToPass
from ijaza_credential.domain.state import State

from ijaza_local.cli.console import Exit, err, out, print_json, settings, told
from ijaza_local.play.ledger import Ledger
from ijaza_local.play.phases import PlayError
from ijaza_local.play.run import PARTITIONS, STATE, locked
from ijaza_local.services import running

MARKS = {
    Standing.MET: "[green]met[/]",
    Standing.NOT_YET: "[yellow]not yet met[/]",
    Standing.OUT_OF_REACH: "[red]no longer reachable[/]",
}


def explain(
    to: Annotated[Path, typer.Argument(metavar="OUT", help="What `ijaza run` left behind.")],
    participant: Annotated[str, typer.Argument(help="A participant's ref.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the decision for a script.")
    ] = False,
) -> None:
    """Why somebody holds a certificate or not: criteria, numbers, rules, evidence, what is left."""
    configured = settings()
    if not (to / STATE / "run.db").is_file():
        err.print(f"{to} was not made by `ijaza run`", markup=False)
        raise typer.Exit(Exit.UNUSABLE)
    with told():
        asyncio.run(_explain(to, participant, configured.keys, as_json=as_json))


async def _explain(to: Path, ref: str, keys: Path, *, as_json: bool) -> None:
    with locked(to / STATE):
        ledger = Ledger(to / STATE / "run.db")
        edition = ledger.fact("edition")
        ledger.close()
        if edition is None:
            raise PlayError(f"{to} holds no edition yet: run it first")
        async with running(
            bus_url=f"sqlite:///{to / STATE / 'bus.db'}",
            store_url=f"sqlite:///{to / STATE / 'stores'}",
            keys=keys,
            partitions=PARTITIONS,
            member="run",
        ) as services:
            credential, enrollment = services.credential, services.enrollment.desk
            await credential.references.refresh()
            participant = enrollment.applicants.id_of(edition, ref)
            programme = credential.desk.programme(edition)
            if programme is None:
                raise PlayError(f"{to} holds no edition yet: run it first")
            selection = await enrollment.selections.result(edition, participant)
            if selection is None:
                raise PlayError(f"nobody applied to {edition} under the ref {ref!r}")
            state = await credential.desk.commands.read(participant)
            state = state or State(edition, participant)
            decision = explain_state(state, programme, datetime.now(UTC).replace(microsecond=0))
            if as_json:
                view = decision_view(
                    decision, state, programme, credential.desk.person(participant)
                )
                print_json({"ref": ref, **view.model_dump(mode="json")})
                return
            out.print(f"{ref} in {edition}, by revision {decision.revision} of its rules")
            out.print(f"Selection: {selection.outcome}" + _rank(selection.rank, selection.reason))
            _print(decision)


def _rank(rank: int | None, reason: str) -> str:
    parts = ([f"rank {rank}"] if rank is not None else []) + ([reason] if reason else [])
    return f" ({', '.join(parts)})" if parts else ""


def _print(decision: Decision) -> None:
    out.print(decision.summary.en, markup=False)
    out.print(decision.summary.ar, markup=False)
    for prospect in decision.prospects:
        title = next(iter(prospect.certificate.title.values()), prospect.certificate.id)
        out.print()
        out.print(f"[bold]{prospect.certificate.id}[/]: {MARKS[prospect.standing]}")
        out.print(f"  {prospect.certificate.title.get('en', title)}", markup=False)
        for finding in prospect.findings:
            _print_finding(finding)


def _print_finding(finding: Finding) -> None:
    out.print(f"  [bold]{finding.criterion.name}[/]: {MARKS[finding.standing]}")
    out.print(f"    {_numbers(finding)}", markup=False)
    out.print(f"    rule: {finding.rule.en}", markup=False)
    if finding.left.en:
        out.print(f"    left: {finding.left.en}", markup=False)
        out.print(f"          {finding.left.ar}", markup=False)
    if finding.evidence:
        out.print(f"    evidence: {', '.join(finding.evidence)}", markup=False, soft_wrap=True)


def _numbers(finding: Finding) -> str:
    criterion = finding.criterion
    match criterion:
        case TakingPart():
            return (
                "selected, withdrawn"
                if criterion.withdrawn
                else ("selected" if criterion.selected else "not selected")
            )
        case Attendance():
            possible = "" if finding.possible is None else f", at most {_hours(finding.possible)}"
            return (
                f"{_hours(criterion.attended)} attended of {_hours(criterion.scheduled)}, "
                f"{_hours(-(-criterion.needed // 1))} needed{possible}"
            )
        case TestToPass():
            best = "none" if criterion.sums.best is None else str(criterion.sums.best)
            return (
                f"best score {best}, {criterion.sums.attempts} attempts, {criterion.sums.left} left"
            )


def _hours(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours} h {minutes:02}" + (f":{second:02}" if second else "")
