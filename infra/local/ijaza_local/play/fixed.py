"""What a revision cannot change once the selection has been made, and the rules there have been.

Enrollment refuses the same (`handlers/editions.py`), though only after the rows of a run were
taken; so a run asks before it takes them.
"""

from collections.abc import Iterator

from ijaza_contracts.edition import Edition, Part, Selection
from ijaza_enrollment.domain.editions import same_order

from ijaza_local.files.definition import EDITION_YAML
from ijaza_local.files.model import Fault
from ijaza_local.play.ledger import Ledger

_FACT = "fixed"


class Fixed(Part):
    """What of a definition later ones have to keep.

    `rules` are those of the selection, and of each revision since that changed them: whoever takes
    part may do so by any of them.
    """

    did_host: str
    rules: tuple[Selection | None, ...]


def noted(ledger: Ledger) -> Fixed | None:
    """What was noted; None while the selection has not been made."""
    fact = ledger.fact(_FACT)
    if fact is None or ledger.fact("selected") is None:
        return None
    return Fixed.model_validate_json(fact)


def note(ledger: Ledger, known: Fixed | None, edition: Edition) -> None:
    """Note a definition beside what is known of earlier ones."""
    rules = known.rules if known else ()
    if edition.selection not in rules:
        rules = (*rules, edition.selection)
    fixed = Fixed(did_host=edition.issuer.did_host, rules=rules)
    ledger.note(_FACT, fixed.model_dump_json())


def changes(fixed: Fixed, edition: Edition) -> Iterator[Fault]:
    """What another definition does not keep."""
    if not same_order(fixed.rules[0], edition.selection):
        yield Fault(
            EDITION_YAML,
            0,
            "selection",
            "",
            "require, prefer and the columns of at_most as the selection was made by them, or no "
            "selection if there was none: restore them. Capacity, seats and promote_until may "
            "change",
        )
    if fixed.did_host != edition.issuer.did_host:
        yield Fault(
            EDITION_YAML,
            0,
            "issuer.did_host",
            edition.issuer.did_host,
            f"{fixed.did_host}, as recorded: certificates name their issuer and their status "
            "lists by it. Restore it",
        )
