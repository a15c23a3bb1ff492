"""Single values of an edition's files: from text to what they mean.

Every parser takes the text of a cell or of a YAML scalar, and raises `ValueError` whose message
says what was expected. formats.md: "Scalars are read as text and typed by their field".
"""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from .countries import COUNTRIES

Parser = Callable[[str], Any]

LONGEST_ID = 200
LONGEST_TEXT = 1000
MOST_NAMES_COMPARED = 500
MOST_REMEMBERED = 100_000
MOST_HINTS = 100

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
LINE_BREAK = re.compile("[\t\n\r\u2028\u2029]")

_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?",
    re.ASCII,
).fullmatch
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII).fullmatch
_DECIMAL = re.compile(r"\d{1,15}(?:\.\d{1,30})?", re.ASCII).fullmatch
_WHOLE = re.compile(r"\d{1,15}", re.ASCII).fullmatch
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*(?::\d{{1,5}})?", re.ASCII).fullmatch
_EMAIL = re.compile(r"[^\s@<>(),;:\"]+@[^\s@.<>(),;:\"]+(?:\.[^\s@.<>(),;:\"]+)+").fullmatch
_LANGUAGE = re.compile(r"[a-z]{2}", re.ASCII).fullmatch

_TIME_FORM = (
    "a time as YYYY-MM-DDTHH:MM or YYYY-MM-DDTHH:MM:SS, with Z, an offset such as +02:00, or none"
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


def parse_moment(text: str, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, of a time as formats.md writes it; one without an offset is in `zone`.

    "A local time that occurs twice is the first, one that is skipped takes the offset before the
    change." Raises `ValueError`.
    """
    if not _MOMENT(text):
        raise ValueError(_TIME_FORM)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{_TIME_FORM}; there is no such day") from error
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"a time in the years {_FIRST_YEAR} to {_LAST_YEAR}")
    # zoneinfo with fold=0 takes the offset before a change, for a time skipped and one doubled.
    instant = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise ValueError(f"a time in the years {_FIRST_YEAR} to {_LAST_YEAR}, in UTC too")
    return instant


def moment(zone: ZoneInfo) -> Callable[[str], datetime]:
    """A parser of times: those without an offset are in `zone`."""
    return lambda text: parse_moment(text, zone)


def day(text: str) -> date:
    """A calendar day."""
    try:
        if _DATE(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError("a day of the calendar as YYYY-MM-DD")


def whole(least: int, most: int) -> Callable[[str], int]:
    """A parser of whole numbers in ASCII digits."""
    bounds = f"{least} or more" if most >= 10**9 else f"{least} to {most}"

    def parse(text: str) -> int:
        if _WHOLE(text):
            number = int(text)
            if least <= number <= most:
                return number
        raise ValueError(f"a whole number, {bounds}, in digits 0–9 without sign or spaces")

    return parse


def decimal(most: int | None = None) -> Callable[[str], Decimal]:
    """A parser of exact decimals from 0 to `most`, kept without trailing zeros."""
    bounds = "0 or more" if most is None else f"0 to {most}"

    def parse(text: str) -> Decimal:
        if _DECIMAL(text):
            number = without_trailing_zeros(Decimal(text))
            if most is None or number <= most:
                return number
        raise ValueError(
            f"a number, {bounds}, such as 62 or 62.5, in digits 0–9 without sign, spaces or comma"
        )

    return parse


def without_trailing_zeros(number: Decimal) -> Decimal:
    """The same number in its shortest form, never with an exponent: 60.0 is 60.

    No digit is rounded away, as `Decimal.normalize` does beyond 28 of them.
    """
    written = f"{number:f}"
    return Decimal(written.rstrip("0").rstrip(".") if "." in written else written)


def text(most: int = LONGEST_TEXT) -> Callable[[str], str]:
    """A parser of texts that are not empty. They are kept as written."""

    def parse(value: str) -> str:
        if not value or value.isspace():
            raise ValueError("a text; this may not be empty")
        if len(value) > most:
            raise ValueError(f"a text of at most {most} characters")
        return value

    return parse


def once(parse: Parser, what: str) -> Parser:
    """A parser of values that stand once in an edition; it remembers those it has parsed."""
    seen: set[Any] = set()

    def parse_new(value: str) -> Any:
        parsed = parse(value)
        if parsed in seen:
            raise ValueError(f"each {what} once; this one stands above already")
        seen.add(parsed)
        return parsed

    return parse_new


def or_nothing(parse: Callable[[str], str]) -> Callable[[str], str]:
    """A parser of what may be left empty."""
    return lambda value: parse(value) if value else ""


def identifier(value: str) -> str:
    """An id that other files refer to: exact, so nothing that cannot be seen belongs to it."""
    if 0 < len(value) <= LONGEST_ID and value == value.strip():
        if value.isprintable():
            return value
        hidden = next(character for character in value if not character.isprintable())
        point = f"U+{ord(hidden):04X}"
        raise ValueError(f"an id without characters that cannot be seen, such as {point}")
    raise ValueError(f"an id of 1 to {LONGEST_ID} characters, without spaces before or after it")


def visible(name: str) -> str:
    """A name as a message shows it: what cannot be seen by its code point, as Python writes it."""
    return name if name.isprintable() else repr(name)[1:-1]


class _Remembered(dict[str, Any]):
    """Parsed values by their text."""

    def __init__(self, parse: Parser) -> None:
        super().__init__()
        self._parse = parse

    def __missing__(self, value: str) -> Any:
        parsed = self._parse(value)
        if len(self) < MOST_REMEMBERED:
            self[value] = parsed
        return parsed


def remembering(parse: Parser) -> Parser:
    """The same parser, quicker for cells that say the same again and again."""
    return _Remembered(parse).__getitem__


def country(value: str) -> str:
    """A country's code."""
    if value in COUNTRIES:
        return value
    form = "the two capital letters of a country (ISO 3166-1 alpha-2), such as EG"
    capitals = {"UK": "GB", "EL": "GR"}.get(value.upper(), value.upper())
    raise ValueError(f"{form}; did you mean {capitals}?" if capitals in COUNTRIES else form)


def one_of(*values: str) -> Callable[[str], str]:
    """A parser of the values of an enumeration."""
    return known_as(f"one of {', '.join(values)}", values)


def known_as(what: str, known: Collection[str]) -> Callable[[str], str]:
    """A parser of names that must be known: `what` says of what, and where they are listed."""
    hints: dict[str, str] = {}

    def parse(value: str) -> str:
        if value in known:
            return value
        # Comparing is slow, and nobody reads a thousand hints.
        if value not in hints and len(hints) < MOST_HINTS:
            hints[value] = did_you_mean(value, known)
        raise ValueError(what + hints.get(value, ""))

    return parse


def did_you_mean(value: str, known: Collection[str]) -> str:
    """The end of a message that names the nearest known name, if one is near."""
    if (stripped := value.strip()) in known:
        return f"; did you mean {stripped}, without the spaces?"
    if len(known) > MOST_NAMES_COMPARED or len(value) > LONGEST_ID:
        return ""
    by_casefold = {name.casefold(): name for name in known}
    near = get_close_matches(value.casefold(), by_casefold, n=1)
    return f"; did you mean {visible(by_casefold[near[0]])}?" if near else ""


def language(value: str) -> str:
    """A language's code."""
    if _LANGUAGE(value):
        return value
    raise ValueError("the two small letters of a language (ISO 639-1), such as ar or en")


def time_zone(value: str) -> ZoneInfo:
    """A time zone of the IANA database."""
    try:
        return ZoneInfo(value)
    # A name may also lead out of the database, to a folder, or to what is no zone's file.
    except (ValueError, OSError, KeyError) as error:
        raise ValueError("a time zone of the IANA database, such as Africa/Cairo") from error


def host(value: str) -> str:
    """A host's name, with a port if it has one."""
    if len(value) <= 253 and _HOST(value):
        return value
    raise ValueError(
        "a host's name in small letters, such as certificates.example.org, without https://"
    )


def address(value: str) -> str:
    """A web address."""
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and len(value) <= 2000
    except ValueError:
        good = False
    if good and not re.search(r"\s", value):
        return value
    raise ValueError("a web address that begins with https:// or http://")


def email(value: str) -> str:
    """An e-mail address, as far as its form tells."""
    if len(value) <= 254 and _EMAIL(value):
        return value
    raise ValueError("an e-mail address such as name@example.org")


def spelled(values: Iterable[str]) -> str:
    """Names in a message."""
    return ", ".join(values) or "none"
