"""What came of an edition, asked of the services and put into rows of OUT's files.

Participants are known to the services by opaque ids; the refs are those of the files, whose ids
are derived again here.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from ijaza_assessment.domain.results import module_results
from ijaza_assessment.domain.review import review as review_attempts
from ijaza_attendance.domain.review import review as review_scans
from ijaza_contracts.edition import Edition
from ijaza_credential.desk import Documents
from ijaza_credential.domain.programme import Programme
from ijaza_credential.domain.rules import Assessment, assess, needed_seconds
from ijaza_credential.domain.state import State
from ijaza_credential.publication import publish
from ijaza_enrollment.domain.run import Result

from ijaza_local.play.ledger import Ledger
from ijaza_local.report.wording import plain
from ijaza_local.services import Services

PAGE = 1_000
DOCUMENTS_PAGE = 50
"""Participants whose documents are in memory at once."""

Cells = tuple[str, ...]

HEADERS: Mapping[str, Cells] = {
    "selection": ("participant", "outcome", "rank", "reason"),
    "attendance": (
        "participant",
        "module",
        "scheduled_minutes",
        "required_minutes",
        "attended_minutes",
        "met",
    ),
    "tests": ("participant", "module", "attempts", "best_score", "passed"),
    "eligibility": ("participant", "eligible", "award", "missing"),
    "certificates": (
        "participant",
        "certificate",
        "serial",
        "credential_id",
        "status",
        "pdf",
        "credential",
    ),
    "review": ("kind", "participant", "session", "scan_id", "detail"),
}


Write = Callable[[str, bytes], None]
"""(path in OUT, content)."""


class Holder(NamedTuple):
    """Somebody who holds a valid certificate."""

    participant: str
    name_en: str
    name_ar: str
    certificate: str
    serial: str


@dataclass(slots=True, repr=False)  # asyncio's runner prints what a task returned, to itself
class Outcome:
    """Rows of each file by its name, and what a summary is made of, by ref."""

    closed_at: datetime
    rows: dict[str, list[Cells]] = field(default_factory=lambda: {name: [] for name in HEADERS})
    results: dict[str, Result] = field(default_factory=dict)
    assessments: dict[str, Assessment] = field(default_factory=dict)
    holders: list[Holder] = field(default_factory=list)


class Refs:
    """Refs by participant, for everybody whom the files name."""

    def __init__(self, services: Services, ledger: Ledger, edition: str) -> None:
        id_of = services.enrollment.desk.applicants.id_of
        refs = {row.key for row in ledger.taken("applicants")} | ledger.scanned()
        self._refs = {id_of(edition, ref): ref for ref in refs}

    def of(self, participant: str) -> str:
        """The ref of a participant."""
        return self._refs[participant]

    def in_order(self) -> list[tuple[str, str]]:
        """(ref, participant) by the refs' code points."""
        return sorted((ref, participant) for participant, ref in self._refs.items())


async def outcome_of(services: Services, ledger: Ledger, edition: Edition, write: Write) -> Outcome:
    """Ask the services what came of an edition that has been played, drained and closed.

    Documents and the issuer's files are written as they come: they are too many to keep.
    """
    programme = services.credential.desk.programme(edition.id)
    assert programme is not None, "played"
    assert programme.closed_at is not None, "closed"
    outcome = Outcome(programme.closed_at)
    refs = Refs(services, ledger, edition.id)
    async for result in _results(services, edition.id):
        outcome.results[refs.of(result.participant)] = result
    for ref in sorted(outcome.results):
        result = outcome.results[ref]
        rank = "" if result.rank is None else str(result.rank)
        outcome.rows["selection"].append((ref, result.outcome, rank, result.reason))
    states: list[State] = []
    ordered = refs.in_order()
    for start in range(0, len(ordered), PAGE):
        page = ordered[start : start + PAGE]
        await _gather(services, edition, programme, page, outcome, states)
    await _certify(services, edition, refs, states, outcome, write)
    return outcome


async def _results(services: Services, edition: str) -> AsyncIterator[Result]:
    after = 0
    while page := await services.enrollment.desk.selections.results(edition, after, PAGE):
        for result in page:
            yield result
        after += len(page)


