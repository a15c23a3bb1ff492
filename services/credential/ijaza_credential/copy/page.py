"""The page of a graduate's copy as HTML: no script, and whatever comes from people is escaped."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ijaza_credential.copy.opening import Copy
from ijaza_credential.copy.profile import Entry
from ijaza_credential.verification import pages
from ijaza_credential.verification.telling import Told, Version
from ijaza_credential.verification.words import WORDS as SHARED
from ijaza_credential.verification.words import Language, day, digits, number, other

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
"""The page's address is a key to it: no other site is told of it, and no cache keeps the page."""

_FOLDER = Path(__file__).parent
_OWN: Mapping[str, Mapping[str, str]] = json.loads(
    (_FOLDER / "words.json").read_text(encoding="utf-8")
)
WORDS = {language: {**SHARED[language], **own} for language, own in _OWN.items()}

_pages = Environment(
    # The frame around the page is that of the pages of verification.
    loader=FileSystemLoader([_FOLDER / "templates", Path(pages.__file__).parent / "templates"]),
    autoescape=True,
    undefined=StrictUndefined,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)


def copy_page(copy: Copy, code: str, language: Language) -> bytes:
    """The page of whoever has the link."""
    words, told = WORDS[language], copy.told
    status = told.version.status
    ended = told.version.ended_on
    entry = profile_entry(told, copy.public_address, language)
    return _rendered(
        "copy.html",
        language,
        told=told,
        status=status,
        path=f"/c/{code}",
        public=copy.public_address,
        made=_whole(copy, told.newest),
        said=words[f"own-{status}-said"].format(
            issuer=told.issuer.ar if language == "ar" else told.issuer.en,
            day=day(ended, language) if ended else "",
        ),
        replaces=words["own-replaces"].format(version=number(told.newest, language)),
        issued_on=day(told.version.issued_on, language),
        version_of=words["version-of"].format(
            version=number(told.newest, language), newest=number(told.newest, language)
        ),
        entry=entry,
        # A day in words begins with its number in both languages; a profile has the month alone.
        entry_issued=day(entry.issued_on, language).partition(" ")[2],
        earlier=[_past(each, copy, language) for each in reversed(told.versions[:-1])],
        until=_until(copy, language),
    )


def profile_entry(told: Told, address: str, language: Language) -> Entry:
    """What the certificate is called where its holder adds it to a profile."""
    title, programme, issuer = (
        pair.ar if language == "ar" else pair.en
        for pair in (told.title, told.programme, told.issuer)
    )
    return Entry(
        name=title if title == programme else f"{title} – {programme}",
        organisation=issuer,
        issued_on=told.version.issued_on,
        credential_id=told.serial,
        credential_url=address,
    )


def no_copy_page(language: Language) -> bytes:
    """The page of a link that shows nothing: the same for every reason."""
    words = WORDS[language]
    return _rendered(
        "no_copy.html", language, heading=words["own-none"], said=words["own-none-said"]
    )


def busy_copy_page(language: Language) -> bytes:
    """The page for who asks too often."""
    words = WORDS[language]
    return _rendered("no_copy.html", language, heading=words["many"], said=words["many-said"])


def _rendered(template: str, language: Language, **given: Any) -> bytes:
    text = _pages.get_template(template).render(
        lang=language, other=other(language), w=WORDS[language], **given
    )
    return text.encode()


def _past(version: Version, copy: Copy, language: Language) -> Mapping[str, Any]:
    words = WORDS[language]
    ended = day(version.ended_on, language) if version.ended_on else ""
    return {
        "number": version.number,
        "status": version.status,
        "line": words["history-line"].format(
            version=number(version.number, language), day=day(version.issued_on, language)
        ),
        "state": words[f"history-{version.status}"].format(day=ended),
        "made": _whole(copy, version.number),
        "file": words["own-file-of"].format(version=number(version.number, language)),
    }


def _whole(copy: Copy, version: int) -> bool:
    """Whether a certificate's files are there."""
    found = copy.files.get(version)
    return found is not None and found.pdf is not None and found.credential is not None


def _until(copy: Copy, language: Language) -> str:
    local = copy.until.astimezone(ZoneInfo(copy.definition.timezone))
    comma = "، " if language == "ar" else ", "
    hours = f"{local:%H:%M}".translate(digits(language))
    # A name of a zone has no Arabic; marks keep the sign before its number in either direction.
    zone = f"\u2066UTC{local:%z}\u2069"
    return WORDS[language]["own-until"].format(
        moment=f"{day(local.date(), language)}{comma}{hours}", zone=f"{zone[:-3]}:{zone[-3:]}"
    )
