"""The pages as HTML: whatever comes from people is escaped, and no script stands in a page."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ijaza_credential.verification.outcome import Outcome, parts
from ijaza_credential.verification.telling import Told, Version
from ijaza_credential.verification.words import WORDS, Language, day, days, number, other

POLICY = "; ".join(
    [
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "connect")),
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ]
)
"""A page loads from its own host alone, runs no inline script and is framed by nobody."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}

_REFUSED = {413: "large", 429: "many"}

_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)


def certificate_page(told: Told, language: Language) -> bytes:
    """The page of a certificate."""
    words = WORDS[language]
    status = told.version.status
    # Its successor may not have been heard of yet: there is no other page then.
    coming = status == "superseded" and told.version.number == told.newest
    issuer = told.issuer.ar if language == "ar" else told.issuer.en
    return _rendered(
        "certificate.html",
        language,
        told=told,
        status=status,
        path=f"/v/{told.serial}",
        said=words["superseded-coming" if coming else f"{status}-said"].format(
            issuer=issuer, day=_day(told.version.ended_on, language)
        ),
        superseded_by=words["superseded-by"].format(version=number(told.newest, language)),
        issued_on=day(told.version.issued_on, language),
        days=days(told.start, told.end, language),
        version_of=words["version-of"].format(
            version=number(told.version.number, language), newest=number(told.newest, language)
        ),
        history=[_past(each, language) for each in told.versions] if told.newest > 1 else [],
    )


def nothing_page(language: Language) -> bytes:
    """The page of whatever cannot be shown: the same for every reason."""
    words = WORDS[language]
    return _rendered(
        "nothing.html",
        language,
        heading=words["none"],
        said=[words["none-said"], words["none-help"]],
    )


def busy_page(language: Language) -> bytes:
    """The page for who asks too often."""
    return refused_page(language, 429)


def refused_page(language: Language, status: int) -> bytes:
    """The page for what is refused with a status, or cannot be answered now."""
    words = WORDS[language]
    code = _REFUSED.get(status) or ("fault" if status >= 500 else "refused")
    return _rendered("nothing.html", language, heading=words[code], said=[words[f"{code}-said"]])


def verify_page(language: Language, outcome: Outcome | None = None) -> bytes:
    """The page to check a file on, with what came of the one that was sent."""
    return _rendered("verify.html", language, outcome=_shown(outcome, language))


def _rendered(template: str, language: Language, **given: Any) -> bytes:
    text = _pages.get_template(template).render(
        lang=language, other=other(language), w=WORDS[language], **given
    )
    return text.encode()


def _past(version: Version, language: Language) -> Mapping[str, Any]:
    words = WORDS[language]
    return {
        "number": version.number,
        "status": version.status,
        "line": words["history-line"].format(
            version=number(version.number, language), day=day(version.issued_on, language)
        ),
        "state": words[f"history-{version.status}"].format(day=_day(version.ended_on, language)),
    }


def _day(moment: date | None, language: Language) -> str:
    return "" if moment is None else day(moment, language)


_LOOKS = {
    "genuine": "valid",
    "ended": "superseded",
    "unproven": "superseded",
    "wrapped": "revoked",
    "foreign": "revoked",
    "false": "revoked",
    "unreadable": "none",
}


def _shown(outcome: Outcome | None, language: Language) -> Mapping[str, Any] | None:
    if outcome is None:
        return None
    words = WORDS[language]
    says = outcome.says
    return {
        "heading": f"verdict-{outcome.verdict}",
        "look": _LOOKS[outcome.verdict],
        "steps": [{"outcome": step.outcome, "said": step.said(language)} for step in outcome.steps],
        "says": says
        and [
            {"what": words[what], "said": said, "code": what == "serial"}
            for what, said in (
                ("holder", says.names[::-1] if language == "ar" else says.names),
                ("certificate", parts(says.title, language)),
                ("programme", parts(says.achievement, language)),
                ("issued-on", [day(says.issued_on, language)]),
                ("issuer", parts(says.issuer, language)),
                ("serial", [says.serial]),
            )
        ],
        "page": outcome.page,
    }
