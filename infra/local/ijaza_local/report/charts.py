"""Bar charts as inline SVG that a reader's eyes and a screen reader both can take in.

Each group is one bar, and inside it those of the group of whom more is true: an outline for all, a
fill for some of them, a stripe for the core; a bar of one number is a fill. The numbers stand at
the bar's end, so that no colour need be told apart. All text is escaped; the looks are in
report.css.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from .wording import Wording

WIDTH = 360
ROW = 45
TALLEST = 15
"""So many bars at the most: what comes after them stands in the table only."""

_BAR_TOP, _BAR_HEIGHT = 22, 14
_STRIPE_INSET = 4
_NUMBER_WIDTH, _NUMBER_GAP = 7, 6
_ENGLISH_LETTER, _ARABIC_LETTER, _LABEL_GAP = 6.9, 5.2, 14
"""How wide a letter of a label is at the most, on average; SVG breaks no lines."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: one number; or all, some of them and the core, None where there is no such number."""

    label: Wording
    values: tuple[int | None, ...]


def bars(identity: str, title: Wording, explanation: Wording, rows: Sequence[Bar]) -> Markup:
    """A chart of the first rows, as an `svg` element. `identity` is unique within the page."""
    drawn = rows[:TALLEST]
    figures = [_figures(bar.values) for bar in drawn]
    room = WIDTH - _NUMBER_GAP - _NUMBER_WIDTH * max(map(len, figures), default=0)
    largest = max((number or 0 for bar in drawn for number in bar.values), default=0)
    body = Markup().join(
        _row(line * ROW, bar, text, room / max(largest, 1))
        for line, (bar, text) in enumerate(zip(drawn, figures, strict=True))
    )
    return Markup(
        '<svg class="chart" role="img" aria-labelledby="{id}-title {id}-desc" '
        'viewBox="0 0 {width} {height}">'
        '<title id="{id}-title">{title}</title><desc id="{id}-desc">{explanation}</desc>'
        "{body}</svg>"
    ).format(
        id=identity,
        width=WIDTH,
        height=len(drawn) * ROW,
        title=_in_one(title),
        explanation=_in_one(explanation),
        body=body,
    )


def _row(top: int, bar: Bar, figures: str, scale: float) -> Markup:
    kinds = ("some",) if len(bar.values) == 1 else ("all", "some", "core")
    shapes = [
        _shape(kind, top, number * scale)
        for kind, number in zip(kinds, bar.values, strict=False)
        if number is not None
    ]
    length = max((number or 0 for number in bar.values), default=0) * scale
    number = Markup('<text class="number" x="{x}" y="{y}">{figures}</text>').format(
        x=_rounded(length + _NUMBER_GAP), y=top + _BAR_TOP + 11, figures=figures
    )
    return Markup().join([_label(bar.label, top + 13), *shapes, number])


def _shape(kind: str, top: int, length: float) -> Markup:
    inset = _STRIPE_INSET if kind == "core" else 0
    return Markup(
        '<rect class="{kind}" x="0.5" y="{y}" width="{length}" height="{height}"/>'
    ).format(
        kind=kind,
        y=top + _BAR_TOP + inset,
        length=_rounded(length),
        height=_BAR_HEIGHT - 2 * inset,
    )


def _label(label: Wording, baseline: int) -> Markup:
    """Both languages at their ends of the line; the Arabic only if both have room."""
    left = _cut(label.en, _ENGLISH_LETTER)
    room = WIDTH - _LABEL_GAP - len(left) * _ENGLISH_LETTER if left else WIDTH
    fits = len(label.ar) * _ARABIC_LETTER <= room
    right = label.ar if fits else "" if left else _cut(label.ar, _ARABIC_LETTER)
    parts = []
    if left:
        parts.append(
            Markup('<text class="label" x="0" y="{y}" lang="{lang}">{text}</text>').format(
                y=baseline, lang=label.lang, text=left
            )
        )
    if right:
        parts.append(
            Markup(
                '<text class="label" x="{x}" y="{y}" lang="ar" direction="rtl">{text}</text>'
            ).format(x=WIDTH, y=baseline, text=right)
        )
    return Markup().join(parts)


def _cut(text: str, letter: float) -> str:
    most = int(WIDTH / letter)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _figures(values: Sequence[int | None]) -> str:
    return " · ".join("–" if number is None else f"{number:,}" for number in values)


def _in_one(wording: Wording) -> str:
    return " – ".join(filter(None, (wording.en, wording.ar)))


def _rounded(length: float) -> str:
    return f"{length:.1f}"
