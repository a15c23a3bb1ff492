"""The charts of the report."""

import re

from ijaza_local.report.charts import TALLEST, WIDTH, Bar, bars
from ijaza_local.report.wording import Wording

TITLE = Wording("Country", "البلد")
EXPLANATION = Wording("Each bar: all.", "كل شريط: الكل.")


def drawn(*rows: Bar) -> str:
    """A chart as text."""
    return str(bars("c", TITLE, EXPLANATION, rows))


def lengths(svg: str) -> list[float]:
    """The lengths of the bars."""
    return [float(length) for length in re.findall(r'<rect [^>]*width="([0-9.]+)"', svg)]


def test_a_chart_is_one_picture_with_a_name() -> None:
    """A screen reader gets a title and a description in both languages, and no heap of shapes."""
    svg = drawn(Bar(Wording("Egypt", "مصر"), (3,)))

    assert 'role="img" aria-labelledby="c-title c-desc"' in svg
    assert '<title id="c-title">Country – البلد</title>' in svg
    assert '<desc id="c-desc">Each bar: all. – كل شريط: الكل.</desc>' in svg


def test_numbers_stand_at_the_bars() -> None:
    """Nobody has to measure a bar or tell colours apart; what is unknown is a dash."""
    svg = drawn(Bar(Wording("Egypt"), (1200, 30, None)))

    assert ">1,200 · 30 · –</text>" in svg


def test_bars_are_as_long_as_their_numbers() -> None:
    """All bars of a chart share one scale, and the longest leaves room for its number."""
    longest, half, third = lengths(drawn(Bar(Wording("A"), (6, 3)), Bar(Wording("B"), (2, None))))

    assert longest < WIDTH
    assert abs(half * 2 - longest) < 0.2
    assert abs(third * 3 - longest) < 0.2


def test_nobody_is_a_bar_of_no_length() -> None:
    """A chart of zeros is drawn."""
    assert lengths(drawn(Bar(Wording("A"), (0, 0, 0)))) == [0, 0, 0]


def test_only_the_first_rows_are_drawn() -> None:
    """A chart of hundreds of organisations would be no picture."""
    svg = drawn(*(Bar(Wording(f"Office {n}"), (1,)) for n in range(TALLEST + 1)))

    assert f"Office {TALLEST - 1}<" in svg
    assert f"Office {TALLEST}<" not in svg


def test_labels_stay_inside_the_chart() -> None:
    """A long label is cut, and its translation left to the table."""
    svg = drawn(Bar(Wording("Ministry of Everything " * 5, "وزارة كل شيء"), (1,)))

    assert re.search(r"Ministry of [^<]*…</text>", svg)
    assert "وزارة" not in svg


def test_arabic_labels_begin_at_the_right() -> None:
    """Both names of a group stand at their own ends of the line."""
    svg = drawn(Bar(Wording("Egypt", "مصر"), (1,)))

    assert f'x="{WIDTH}" y="13" lang="ar" direction="rtl">مصر</text>' in svg


def test_labels_are_escaped() -> None:
    """A value of a spreadsheet never becomes markup."""
    svg = drawn(Bar(Wording("<script>x</script>", "<b>"), (1,)))

    assert "<script" not in svg
    assert "&lt;script&gt;" in svg
