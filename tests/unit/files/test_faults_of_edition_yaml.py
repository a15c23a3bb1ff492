"""Every kind of fault in edition.yaml is named once: its line, path, value, what was expected."""

from pathlib import Path

import pytest

from tests.unit.files.broken import Broken, check


def yaml(
    find: str, put: str, column: str, value: str, expected: str, lines_down: int = 0
) -> Broken:
    """A fault in edition.yaml."""
    return Broken(
        file="edition.yaml",
        find=find,
        put=put,
        column=column,
        value=value,
        expected=expected,
        lines_down=lines_down,
    )


M1_D1 = "modules[m1].sessions[m1-d1]"

CASES = {
    "no mapping": yaml("id: small-1\n", "id: [a]\n", "id", "[…]", "a single value"),
    "id with capitals": yaml("small-1", "Small 1", "id", "Small 1", "small letters a–z"),
    "id too long": yaml("small-1", "s" * 41, "id", "s" * 41, "1 to 40"),
    "key missing": yaml("timezone: Africa/Cairo\n", "", "timezone", "", "it is required", -3),
    "key misspelt": yaml("issue: auto", "isue: auto", "isue", "automatic", "did you mean issue?"),
    "key twice": yaml(
        "issue: automatic",
        "issue: automatic\nissue: on_approval",
        "issue",
        "on_approval",
        "once",
        1,
    ),
    "value left empty": yaml("issue: automatic", "issue:", "issue", "", "leave out the key"),
    "zone unknown": yaml(
        "Africa/Cairo", "Africa/Kairo", "timezone", "Africa/Kairo", "such as Africa/Cairo"
    ),
    "zone is a path": yaml("Africa/Cairo", "../x", "timezone", "../x", "IANA"),
    "language unknown": yaml("[ar, en]", "[ar, en, eng]", "languages[3]", "eng", "ISO 639-1"),
    "language twice": yaml("[ar, en]", "[ar, en, ar]", "languages[3]", "ar", "stands above"),
    "title lacks a language": yaml(
        "title: {en: Small certificate, ar: شهادة صغيرة}",
        "title: {en: Small certificate}",
        "title",
        "{…}",
        "ar is missing",
    ),
    "title is one text": yaml(
        "title: {en: Small certificate, ar: شهادة صغيرة}", "title: Small", "title", "Small", "each"
    ),
    "host is an address": yaml(
        "did_host: certificates.example.org",
        "did_host: https://certificates.example.org",
        "issuer.did_host",
        "https://certificates.example.org",
        "a host's name",
    ),
    "address without scheme": yaml(
        "url: https://example.org\n", "url: example.org\n", "issuer.url", "example.org", "https://"
    ),
    "e-mail without host": yaml(
        "office@example.org", "office@example", "issuer.email", "office@example", "e-mail"
    ),
    "issuer has no name": yaml(
        "  name: {en: Office, ar: المكتب}\n", "", "issuer.name", "", "required", -2 + 1
    ),
    "organisers empty": yaml(
        "organisers: [{id: office, name: {en: Office, ar: المكتب}}]",
        "organisers: []",
        "organisers",
        "[]",
        "at least 1",
    ),
    "instructor of nobody": yaml(
        "organiser: office", "organiser: ofice", "instructors[1].organiser", "ofice", "mean office?"
    ),
    "country in full": yaml(
        "country: EG", "country: Egypt", "place.country", "Egypt", "two capital"
    ),
    "country in small letters": yaml(
        "country: EG", "country: eg", "place.country", "eg", "mean EG?"
    ),
    "goal that is none": yaml("[16, 17]", "[16, 18]", "sdgs[2]", "18", "1 to 17"),
    "goal twice": yaml("[16, 17]", "[16, 16]", "sdgs[2]", "16", "stands above"),
    "no places": yaml("capacity: 3", "capacity: 0", "selection.capacity", "0", "1 to"),
    "more places than services take": yaml(
        "capacity: 3", "capacity: 1000001", "selection.capacity", "1000001", "1 to 1000000"
    ),
    "places in Arabic digits": yaml("capacity: 3", "capacity: ٣", "selection.capacity", "٣", "0–9"),
    "capacity missing": yaml("  capacity: 3\n", "", "selection.capacity", "", "required", 0),
    "accepted value is no list": yaml(
        "field_related: [yes]",
        "field_related: yes",
        "selection.require.field_related",
        "yes",
        "list",
    ),
    "nothing accepted": yaml(
        "field_related: [yes]",
        "field_related: []",
        "selection.require.field_related",
        "[]",
        "least 1",
    ),
    "column that is not there": yaml(
        "field_related: [yes]", "field: [yes]", "selection.require.field", "field", "field_related"
    ),
    "column with times": yaml(
        "per: organisation", "per: applied_at", "selection.at_most[1].per", "applied_at", "texts"
    ),
    "value in two classes": yaml(
        "[junior]]", "[junior, mid]]", "selection.prefer[1].order", "[…]", "'mid' stands 2 times"
    ),
    "seats below one": yaml("seats: 2", "seats: -2", "selection.at_most[1].seats", "-2", "1 to"),
    "day that is none": yaml(
        "promote_until: 2019-12-15T16:00",
        "promote_until: 2019-02-30T16:00",
        "selection.promote_until",
        "2019-02-30T16:00",
        "no such day",
    ),
    "time with a blank": yaml(
        "start: 2019-12-15T16:00\n",
        "start: 2019-12-15 16:00\n",
        f"{M1_D1}.start",
        "2019-12-15 16:00",
        "YYYY-MM-DDTHH:MM",
    ),
    "session ends before it starts": yaml(
        "end: 2019-12-16T20:00",
        "end: 2019-12-16T16:00",
        "modules[m1].sessions[m1-d2].end",
        "2019-12-16T16:00",
        "after the start",
    ),
    "break outside its session": yaml(
        "end: 2019-12-15T18:20",
        "end: 2019-12-15T20:20",
        f"{M1_D1}.breaks[1].end",
        "2019-12-15T20:20",
        "ends after it",
    ),
    "break before its session": yaml(
        "start: 2019-12-15T18:00",
        "start: 2019-12-15T15:00",
        f"{M1_D1}.breaks[1].start",
        "2019-12-15T15:00",
        "begins before",
    ),
    "module without sessions": yaml(
        "    sessions:\n      - {id: m2-d1, start: 2019-12-17T16:00, end: 2019-12-17T20:00}\n",
        "    sessions: []\n",
        "modules[m2].sessions",
        "[]",
        "at least 1",
    ),
    "module's id with a slash": yaml("- id: m2", "- id: m/2", "modules[2].id", "m/2", "without /"),
    "module's id twice": yaml("- id: m2", "- id: m1", "modules[m1].id", "m1", "stands above"),
    "session's id twice": yaml(
        "{id: m2-d1", "{id: m1-d1", "modules[m2].sessions[m1-d1].id", "m1-d1", "stands above"
    ),
    "pass mark above the highest score": yaml(
        "pass_mark: 60",
        "pass_mark: 160",
        "modules[m1].test.pass_mark",
        "160",
        "at most the max_score",
    ),
    "score with a comma": yaml(
        "pass_mark: 60", 'pass_mark: "60,5"', "modules[m1].test.pass_mark", "60,5", "comma"
    ),
    "no attempts": yaml("attempts: 2", "attempts: 0", "modules[m1].test.attempts", "0", "1 to"),
    "test without attempts": yaml(
        ", attempts: 2}", "}", "modules[m1].test.attempts", "", "required"
    ),
    "language of a resource": yaml(
        "language: fr", "language: French", "modules[m1].resources[1].language", "French", "639-1"
    ),
    "kind of certificate": yaml(
        "kind: completion",
        "kind: complete",
        "certificates[certificate].kind",
        "complete",
        "one of completion",
    ),
    "certificate's id twice": yaml(
        "- id: participation",
        "- id: certificate",
        "certificates[certificate].id",
        "certificate",
        "stands above",
    ),
    "more than all": yaml(
        "min_percent: 80",
        "min_percent: 180",
        "certificates[certificate].requires.attendance.min_percent",
        "180",
        "0 to 100",
    ),
    "hours below none": yaml(
        "min_hours: 3",
        "min_hours: -3",
        "certificates[certificate].requires.attendance.min_hours",
        "-3",
        "without sign",
    ),
    "tests asked for": yaml(
        "tests: all_passed",
        "tests: all",
        "certificates[certificate].requires.tests",
        "all",
        "all_passed, none",
    ),
    "record of attendance": yaml(
        "record: in-out", "record: in_out", "attendance.record", "in_out", "did you mean in-out?"
    ),
    "way of issue": yaml(
        "issue: automatic", "issue: auto", "issue", "auto", "automatic, on_approval"
    ),
    "approvers": yaml("approvers: 1", "approvers: 3", "approvers", "3", "one of 1, 2"),
    "way of change": yaml("on_change: at_once", "on_change: now", "on_change", "now", "propose"),
    "hours to settle": yaml(
        "settle_hours: 48", "settle_hours: 2d", "settle_hours", "2d", "a number"
    ),
    "day of the ceremony": yaml(
        "ceremony: 2020-01-16", "ceremony: 16.1.2020", "ceremony", "16.1.2020", "YYYY-MM-DD"
    ),
    "resource without title": yaml(
        "[{title: {en: Handbook}}]", "[{kind: book}]", "resources[1].title", "", "required"
    ),
    "event ends before it starts": yaml(
        "end: 2019-12-20T12:00",
        "end: 2019-12-20T09:00",
        "events[1].end",
        "2019-12-20T09:00",
        "after",
    ),
    "glossary elsewhere": yaml(
        "glossary: glossary.csv",
        "glossary: ../glossary.csv",
        "glossary",
        "../glossary.csv",
        "folder",
    ),
    "glossary missing": yaml(
        "glossary: glossary.csv", "glossary: terms.csv", "glossary", "terms.csv", "there is no such"
    ),
    "tag": yaml(
        "id: small-1", "id: !!python/name:os.system small-1", "", "small-1", "without a tag"
    ),
    "alias of itself": yaml(
        "themes: [Migration health]", "themes: &a [Migration health, *a]", "", "", "by an alias"
    ),
    "tab in the indentation": yaml(
        "themes: [Migration health]",
        "themes:\n\t- Migration health",
        "",
        "- Migration health",
        "YAML",
        1,
    ),
    "bracket left open": yaml("[16, 17]", "[16, 17", "", "selection:", "valid YAML", 1),
    "control character": yaml(
        "themes: [Migration", "themes: [\x07Migration", "", "U+0007", "visible"
    ),
    "control character escaped": yaml(
        "themes: [Migration health]", 'themes: ["a\\x07"]', "themes[1]", "a\x07", "control"
    ),
    "second document": yaml("themes:", "---\nthemes:", "", "---", "valid YAML"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_names_the_one_fault_of_a_broken_definition(case: Broken, tmp_path: Path) -> None:
    """One thing broken in edition.yaml gives one fault, at its place, however much hangs on it."""
    check(case, tmp_path)


def test_aliases_that_blow_up_are_refused(tmp_path: Path) -> None:
    """A few lines of aliases of aliases stand for more values than a definition may have."""
    layers = "".join(f"  - &l{n} [*l{n - 1}, *l{n - 1}, *l{n - 1}]\n" for n in range(1, 40))
    bomb = yaml(
        "themes: [Migration health]",
        f"themes:\n  - &l0 [x]\n{layers}",
        "",
        "",
        "aliases written out",
    )
    faults = bomb.faults(tmp_path)
    assert [fault.expected for fault in faults] == ["at most 100000 values, aliases written out"]


@pytest.mark.slow
def test_values_nested_too_deep_are_refused(tmp_path: Path) -> None:
    """Brackets in brackets without end do not end the process."""
    deep = yaml("themes: [Migration health]", f"themes: {'[' * 5000}", "", "", "too deep")
    assert "nested too deep" in deep.faults(tmp_path)[0].expected


def test_a_huge_definition_is_refused(tmp_path: Path) -> None:
    """The size of edition.yaml is bounded before it is parsed."""
    huge = yaml("id: small-1", f"id: small-1\n#{'x' * 1024 * 1024}", "", "", "at most")
    assert "1048576 bytes" in huge.faults(tmp_path)[0].expected
