"""report.html: the numbers that it tells."""

from ijaza_local.files.model import Partner

from tests.unit.report.given import edition, page, people_with, person, session

EGYPT = Partner("gov-eg", "Government of Egypt", "حكومة مصر", "government", "EG")
LEAGUE = Partner("las", "League of Arab States", "جامعة الدول العربية", "organisation", "")


def test_the_way_from_application_to_certificate() -> None:
    """Each step with its number, its share of all, and of those who took part."""
    report = page(
        [
            *(person() for _ in range(3)),
            person(missing=("test:m1",)),
            person("waitlisted"),
            person("declined"),
            person("declined"),
            person("withdrawn"),
        ]
    )

    steps = ["applied", "admissible", "took_part", "eligible", "certificates"]
    assert {step: report.row("way", step).numbers for step in steps} == {
        "applied": ["8", "100 %", ""],
        "admissible": ["6", "75 %", ""],
        "took_part": ["4", "50 %", "100 %"],
        "eligible": ["3", "38 %", "75 %"],
        "certificates": ["3", "38 %", "75 %"],
    }


def test_the_outcome_of_the_selection() -> None:
    """Every applicant has one of four outcomes."""
    report = page([person(), person("waitlisted"), person("declined"), person("declined")])

    outcomes = ["selected", "waitlisted", "declined", "withdrawn"]
    assert [report.row("way", outcome).numbers[0] for outcome in outcomes] == ["1", "1", "2", "0"]


def test_a_roster_knows_no_selection() -> None:
    """Nobody applied or was declined: people were on the roster, and some left it."""
    report = page([person(), person("withdrawn")], selection=None)

    assert report.values("way") == [
        "applied",
        "took_part",
        "eligible",
        "certificates",
        "selected",
        "withdrawn",
    ]
    assert report.row("way", "applied").cells[0] == "On the roster"


def test_where_there_are_several_certificates_each_is_counted() -> None:
    """Who misses the first may earn the second: earned and held are told apart."""
    first, second = (
        {"id": id_, "kind": "attendance", "title": {"en": id_.title(), "ar": "شهادة"}}
        for id_ in ("best", "second")
    )
    people = [
        person(award="best", certificate="best"),
        person(award="best", certificate=""),
        person(missing=("attendance:m1",), award="second", certificate="second"),
    ]

    report = page(people, certificates=(first, second))

    assert report.row("certificates", "best").numbers == ["2", "1"]
    assert report.row("certificates", "second").numbers == ["1", "1"]
    assert report.row("way", "earned").numbers[0] == "3"


def test_modules_tell_who_met_what_they_ask_for() -> None:
    """Taught time, attendance and tests; a dash where there is no test."""
    report = page([person(), person(missing=("attendance:m2", "test:m1"))])

    assert report.row("modules", "m1").numbers == ["4:00", "2", "1"]
    assert report.row("modules", "m2").numbers == ["4:00", "1", "–"]


def test_countries_have_names_in_both_languages() -> None:
    """By country: applied, took part, certificates; a code without a name here is itself."""
    people = [*people_with("country", "EG", "EG", "TV")]

    report = page([*people, person("declined", attributes={"country": "EG"})])

    assert report.row("country", "EG").cells == ["Egypt", "3", "2", "2", "مصر"]
    assert report.row("country", "TV").cells == ["TV", "1", "1", "1", ""]


def test_every_column_of_the_applicants_has_its_numbers() -> None:
    """formats.md: "numbers by country, organisation, seniority and every further attribute"."""
    attributes = {
        "country": "EG",
        "organisation": "Customs",
        "organisation_type": "government",
        "seniority": "mid",
        "field_related": "yes",
        "port_kind": "seaport",
        "shift": "night",
    }

    report = page([person(attributes=attributes)])

    assert {column: report.values(column) for column in attributes} == {
        column: [value] for column, value in attributes.items()
    }


def test_a_group_of_one_is_shown_and_the_page_says_so() -> None:
    """The report is the office's own, who knows its people; the reader is warned."""
    report = page(people_with("port_kind", "desk", "seaport", "seaport"))

    assert report.row("port_kind", "desk").numbers == ["1", "1", "1"]
    assert "Groups of one are shown" in report.html


