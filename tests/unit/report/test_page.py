"""report.html as a document: complete in itself, safe, the same each time, readable by all."""

import hashlib
import re
from base64 import b64encode
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest
from ijaza_local.files.model import Partner
from ijaza_local.report import render

from tests.unit.report.given import CLOSED_AT, Page, at, edition, page, person

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}&lt;"
"""What a spreadsheet must not be able to put into the page as markup."""

FORBIDDEN_TAGS = {"script", "img", "iframe", "link", "object", "embed", "base", "form", "image"}
STYLE = files("ijaza_local.report").joinpath("templates", "report.css").read_text("utf-8")


def hostile_page() -> Page:
    """A report with the hostile text in every place that an office fills."""
    text = {"en": HOSTILE, "ar": HOSTILE + "ع", "fr": HOSTILE + "é"}
    body = {"id": HOSTILE, "name": text}
    resource = {"title": text, "language": HOSTILE, "kind": HOSTILE, "url": "javascript:alert(3)"}
    session = {"id": HOSTILE, "start": at("2020-01-05T14:00"), "end": at("2020-01-05T15:00")}
    return page(
        [
            person(
                attributes={"country": HOSTILE, "organisation": HOSTILE, HOSTILE: HOSTILE},
                nominated_by=HOSTILE,
                certificate=HOSTILE,
            )
        ],
        partners=[Partner(HOSTILE, HOSTILE, HOSTILE, "donor", HOSTILE)],
        reviews={HOSTILE: 1},
        id=HOSTILE,
        title=text,
        subtitle=text,
        issuer={"did_host": HOSTILE, "name": text, "url": HOSTILE, "email": HOSTILE},
        organisers=(body,),
        funders=(body,),
        instructors=(body,),
        place={"name": text, "city": text, "country": HOSTILE},
        themes=(HOSTILE,),
        modules=({"id": HOSTILE, "title": text, "sessions": (session,), "resources": (resource,)},),
        certificates=({"id": HOSTILE, "kind": "attendance", "title": text},),
        resources=(resource,),
        events=({"title": text, "start": at("2020-01-05T14:00"), "place": text},),
        glossary=({"term": text, "definition": text},),
    )


def test_what_the_office_writes_never_becomes_markup() -> None:
    """Titles, names, columns, values, ids, kinds: all of it is text or a quoted attribute."""
    report = hostile_page()

    assert not FORBIDDEN_TAGS & {tag for tag, _ in report.tags}
    assert not [
        name for _, attributes in report.tags for name in attributes if name.startswith("on")
    ]
    assert "49" not in report.html.replace(STYLE, ""), "a template's braces are not evaluated"


def test_only_web_addresses_become_links() -> None:
    """An address with another scheme is not followed by a click."""
    web = {"title": {"en": "Reader"}, "url": "https://library.example.org/reader"}

    report = page(resources=(web,))

    targets = [attributes["href"] for tag, attributes in report.tags if tag == "a"]
    assert "https://library.example.org/reader" in targets
    hostile = [attributes["href"] for tag, attributes in hostile_page().tags if tag == "a"]
    assert all(target.startswith("#") for target in hostile)


def test_the_page_needs_nothing_else() -> None:
    """No script, style of an element, picture, font or frame; the policy in it allows none."""
    report = hostile_page()

    assert not [attributes for _, attributes in report.tags if {"style", "src"} & set(attributes)]
    assert "@import" not in STYLE
    assert "url(" not in STYLE
    (policy,) = [
        attributes["content"] for _, attributes in report.tags if "http-equiv" in attributes
    ]
    (style,) = re.findall("<style>(.*?)</style>", report.html, re.DOTALL)
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")


def test_ids_are_unique_and_references_lead_somewhere() -> None:
    """Links in the page and names of pictures and sections find what they name."""
    tags = page([person(attributes={"country": "EG", "gender": "female"})]).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    references = [
        reference
        for _, attributes in tags
        for reference in attributes.get("aria-labelledby", "").split()
    ]
    anchors = [
        attributes["href"][1:]
        for _, attributes in tags
        if attributes.get("href", "").startswith("#")
    ]

    assert len(ids) == len(set(ids))
    assert {*references, *anchors} <= set(ids)


