"""The printed certificate: one A4 page in Arabic and English, PDF/A-3a and PDF/UA-1.

The credential is attached, so the file alone can be verified. The layout is typst's
(`template/`); this module hands it the words. The same facts and credential give the same bytes.
"""

import io
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst

from . import wording
from .subject import CertificateFacts, utc_timestamp

TEMPLATE_VERSION = 1
"""The template that new certificates get; older ones stay, so that any page can be made again."""

ATTACHMENT = "credential.json"
ATTACHMENT_TYPE = "application/vc"
"""The registered media type of a credential secured by an embedded proof (VC Data Model 2.0)."""

_FOLDER = Path(__file__).parent
_TEMPLATES = {1: _FOLDER / "template" / "certificate_v1.typ"}
_LONG_WORD = re.compile(r"\S{32}(?=\S)")
_ZERO_WIDTH_SPACE = "\u200b"


class RenderError(Exception):
    """A certificate cannot be printed; the message says what in it is to blame."""


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
    inputs = {
        "page": json.dumps(_page(facts), ensure_ascii=False),
        "credential": credential_bytes.decode("utf-8"),
    }
    printer = _printer(template_version)
    try:
        return printer.print(inputs)
    except typst.TypstError as error:
        raise RenderError(f"certificate {facts.serial} cannot be printed: {error}") from error


class _Printer:
    """One warm compiler for one template; its fonts and layouts are kept between pages."""

    def __init__(self, template: Path) -> None:
        self._compiler = typst.Compiler(
            template,
            root=template.parent,
            font_paths=[_FOLDER / "fonts"],
            ignore_system_fonts=True,
        )
        self._lock = threading.Lock()  # the compiler's inputs are shared by its callers

    def print(self, inputs: dict[str, str]) -> bytes:
        with self._lock:
            pdf = self._compiler.compile(
                format="pdf", sys_inputs=inputs, pdf_standards=["a-3a", "ua-1"]
            )
        if not isinstance(pdf, bytes):
            raise RenderError("typst returned no single document")
        return pdf


@cache
def _printer(template_version: int) -> _Printer:
    return _Printer(_TEMPLATES[template_version])


def _page(facts: CertificateFacts) -> dict[str, Any]:
    """Return what the template lays out, every text as a pair of English and Arabic."""
    digits = wording.digits_of(facts)
    same_title = wording.is_titled_as_edition(facts)
    holder = wording.both({"en": facts.holder_name_en, "ar": facts.holder_name_ar})
    page = {
        "title": wording.both(facts.certificate_title),
        "issuer": wording.both(facts.issuer.name),
        "awarded_to": wording.AWARDED_TO,
        "holder": holder,
        "reason": wording.reason(facts),
        "programme": None if same_title else wording.both(facts.edition_title),
        "subtitle": wording.both(facts.edition_subtitle) if facts.edition_subtitle else None,
        "held": wording.held(facts),
        "modules_heading": wording.MODULES,
        "hours_heading": wording.HOURS,
        "modules": [
            {"title": wording.both(m.title), "hours": wording.hours(m.attended_seconds, digits)}
            for m in facts.modules
        ],
        "organisers": [wording.both(organiser) for organiser in facts.organisers],
        "organisers_heading": wording.ORGANISED_BY,
        "funded_by": wording.funded_by(facts),
        "issued": wording.issued(facts),
        "replaces": wording.replaces(facts),
        "serial_heading": wording.SERIAL,
        "serial": facts.serial,
        "url": facts.verification_url,
        "verify": wording.VERIFY,
        "qr": _qr(facts.verification_url),
        "attachment": {"name": ATTACHMENT, "type": ATTACHMENT_TYPE},
        "issued_at": utc_timestamp(facts.issued_at),
    }
    return {name: _plain(value) for name, value in page.items()}


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
