"""What a command is answered when the rules do not allow it."""

from typing import Literal

Kind = Literal["not-known", "invalid", "conflicting"]
"""Whether something is not known, does not fit the edition, or is recorded otherwise."""


class NotAllowedError(Exception):
    """A command that the rules do not allow; nothing was changed.

    `code` is for programs; `detail` says what was wrong, where, what was expected, what to do;
    `members` say for programs what is there instead.
    """

    def __init__(self, kind: Kind, code: str, detail: str, **members: int | str) -> None:
        super().__init__(detail)
        self.kind: Kind = kind
        self.code = code
        self.detail = detail
        self.members = members
