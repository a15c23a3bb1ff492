"""What a command is answered when the rules do not allow it."""

from collections.abc import Mapping
from math import ceil
from typing import Literal

Kind = Literal["not-known", "invalid", "conflicting"]
"""How a domain, which knows no HTTP, names the refusals below."""


class Refusal(Exception):
    """A command that cannot be carried out; nothing was changed.

    `code` names the kind for programs, `detail` tells a person what was wrong, where, what was
    expected and what to do. Neither repeats personal data.
    """

    status = 409

    def __init__(self, code: str, detail: str, **members: int | str) -> None:
        """`members` stand in the answer beside the rest (RFC 9457, 3.2), for programs."""
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.members = members


class TooLarge(Refusal):
    """The request is bigger than this address takes."""

    status = 413


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


class TooMany(Refusal):
    """Asked too often; `seconds` is how long to wait before asking again."""

    status = 429

    def __init__(self, code: str, detail: str, seconds: float) -> None:
        super().__init__(code, detail)
        self.seconds = max(1, ceil(seconds))


_BY_KIND: Mapping[Kind, type[Refusal]] = {
    "not-known": NotKnown,
    "invalid": Invalid,
    "conflicting": Conflicting,
}


def refusal(kind: Kind, code: str, detail: str, **members: int | str) -> Refusal:
    """The refusal that a domain's own error stands for."""
    return _BY_KIND[kind](code, detail, **members)
