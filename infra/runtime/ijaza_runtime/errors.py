"""What a command is answered when the rules do not allow it."""

from collections.abc import Mapping
from typing import Literal

Kind = Literal["not-known", "invalid", "conflicting"]
"""How a domain, which knows no HTTP, names the refusals below."""


class Refusal(Exception):
    """A command that cannot be carried out; nothing was changed.

    `code` names the kind for programs, `detail` tells a person what was wrong, where, what was
    expected and what to do. Neither repeats personal data.
    """

    status = 409

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Conflicting(Refusal):
    """What is recorded says otherwise."""

    status = 409


class NotKnown(Refusal):
    """No such thing is known, or not yet."""

    status = 404


class Invalid(Refusal):
    """The command does not fit the edition's definition."""

    status = 422


class Forbidden(Refusal):
    """The actor's role does not allow it."""

    status = 403


_BY_KIND: Mapping[Kind, type[Refusal]] = {
    "not-known": NotKnown,
    "invalid": Invalid,
    "conflicting": Conflicting,
}


def refusal(kind: Kind, code: str, detail: str) -> Refusal:
    """The refusal that a domain's own error stands for."""
    return _BY_KIND[kind](code, detail)
