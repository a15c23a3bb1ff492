"""What a certificate says: the facts from which its credential and its page are made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from .did import did_of

_BLANKS = re.compile(r"\s+")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

Text = Mapping[str, str]
"""One text per language code (`en`, `ar`), as edition.yaml writes titles and names."""


class CertificateKind(StrEnum):
    """What a certificate attests (formats.md, edition.yaml: `certificates[].kind`)."""

    COMPLETION = "completion"
    PARTICIPATION = "participation"
    ATTENDANCE = "attendance"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: `did_host` names the did:web identity and serves the verification pages."""

    did_host: str
    name: Text
    url: str
    email: str

    @property
    def did(self) -> str:
        """The issuer's decentralised identifier."""
        return did_of(self.did_host)


@dataclass(frozen=True, slots=True)
class TestResult:
    """A module's test; no best score where no attempt counts.

    `pass_mark` is None where the certificate does not ask for the test to be passed.
    """

    __test__ = False  # keeps pytest from collecting the class

    best_score: Decimal | None
    max_score: Decimal
    pass_mark: Decimal | None


@dataclass(frozen=True, slots=True)
class ModuleResult:
    """One module as the holder met it; times in seconds, after excuses and cancellations.

    `needed_seconds` may be a fraction (a percentage of the scheduled time), and is 0 where the
    certificate asks for no attendance.
    """

    id: str
    title: Text
    scheduled_seconds: int
    attended_seconds: int
    needed_seconds: int | Fraction
    test: TestResult | None = None


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """Everything that the credential and the printed page of one certificate say.

    `issued_at` is the time of the event that caused the issue (UTC); `issued_on` is that time's
    calendar day in the edition's timezone, as printed. `version` counts the certificates issued
    under one serial from 1; `predecessor_credential_id` names the one this replaces.
    `status_list_number` and `status_list_index` come from `status_list`.
    """

    edition: str
    edition_title: Text
    edition_subtitle: Text | None
    revision: int
    issuer: Issuer
    organisers: tuple[Text, ...]
    funders: tuple[Text, ...]
    place: Text
    city: Text
    country: str
    languages: tuple[str, ...]
    modules: tuple[ModuleResult, ...]
    certificate: str
    kind: CertificateKind
    certificate_title: Text
    holder_name_en: str
    holder_name_ar: str
    serial: str
    credential_id: str
    version: int
    issued_at: datetime
    issued_on: date
    activity_start: date
    activity_end: date
    status_list_number: int
    status_list_index: int
    ceremony: date | None = None
    predecessor_credential_id: str | None = None

    @property
    def verification_url(self) -> str:
        """The address printed on the page and coded in its QR: `https://{did_host}/v/{serial}`."""
        return f"https://{self.issuer.did_host}/v/{self.serial}"


def in_language(text: Text, language: str) -> str:
    """Return a text in a language; one that is missing there is given in the language it has.

    Raises:
        ValueError: the text is empty in every language.
    """
    for candidate in (language, *sorted(text)):
        wording = one_line(text.get(candidate, ""))
        if wording:
            return wording
    raise ValueError(f"a text has no wording in any language: {dict(text)!r}")


def one_line(text: str) -> str:
    """Return a text on one line: runs of blanks as one, control characters left out.

    A name from a spreadsheet may carry either. Embedding and override marks of the bidirectional
    algorithm go too, for unbalanced they would turn the rest of a line around.
    """
    return _UNPRINTABLE.sub("", _BLANKS.sub(" ", text).strip())


def bilingual(text: Text) -> str:
    """Return a text as Open Badges strings carry it: "English | العربية", one part if both agree.

    Open Badges 3.0 has no language maps for its strings (research/credentials.md).
    """
    english, arabic = in_language(text, "en"), in_language(text, "ar")
    return english if english == arabic else f"{english} | {arabic}"


def utc_timestamp(moment: datetime) -> str:
    """Return a moment as an XML Schema dateTime in UTC, cut to whole seconds.

    Raises:
        ValueError: the moment has no timezone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"a time without a timezone cannot be dated: {moment.isoformat()}")
    from_utc = moment.utctimetuple()
    return "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}Z".format(*from_utc[:6])
