"""What anybody is told of one certificate, from what is known of its holder."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from ijaza_contracts.edition import Edition

from ijaza_credential.documents import wording
from ijaza_credential.documents.subject import CertificateFacts
from ijaza_credential.documents.wording import Pair
from ijaza_credential.domain.state import Ended, State, Stated, Status
from ijaza_credential.facts import facts_of

NOBODY = Stated("", "", ())
BY_FACTS = ""
"""The reason of a revocation that followed from facts, whose codes would tell results."""


@dataclass(frozen=True, slots=True)
class Version:
    """One of the certificates under a serial; days are in the edition's timezone."""

    number: int
    status: Status
    issued_on: date
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Told:
    """What the page of a certificate says.

    `holder` is None where a name is not known any more. `reason` is the code that an officer gave
    for revoking it, which is published, or `BY_FACTS`. `versions` are all of its serial in their
    order.
    """

    serial: str
    version: Version
    versions: tuple[Version, ...]
    reason: str
    holder: Pair | None
    title: Pair
    kind: str
    programme: Pair
    edition: str
    place: Pair
    start: date
    end: date
    issuer: Pair
    issuer_url: str

    @property
    def newest(self) -> int:
        return self.versions[-1].number


def told(state: State, version: int, editions: Mapping[int, Edition]) -> Told:
    """What is told of a certificate; `editions` are the edition's revisions.

    Raises `LookupError` if there is no such version, or its revision is not known.
    """
    issued = state.issued[version]
    definition = editions[issued.revision]
    zone = ZoneInfo(definition.timezone)
    stated = state.stated.get(version)
    facts = facts_of(issued, stated or NOBODY, version, definition)
    versions = tuple(
        Version(
            number,
            state.status(number),
            each.at.astimezone(zone).date(),
            state.ended[number].at.astimezone(zone).date() if number in state.ended else None,
        )
        for number, each in sorted(state.issued.items())
    )
    return Told(
        serial=issued.serial,
        version=next(each for each in versions if each.number == version),
        versions=versions,
        reason=_reason(state.ended.get(version)),
        holder=_holder(stated),
        title=wording.both(facts.certificate_title),
        kind=facts.kind.value,
        programme=wording.both(facts.edition_title),
        edition=facts.edition,
        place=_place(facts),
        start=facts.activity_start,
        end=facts.activity_end,
        issuer=wording.both(facts.issuer.name),
        issuer_url=facts.issuer.url,
    )


def _reason(ended: Ended | None) -> str:
    if ended is None or ended.status != "revoked" or not ended.actor:
        return BY_FACTS
    return ended.because


def _place(facts: CertificateFacts) -> Pair:
    place = wording.both(facts.place)
    city = wording.both(facts.city) if facts.city else Pair("", "")
    return Pair(
        place.en if city.en in place.en else f"{place.en}, {city.en}",
        place.ar if city.ar in place.ar else f"{place.ar}، {city.ar}",
    )


def _holder(stated: Stated | None) -> Pair | None:
    if stated is None or not (stated.name_en.strip() or stated.name_ar.strip()):
        return None
    return wording.both({"en": stated.name_en, "ar": stated.name_ar})
