"""The parts of edition.yaml that people read: titles, names, places, resources, events."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from .nodes import Fields, Reader, Spot, listed, mapping, one_line, scalar
from .scalars import (
    address,
    country,
    email,
    host,
    identifier,
    known_as,
    language,
    moment,
    once,
    text,
)

Tree = dict[str, Any]

line_of_text = one_line(scalar(text()))
"""Reads a text that is printed on one line."""


def texts(required: tuple[str, ...] = (), hoped: tuple[str, ...] = ()) -> Reader:
    """A reader of the same words in several languages, the required ones among them.

    One that is hoped for and missing is warned of: another language stands in for it.
    """

    def read(spot: Spot) -> dict[str, str] | None:
        if not isinstance(spot.node, yaml.MappingNode):
            spot.fault("a text for each language, as in {en: Certificate, ar: شهادة}")
            return None
        found = {}
        for code, wording in mapping(spot):
            if _is_language(wording, code):
                found[code] = line_of_text(wording)
        missing = [code for code in required or hoped if code not in found]
        if missing:
            note = spot.fault if required or not found else spot.warn
            note(f"a text in every language of the edition; {', '.join(missing)} is missing")
        elif not found:
            spot.fault("a text in at least one language")
        return found

    return read


def text_or_texts(languages: tuple[str, ...]) -> Reader:
    """A reader of texts in several languages, or of one that is the same in all of them."""

    def read(spot: Spot) -> Any:
        if not isinstance(spot.node, yaml.ScalarNode):
            return texts()(spot)
        wording = line_of_text(spot)
        return None if wording is None else dict.fromkeys(languages, wording)

    return read


def issuer(languages: tuple[str, ...]) -> Reader:
    """A reader of who signs."""

    def read(spot: Spot) -> Tree:
        fields = Fields(spot, ("did_host", "name", "url", "email"))
        return {
            "did_host": fields.need("did_host", scalar(host)),
            "name": fields.need("name", texts(languages)),
            "url": fields.get("url", scalar(address), ""),
            "email": fields.get("email", scalar(email), ""),
        }

    return read


def organisations(name: Reader, organisers: list[str] | None = None) -> Reader:
    """A reader of organisers or funders; of instructors, where the organisers' ids are given."""
    known = ("id", "name") if organisers is None else ("id", "name", "organiser")
    own_id = scalar(once(identifier, "id in this list"))

    def read(spot: Spot) -> Tree:
        fields = Fields(spot, known)
        # Where no organiser could be read, whom an instructor belongs to cannot be told.
        an_organiser = known_as("the id of one of the organisers", organisers or ())
        organiser = scalar(an_organiser if organisers else identifier)
        return {
            "id": fields.get("id", own_id, ""),
            "name": fields.need("name", name),
            "organiser": fields.get("organiser", organiser, ""),
        }

    return read


def place(languages: tuple[str, ...]) -> Reader:
    """A reader of where the edition is taught."""

    def read(spot: Spot) -> Tree:
        fields = Fields(spot, ("name", "city", "country"))
        return {
            "name": fields.need("name", texts(languages)),
            "city": fields.get("city", texts(hoped=languages), {}),
            "country": fields.get("country", scalar(country), ""),
        }

    return read


def resource(spot: Spot) -> Tree:
    """Reads a knowledge product; it has a title in whatever languages it has one."""
    fields = Fields(spot, ("title", "language", "kind", "url"))
    return {
        "title": fields.need("title", texts()),
        "language": fields.get("language", scalar(language), ""),
        "kind": fields.get("kind", line_of_text, ""),
        "url": fields.get("url", scalar(address), ""),
    }


resources = listed(resource)


def happening(zone: ZoneInfo, languages: tuple[str, ...]) -> Reader:
    """A reader of an entry of the calendar that takes no attendance; it may have no end."""

    def read(spot: Spot) -> Tree:
        fields = Fields(spot, ("title", "start", "end", "place"))
        start = fields.need("start", scalar(moment(zone)))
        end = fields.get("end", scalar(moment(zone)))
        if start and end and end <= start:
            fields.at("end").fault(f"a time after the start, {fields.at('start').shown}")
        return {
            "title": fields.need("title", text_or_texts(languages)),
            "start": start,
            "end": end,
            "place": fields.get("place", text_or_texts(languages), {}),
        }

    return read


def file_name(value: str) -> str:
    """The name of a file beside edition.yaml."""
    if value != Path(value).name or value in (".", "..") or "\\" in value or len(value) > 200:
        raise ValueError("the name of a file in the edition's folder, such as glossary.csv")
    return value


def _is_language(spot: Spot, code: str) -> bool:
    try:
        language(code)
    except ValueError as error:
        spot.fault(f"as key {error}")
        return False
    return True