async def _gather(
    services: Services,
    edition: Edition,
    programme: Programme,
    page: Sequence[tuple[str, str]],
    outcome: Outcome,
    issued: list[State],
) -> None:
    """The rows of one page of participants, in their order."""
    ids = [participant for _, participant in page]
    states = await services.credential.desk.commands.read_many(ids)
    attending = await services.attendance.desk.commands.read_many(ids)
    assessed = await services.assessment.desk.commands.read_many(ids)
    at_door = services.attendance.desk.programme(edition.id)
    at_tests = services.assessment.desk.programme(edition.id)
    assert at_door is not None, "the edition was published"
    assert at_tests is not None, "the edition was published"
    for ref, participant in page:
        state = states.get(participant)
        if state is not None and state.takes_part:
            _judge(ref, state, programme, outcome)
            tested = assessed.get(participant)
            for each in module_results(tested, at_tests) if tested else ():
                best = "" if each.best_score is None else plain(each.best_score)
                outcome.rows["tests"].append(
                    (ref, each.module, str(each.attempts), best, yes_no(each.passed))
                )
        if state is not None and state.issued:
            issued.append(state)
        if participant in attending:
            items = review_scans(attending[participant], at_door)
            outcome.rows["review"].extend(
                (each.kind, ref, each.session, each.scan_id, each.detail) for each in items
            )
        if participant in assessed:
            over = review_attempts(assessed[participant], at_tests)
            outcome.rows["review"].extend((each.kind, ref, "", "", each.detail) for each in over)


def _judge(ref: str, state: State, programme: Programme, outcome: Outcome) -> None:
    """Rows of attendance.csv and eligibility.csv."""
    assessment = assess(state, programme)
    bounds = programme.certificates[0].bounds
    for sums in assessment.modules:
        needed = needed_seconds(bounds, sums.scheduled)
        outcome.rows["attendance"].append(
            (
                ref,
                sums.module.id,
                str(sums.scheduled // 60),
                str(minutes_up(needed)),
                str(sums.attended // 60),
                yes_no(sums.attended >= needed),
            )
        )
    award = assessment.award.id if assessment.award else ""
    outcome.assessments[ref] = assessment
    outcome.rows["eligibility"].append(
        (ref, yes_no(assessment.eligible), award, ";".join(assessment.missing))
    )


async def _certify(
    services: Services,
    edition: Edition,
    refs: Refs,
    states: Sequence[State],
    outcome: Outcome,
    write: Write,
) -> None:
    """Rows of certificates.csv, the documents, and the issuer's files."""
    desk = services.credential.desk
    hashes: dict[str, Documents] = {}
    for start in range(0, len(states), DOCUMENTS_PAGE):
        page = states[start : start + DOCUMENTS_PAGE]
        stems = {credential: stem for state in page for stem, credential in _stems(state)}
        for credential_id, found in (await desk.documents.find(stems)).items():
            if found.pdf is not None and found.credential is not None:
                write(f"certificates/{stems[credential_id]}.pdf", found.pdf)
                write(f"certificates/{stems[credential_id]}.json", found.credential)
            hashes[credential_id] = replace(found, pdf=None, credential=None)
    for state in states:
        ref = refs.of(state.participant)
        outcome.rows["certificates"].extend(_held(ref, state))
        holder = _holder(ref, state)
        if holder is not None:
            outcome.holders.append(holder)
    if not services.elsewhere:
        await desk.seals.finish()
    await desk.keys.refresh()
    publication = publish(
        edition=edition.id,
        did_host=edition.issuer.did_host,
        states=states,
        documents=hashes,
        key=desk.keys.signing(),
        listed=desk.keys.listed(),
        closed_at=outcome.closed_at,
    )
    write("issuer/did.json", publication.did)
    write("issuer/register.json", publication.register)
    for number, content in publication.status_lists.items():
        write(f"status/{number}.json", content)


def _holder(ref: str, state: State) -> Holder | None:
    version = state.last_version
    if state.status(version) != "valid":
        return None
    issued, stated = state.issued[version], state.stated.get(version)
    names = (stated.name_en, stated.name_ar) if stated else ("", "")
    return Holder(ref, *names, issued.certificate, issued.serial)


def _stems(state: State) -> Iterator[tuple[str, str]]:
    """File names without ending: the newest certificate bears the serial, older ones a version."""
    for version, issued in sorted(state.issued.items()):
        newest = version == state.last_version
        yield issued.serial if newest else f"{issued.serial}-v{version}", issued.credential_id


def _held(ref: str, state: State) -> Iterator[Cells]:
    stems = {credential: stem for stem, credential in _stems(state)}
    for version, issued in sorted(state.issued.items()):
        stem = f"certificates/{stems[issued.credential_id]}"
        yield (
            ref,
            issued.certificate,
            issued.serial,
            issued.credential_id,
            state.status(version),
            f"{stem}.pdf",
            f"{stem}.json",
        )


def minutes_up(seconds: Fraction) -> int:
    """Whole minutes, rounded up."""
    return ceil(seconds / 60)


def yes_no(value: bool) -> str:
    """As the files write it."""
    return "yes" if value else "no"
