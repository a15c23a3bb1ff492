"""What a command is answered when the rules do not allow it."""

from typing import Literal

Kind = Literal["not-known", "conflicting"]
"""Whether something is not known, or not yet, or what is recorded says otherwise."""


class NotAllowedError(Exception):
    """A command that the rules do not allow; nothing was changed.

    `code` is for programs; `detail` says what was wrong, where, what was expected, what to do.
    """

    def __init__(self, kind: Kind, code: str, detail: str) -> None:
        super().__init__(detail)
        self.kind: Kind = kind
        self.code = code
        self.detail = detail
