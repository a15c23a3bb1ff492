"""edition.yaml with more places: only the numbers change, every other character stays."""

from collections import Counter
from collections.abc import Sequence

import yaml
from ijaza_contracts.edition import Edition, SeatLimit, Selection
from ijaza_enrollment.domain.applicants import candidate
from ijaza_enrollment.domain.selection import ranking

from ijaza_local.files import Applicant, application_of


def with_places(edition: Edition, places: int, applicants: Sequence[Applicant]) -> Edition:
    """The edition with room for `places`: the capacity is that, and limits are lifted to it.

    A limit is lifted no further than the best `places` applicants need.
    """
    rule = edition.selection
    if rule is None:
        return edition
    free = rule.model_copy(update={"capacity": places, "at_most": ()})
    candidates = {one.ref: candidate(one.ref, application_of(one)) for one in applicants}
    order = [entry.participant for entry in ranking(candidates.values(), free) if not entry.fails]
    limits = []
    for limit in rule.at_most:
        taken = Counter(candidates[ref].columns[limit.per] for ref in order[:places])
        limits.append(SeatLimit(per=limit.per, seats=max([limit.seats, *taken.values()])))
    update = {"capacity": places, "at_most": tuple(limits)}
    return edition.model_copy(update={"selection": rule.model_copy(update=update)})


def rewritten(text: str, rule: Selection | None) -> str:
    """The text of edition.yaml with the capacity and the limits of `rule`."""
    if rule is None:
        return text
    selection = _value(_root(text), "selection")
    numbers = [(_value(selection, "capacity"), rule.capacity)]
    if rule.at_most:
        limits = _value(selection, "at_most").value
        numbers += [
            (_value(node, "seats"), limit.seats)
            for node, limit in zip(limits, rule.at_most, strict=True)
        ]
    # From the end, so that places before stay where they are.
    for node, number in sorted(numbers, key=lambda pair: -pair[0].start_mark.index):
        text = f"{text[: node.start_mark.index]}{number}{text[node.end_mark.index :]}"
    return text


def named_glossary(text: str) -> str | None:
    """The file that edition.yaml names as its glossary."""
    entries = _root(text).value
    return next((str(value.value) for key, value in entries if key.value == "glossary"), None)


def _root(text: str) -> yaml.Node:
    root = yaml.compose(text, Loader=yaml.BaseLoader)
    if root is None:
        raise ValueError("an edition's definition was read before it is rewritten")
    return root


def _value(node: yaml.Node, key: str) -> yaml.Node:
    found: yaml.Node = next(value for name, value in node.value if name.value == key)
    return found
