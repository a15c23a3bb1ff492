"""The printed certificate: one A4 page in Arabic and English, PDF/A-3a and PDF/UA-1.

The credential is attached, so the file alone can be verified. The layout is typst's
(`template/`); this module hands it the words. The same facts and credential give the same bytes.
"""

import io
import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst

from . import wording
from .attachment import ATTACHMENT, ATTACHMENT_TYPE
from .fitting import rest_of
from .subject import CertificateFacts, utc_timestamp

TEMPLATE_VERSION = 1
"""The template that new certificates get; older ones stay, so that any page can be made again."""

_FOLDER = Path(__file__).parent
FONTS = _FOLDER / "fonts"
_TEMPLATE_FOLDER = _FOLDER / "template"
_TEMPLATES = {1: _TEMPLATE_FOLDER / "certificate_v1.typ"}
_LONG_WORD = re.compile(r"\S{32}(?=\S)")
_ZERO_WIDTH_SPACE = "\u200b"


class RenderError(Exception):
    """A certificate cannot be printed; the message says what in it is to blame."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a certificate is printed from, so that it can be handed to who prints it."""

    facts: CertificateFacts
    credential: bytes
    template_version: int = TEMPLATE_VERSION

    def printed(self) -> bytes:
        """The PDF. Raises `RenderError`."""
        return render_pdf(self.facts, self.credential, self.template_version)


def render_pdf(
    facts: CertificateFacts, credential_bytes: bytes, template_version: int = TEMPLATE_VERSION
) -> bytes:
    """Return the PDF of a certificate with its signed credential attached.

    Args:
        facts: what the page says.
        credential_bytes: the bytes of the credential's file, attached as they are.
        template_version: the template that the certificate was first printed with.

    Raises:
        RenderError: no such template, or a text has a character that no font here can draw.
    """
    if template_version not in _TEMPLATES:
        raise RenderError(f"no certificate template {template_version}: have {list(_TEMPLATES)}")
    template, data = _TEMPLATES[template_version].name, data_of(facts)
    rest = rest_of(data["page"], template, fonts())
    source = (
        f'#import "{template}": certificate\n'
        f"#certificate(json(bytes({literal(json.dumps(data, ensure_ascii=False))})), "
        f"{literal(credential_bytes.decode('utf-8'))}, rest: {_array(rest)})\n"
    )
    try:
        return _printer().print(source.encode("utf-8"))
    except typst.TypstError as error:
        raise RenderError(f"certificate {facts.serial} cannot be printed: {error}") from error


def literal(text: str) -> str:
    """Return a text as a string in typst's language; nothing in it can end the string early."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _array(numbers: Sequence[float] | None) -> str:
    return "none" if numbers is None else f"({', '.join(map(repr, numbers))})"


class _Printer:
    """One warm compiler; its fonts and layouts are kept from one page to the next.

    What differs between pages is in the source, for a change of the compiler's inputs would make
    it forget every layout.
    """

    def __init__(self) -> None:
        self._compiler = typst.Compiler(root=_TEMPLATE_FOLDER, font_paths=fonts())
        self._lock = threading.Lock()

    def print(self, source: bytes) -> bytes:
        with self._lock:
            pdf = self._compiler.compile(source, format="pdf", pdf_standards=["a-3a", "ua-1"])
        if not isinstance(pdf, bytes):
            raise RenderError("typst returned no single document")
        return pdf


@cache
def fonts() -> typst.Fonts:
    """The fonts that there are: ours, and none of the system."""
    return typst.Fonts(include_system_fonts=False, font_paths=[FONTS])


@cache
def _printer() -> _Printer:
    return _Printer()


def data_of(facts: CertificateFacts) -> dict[str, Any]:
    """Return what the template is given: the page's words, and what only the file says."""
    return {
        "page": _plain(_page(facts)),
        "attachment": {"name": ATTACHMENT, "type": ATTACHMENT_TYPE},
        "issued_at": utc_timestamp(facts.issued_at),
    }


def _page(facts: CertificateFacts) -> dict[str, Any]:
    """Return what stands on the page, every text as a pair of English and Arabic."""
    digits = wording.digits_of(facts)
    return {
        "title": wording.both(facts.certificate_title),
        "issuer": wording.both(facts.issuer.name),
        "award": _award(facts),
        "headings": {"modules": wording.MODULES, "hours": wording.HOURS},
        "modules": [
            {"title": wording.both(m.title), "hours": wording.hours(m.attended_seconds, digits)}
            for m in facts.modules
        ],
        "organisers": [wording.both(organiser) for organiser in facts.organisers],
        "particulars": wording.particulars(facts),
        "verify": wording.VERIFY,
        "serial": facts.serial,
        "url": facts.verification_url,
        "qr": _qr(facts.verification_url),
    }


def _award(facts: CertificateFacts) -> dict[str, wording.Pair | None]:
    """Return the sentence that awards the certificate, part by part."""
    same_title = wording.is_titled_as_edition(facts)
    return {
        "awarded_to": wording.AWARDED_TO,
        "holder": wording.both({"en": facts.holder_name_en, "ar": facts.holder_name_ar}),
        "reason": wording.reason(facts),
        "programme": None if same_title else wording.both(facts.edition_title),
        "subtitle": wording.both(facts.edition_subtitle) if facts.edition_subtitle else None,
        "held": wording.held(facts),
    }


def _plain(value: object) -> Any:
    """Return a value as JSON holds it, with words that no line can hold made breakable."""
    if isinstance(value, wording.Pair):
        return {language: _breakable(text) for language, text in asdict(value).items()}
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _breakable(text: str) -> str:
    return _LONG_WORD.sub(lambda word: word.group() + _ZERO_WIDTH_SPACE, text)


def _qr(address: str) -> str:
    """Return the QR code of an address as SVG (error correction M: 15 % may be damaged)."""
    svg = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        svg, kind="svg", border=0, xmldecl=False, svgns=True, nl=False, dark="#0f3440"
    )
    return svg.getvalue().decode("utf-8")
