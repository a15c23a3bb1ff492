"""Whether certificates may be printed with a pack: it is tried, before anybody's name is in it.

That a page says what it must is seen by changing one text at a time: if the picture of the page
stays as it was, the text is not on it, or not to its end. So nothing depends on how a text is set,
and what is cut off, covered or in the paper's colour counts as missing.
"""

import io
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import zxingcpp
from PIL import Image

from ijaza_credential.documents.subject import CertificateFacts
from ijaza_credential.templates.pack import Pack
from ijaza_credential.templates.samples import CREDENTIAL, SAMPLES, USUAL
from ijaza_credential.templates.sandbox import Limits, Sandbox, TemplateError
from ijaza_credential.templates.sheet import check_sheet, page_of, source_of

MOST_SECONDS = 1.0
"""CPU seconds that a page may take: ten thousand certificates are then done in a night."""
_LIMITS = Limits(seconds=3, patience=30.0)
_FINE = 150
"""Dots per inch at which a printed code is read."""
_COARSE = 72
"""Dots per inch at which one other letter of any size that can be read still shows."""
_MOST_FAULTS = 12
_LANGUAGES = ("en", "ar")
_OTHER = {"en": ("W", "M"), "ar": ("ظ", "ص")}
_WORDS = {"en": "English", "ar": "Arabic"}


@dataclass(frozen=True, slots=True)
class Report:
    """What is wrong with a pack; nothing if it may be used. `seconds` is CPU time for a page."""

    faults: tuple[str, ...]
    seconds: float = 0.0


class _Text(NamedTuple):
    """A text that must be on the page: where it stands in the words, and what it is called."""

    path: tuple[str | int, ...]
    language: str
    called: str


def check(pack: Pack, limits: Limits = _LIMITS) -> Report:
    """Try a pack with every sample. It takes a few seconds, in a process of its own."""
    sandbox = Sandbox(pack, limits)
    try:
        return _checked(pack, sandbox)
    finally:
        sandbox.close()


def _checked(pack: Pack, sandbox: Sandbox) -> Report:
    faults: dict[str, str] = {}  # each with the first sample that shows it
    seconds = 0.0
    for name, facts in SAMPLES.items():
        try:
            found, took = _printed(pack, sandbox, facts)
            found += _shown(sandbox, facts)
        except TemplateError as error:
            found, took = list(error.faults), 0.0
        for each in found:
            faults.setdefault(each, name)
        seconds = max(seconds, took)
    told = [f"{fault} (sample “{name}”)" for fault, name in faults.items()]
    return Report(tuple(told[:_MOST_FAULTS]), seconds)


def _printed(pack: Pack, sandbox: Sandbox, facts: CertificateFacts) -> tuple[list[str], float]:
    """What is wrong with the file; the seconds that a second one takes, when all is read."""
    source = source_of(facts, CREDENTIAL)
    first = sandbox.pdf(source)
    check_sheet(first.files[0], CREDENTIAL, pack.manifest.pages)
    again = sandbox.pdf(source_of(_somebody_else(facts), CREDENTIAL))
    faults = list(first.warnings)
    if again.seconds > MOST_SECONDS:
        raise TemplateError(
            *faults,
            f"a page takes {again.seconds:.1f} s: {MOST_SECONDS:g} s is the most, for thousands "
            "may wait",
        )
    return faults, again.seconds


def _somebody_else(facts: CertificateFacts) -> CertificateFacts:
    return replace(facts, holder_name_en="Nobody Else", holder_name_ar="لا أحد غيره")


def _shown(sandbox: Sandbox, facts: CertificateFacts) -> list[str]:
    """What is not on the page, or not whole."""
    page = page_of(facts)
    faults = _code_faults(sandbox, facts)
    before = _pictures(sandbox, facts, page)
    for text in _needed(facts, page):
        changed = _changed(page, text)
        if _pictures(sandbox, facts, changed) == before:
            faults.append(f"{text.called} is not on the page, or not to its end")
    return faults


def _pictures(
    sandbox: Sandbox, facts: CertificateFacts, page: Mapping[str, Any]
) -> tuple[bytes, ...]:
    return sandbox.pictures(source_of(facts, CREDENTIAL, page=page), _COARSE).files


def _code_faults(sandbox: Sandbox, facts: CertificateFacts) -> list[str]:
    """The code is read from the page as a telephone would."""
    read = set()
    for picture in sandbox.pictures(source_of(facts, CREDENTIAL), _FINE).files:
        with Image.open(io.BytesIO(picture)) as opened:
            codes = zxingcpp.read_barcodes(opened.convert("L"))
        read |= {code.text for code in codes}
    if read == {facts.verification_url}:
        return []
    if not read:
        return [
            "no QR code can be read from the page: show page.qr, 18 mm wide at the least, dark on "
            "light, with nothing close to it"
        ]
    return ["the page shows a QR code of something else than the certificate's address"]


def _needed(facts: CertificateFacts, page: Mapping[str, Any]) -> Iterator[_Text]:
    """The texts that must be on the page; of other samples than the usual those that differ."""
    award = page["award"]
    both = [("the holder’s name", "award", "holder"), ("the title", "title")]
    if award["programme"] is not None:
        both.append(("the programme’s title", "award", "programme"))
    if facts is USUAL:
        both += [
            ("what the certificate is awarded for", "award", "reason"),
            ("where and when it was held", "award", "held"),
            ("the issuer’s name", "issuer"),
        ]
    for called, *path in both:
        for language in _LANGUAGES:
            yield _Text(
                (*path, language),
                language,
                f"{called} in {_WORDS[language]} (page.{'.'.join(path)})",
            )
    for number, _ in enumerate(page["particulars"]):
        for language in _LANGUAGES:
            called = f"line {number + 1} of page.particulars in {_WORDS[language]}"
            yield _Text(("particulars", number, language), language, called)
    if facts is USUAL:
        yield _Text(("serial",), "en", "the serial (page.serial)")
        yield _Text(("url",), "en", "the address (page.url)")


def _changed(page: Mapping[str, Any], text: _Text) -> dict[str, Any]:
    """The words with another last letter in one text."""
    words = deepcopy(dict(page))
    *way, last = text.path
    place: Any = words
    for step in way:
        place = place[step]
    whole = place[last]
    one, other = _OTHER[text.language]
    place[last] = whole[:-1] + (other if whole.endswith(one) else one)
    return words
