"""What differs between what is planned and what is there."""

from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """What becomes of a difference."""

    MAKE = "made"
    """It is missing, and provision makes it."""
    ALTER = "changed"
    """It is set otherwise, and provision sets it."""
    BY_HAND = "left as it is"
    """Provision never moves data and never takes a permission away: a person does."""
    REFUSE = "refused"
    """Nothing at all is made while this stands."""


class Change(NamedTuple):
    """One difference, said in words."""

    kind: Kind
    what: str