def test_values_that_tell_persons_apart_are_not_listed() -> None:
    """A spreadsheet may carry telephones; their number is told, they are not."""
    report = page(people_with("phone", "+20 100 123 4567", "+20 100 765 4321"))

    assert "4567" not in report.html
    assert "2 different values" in report.html


def test_organisations_that_partners_and_organisers_name_have_both_names() -> None:
    """applicants.csv has organisations in one language; who is known has two."""
    report = page(
        people_with("organisation", "League of Arab States", "Office", "Elsewhere"),
        partners=[LEAGUE],
    )

    names = {row.value: row.cells[-1] for row in report.rows["organisation"] if row.value}
    assert names == {
        "League of Arab States": "جامعة الدول العربية",
        "Office": "المكتب",
        "Elsewhere": "",
    }


def test_partners_see_what_became_of_their_people() -> None:
    """Nominated, took part, certificates; those whom nobody nominated make up the rest."""
    people = [
        person(nominated_by="gov-eg"),
        person(nominated_by="gov-eg", certificate=""),
        person("declined", nominated_by="gov-eg"),
        person(),
    ]

    report = page(people, partners=[LEAGUE, EGYPT])

    assert report.values("partners") == ["gov-eg", "las"]
    assert report.row("partners", "gov-eg").numbers == ["3", "2", "1"]
    assert report.row("partners", "las").numbers == ["0", "0", "0"]
    assert ["1", "1", "1"] in [row.numbers for row in report.rows["partners"]]


def test_partners_that_nominated_nobody_are_named_without_numbers() -> None:
    """A table of zeros would say less than the sentence above it."""
    report = page([person()], partners=[EGYPT])

    assert report.row("partners", "gov-eg").cells == [
        "Government of Egypt Government, Egypt",
        "حكومة مصر حكومة، مصر",
    ]


def test_a_nominating_partner_that_no_file_lists_is_shown_by_its_id() -> None:
    """partners.csv is optional."""
    report = page([person(nominated_by="unhcr")])

    assert report.row("partners", "unhcr").cells[0] == "unhcr"


def test_review_items_stand_in_the_order_of_the_files_rules() -> None:
    """Kinds of which nothing is open are left out."""
    report = page(reviews={"no-session": 2, "in-while-inside": 1200, "missing-out": 0})

    assert [(row.value, row.numbers) for row in report.rows["reviews"] if row.value] == [
        ("in-while-inside", ["1,200"]),
        ("no-session", ["2"]),
    ]


def test_the_calendar_is_that_of_the_edition_in_its_own_time() -> None:
    """A moved session stands at its new time, a cancelled one is struck out and not taught."""
    module = {
        "id": "m1",
        "title": {"en": "Law", "ar": "القانون"},
        "sessions": (
            session("d1", "2020-01-09T14:00", "2020-01-09T18:00"),
            session("d2", "2020-01-06T14:00", "2020-01-06T18:00", cancelled=True),
        ),
    }

    report = page(modules=(module,))

    assert report.row("calendar", "d1").cells == [
        "Thursday 9 January 2020",
        "d1",
        "16:00–20:00",
        "4:00",
        "الخميس 9 يناير 2020",
    ]
    cancelled = report.row("calendar", "d2")
    assert cancelled.classes == "cancelled"
    assert cancelled.cells[0] == "Monday 6 January 2020 cancelled"
    assert cancelled.cells[3] == "0:00"
    assert report.row("modules", "m1").numbers[0] == "4:00"


def test_an_edition_closed_at_night_closed_on_the_day_of_its_own_clocks() -> None:
    """18:00 UTC is still the same day in Cairo, and in Auckland the next."""
    assert "11 January 2020" in page().html
    assert "12 January 2020" in page(timezone="Pacific/Auckland").html


def test_nobody_applied() -> None:
    """An edition without people has a report without people."""
    report = page()

    assert report.row("way", "applied").numbers == ["0", "–", ""]
    assert "people" not in report.rows


def test_it_reads_the_edition_that_it_is_given() -> None:
    """Title, organisers, place and dates in both languages."""
    texts = [text for text, _ in page().texts]

    for expected in (
        "Migration Governance",
        "حوكمة الهجرة",
        "Campus, Egypt",
        "الحرم، مصر",
        "5–9 January 2020",
        "5–9 يناير 2020",
        "Office",
        "المكتب",
    ):
        assert expected in texts
    assert edition().id in texts