def test_every_picture_has_a_name_or_is_hidden() -> None:
    """Charts are pictures with a title; ornaments and keys of colours are none."""
    pictures = [attributes for tag, attributes in page([person()]).tags if tag == "svg"]

    assert pictures
    for attributes in pictures:
        assert attributes.get("role") == "img" or attributes.get("aria-hidden") == "true"


def test_arabic_is_marked_as_arabic() -> None:
    """A screen reader speaks, and a browser lays out, what stands in Arabic as Arabic."""
    arabic = re.compile("[\u0600-\u06ff]")
    report = page(
        [person(attributes={"country": "EG", "organisation": "وزارة العدل"})],
        reviews={"no-session": 1},
        events=({"title": {"en": "Forum", "ar": "منتدى"}, "start": at("2020-01-05T14:00")},),
        sdgs=(16,),
    )

    # Names of pictures and of the page are attributes' prose: one text in both languages.
    unmarked = [text for text, lang in report.texts if arabic.search(text) and lang != "ar"]
    assert [text for text in unmarked if " – " not in text] == []


def test_the_order_of_rows_changes_no_byte() -> None:
    """People, partners and kinds of review may come in any order, and twice gives the same."""
    people = [
        person(attributes={"country": code, "gender": gender}, nominated_by=partner)
        for code, gender, partner in (
            ("EG", "female", "a"),
            ("LY", "male", "b"),
            ("TN", "female", ""),
            ("", "male", "c"),
        )
    ]
    partners = [Partner(id_, "Same", f"شريك {id_}", "donor", "") for id_ in "ab"]
    reviews = {"no-session": 1, "missing-out": 1}

    def rendered(backwards: bool) -> str:
        step = -1 if backwards else 1
        return render(
            edition(),
            people[::step],
            partners[::step],
            closed_at=CLOSED_AT,
            reviews=dict(list(reviews.items())[::step]),
        )

    assert rendered(False) == rendered(False) == rendered(True)


def test_a_glossary_stays_in_the_order_of_the_arabic_alphabet() -> None:
    """It is given in that order, with further languages beside it."""
    terms = ("اتجار", "بلد", "لاجئ")
    glossary = [
        {"term": {"ar": term, "en": "x", "fr": f"f{place}"}, "definition": {"fr": "sens"}}
        for place, term in enumerate(terms)
    ]

    report = page(glossary=tuple(glossary))

    assert [row.cells for row in report.rows["glossary"]] == [
        ["x", "f0 sens", "اتجار"],
        ["x", "f1 sens", "بلد"],
        ["x", "f2 sens", "لاجئ"],
    ]


def test_events_and_resources_stand_in_both_languages() -> None:
    """With the day, the place, the kind, and titles in further languages."""
    event: dict[str, Any] = {
        "title": {"en": "Forum", "ar": "منتدى"},
        "start": at("2022-05-17T14:00"),
        "end": at("2022-05-17T22:00"),
        "place": {"en": "New York", "ar": "نيويورك"},
    }
    resource = {
        "title": {"en": "Reader", "ar": "نصوص", "fr": "Recueil"},
        "language": "fr",
        "kind": "case-studies",
    }

    report = page(events=(event,), resources=(resource,))

    assert report.rows["events"][1].cells == [
        "Forum Tuesday 17 May 2022 New York",
        "16:00–00:00 +1",
        "منتدى الثلاثاء 17 مايو 2022 نيويورك",
    ]
    assert report.rows["resources"][2].cells == [
        "Reader Recueil",
        "case studies French الفرنسية",
        "نصوص",
    ]


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "paper", 4.5),
        ("ink", "pale", 4.5),
        ("muted", "paper", 4.5),
        ("gold-text", "paper", 4.5),
        ("gold-text", "pale", 4.5),
        ("alert", "paper", 4.5),
        ("some", "paper", 3),
        ("some", "ink", 3),
    ],
)
def test_colours_have_the_contrast_of_wcag_aa(front: str, back: str, least: float) -> None:
    """4.5 to 1 for text, 3 to 1 for what a chart is made of."""
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", STYLE))
    lighter, darker = sorted((_luminance(colours[front]), _luminance(colours[back])))[::-1]

    assert (lighter + 0.05) / (darker + 0.05) >= least


def test_headings_skip_no_level() -> None:
    """The outline of the page can be walked."""
    tags = page([person()]).tags
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch("h[1-6]", tag)]

    assert levels[0] == 1
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))
