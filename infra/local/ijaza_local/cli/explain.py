"""`ijaza explain`."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from ijaza_credential.api.decision_views import decision_view
from ijaza_credential.domain.decision import Decision, Finding, Standing
from ijaza_credential.domain.decision import explain as explain_state
from ijaza_credential.domain.rules import Attendance, TakingPart, TestToPass
from ijaza_credential.domain.state import State
from ijaza_enrollment.domain.run import Result
from ijaza_runtime.settings import RuntimeSettings

from ijaza_local.cli.console import Part, print_json, say
from ijaza_local.cli.failing import settings
from ijaza_local.files.scalars import did_you_mean
from ijaza_local.play.ledger import Ledger
from ijaza_local.play.phases import PlayError
from ijaza_local.play.state import attached, is_out, opened, services_of
from ijaza_local.services import Services

_STYLES = {Standing.MET: "green", Standing.NOT_YET: "yellow", Standing.OUT_OF_REACH: "red"}


def explain_decision(to: Path, ref: str, *, as_json: bool) -> None:
    """Print why a participant of a played edition holds a certificate or not."""
    configured = settings(logs=False)
    if not is_out(to):
        raise PlayError(f"{to} was not made by `ijaza run`: give the OUT of a run")
    with opened(to) as ledger:
        asyncio.run(_explain(to, ledger, ref, configured, as_json=as_json))


async def _explain(
    to: Path, ledger: Ledger, ref: str, configured: RuntimeSettings, *, as_json: bool
) -> None:
    edition = ledger.fact("edition")
    if edition is None or ledger.fact("selected") is None:
        raise PlayError(f"the run of {to} has not come to the selection yet: run it again")
    refs = {row.key for row in ledger.taken("applicants")}
    if ref not in refs:
        raise PlayError(f"nobody applied to {edition} as {ref!r}{did_you_mean(ref, refs)}")
    elsewhere = configured if attached(ledger) else None
    async with services_of(to, ledger, configured.keys, elsewhere=elsewhere) as services:
        await _print_decision(services, edition, ref, as_json=as_json)


async def _print_decision(services: Services, edition: str, ref: str, *, as_json: bool) -> None:
    enrollment, credential = services.enrollment.desk, services.credential
    await credential.references.refresh()
    participant = enrollment.applicants.id_of(edition, ref)
    programme = credential.desk.programme(edition)
    selection = await enrollment.selections.result(edition, participant)
    assert programme is not None, "published before the selection"
    assert selection is not None, "everybody who applied has a result"
    state = await credential.desk.commands.read(participant) or State(edition, participant)
    decision = explain_state(state, programme, datetime.now(UTC).replace(microsecond=0))
    if as_json:
        view = decision_view(decision, state, programme, credential.desk.person(participant))
        print_json({"ref": ref, **view.model_dump(mode="json")})
        return
    say(f"{ref} in {edition}, by revision {decision.revision} of its rules")
    say(_selection(selection))
    _print(decision)


def _selection(result: Result) -> str:
    rank = [] if result.rank is None else [f"rank {result.rank}"]
    reason = [result.reason] if result.reason else []
    more = f" ({', '.join(rank + reason)})" if rank or reason else ""
    return f"Selection: {result.outcome}{more}"


def _print(decision: Decision) -> None:
    say(decision.summary.en)
    say(decision.summary.ar)
    for prospect in decision.prospects:
        titles = prospect.certificate.title
        say("")
        say((prospect.certificate.id, "bold"), ": ", _standing(prospect.standing))
        say(f"  {titles.get('en') or next(iter(titles.values()))}")
        for finding in prospect.findings:
            _print_finding(finding)


def _print_finding(finding: Finding) -> None:
    say("  ", (finding.criterion.name, "bold"), ": ", _standing(finding.standing))
    say(f"    {_numbers(finding)}")
    say(f"    rule: {finding.rule.en}")
    if finding.left.en:
        say(f"    left: {finding.left.en}")
        say(f"          {finding.left.ar}")
    if finding.evidence:
        say(f"    evidence: {', '.join(finding.evidence)}")


def _standing(standing: Standing) -> Part:
    return (standing.value, _STYLES[standing])


def _numbers(finding: Finding) -> str:
    criterion = finding.criterion
    match criterion:
        case TakingPart():
            if not criterion.selected:
                return "not selected"
            return "selected, withdrawn" if criterion.withdrawn else "selected"
        case Attendance():
            possible = "" if finding.possible is None else f", at most {_time(finding.possible)}"
            return (
                f"{_time(criterion.attended)} attended of {_time(criterion.scheduled)}, "
                f"{_time(-(-criterion.needed // 1))} needed{possible}"
            )
        case TestToPass():
            sums = criterion.sums
            best = "none" if sums.best is None else str(sums.best)
            attempts = "1 attempt" if sums.attempts == 1 else f"{sums.attempts} attempts"
            return f"best score {best}, {attempts}, {sums.left} left"


def _time(seconds: int) -> str:
    """A duration to the second, without the parts that are zero."""
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    parts = [f"{count} {unit}" for count, unit in ((hour, "h"), (minute, "min"), (second, "s"))]
    return " ".join(part for part in parts if not part.startswith("0 ")) or "0 h"
