"""A worker of the printers: prints the pages that come on standard input, until it ends.

So it ends with the process that started it, by whatever means that one ends. Signals are for that
process alone: Ctrl-C on a terminal, which reaches both, leaves time to finish what is in hand.
"""

import os
import pickle
import signal
import sys
from contextlib import suppress
from typing import BinaryIO

from ijaza_credential.documents.pdf import Page, RenderError


def main() -> None:
    """Print until there is nothing more to print."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    pages = sys.stdin.buffer
    # Whatever else writes to standard output shall not come between the pages; and a page that
    # nobody waits for any more is no fault, for whoever sent it was ended.
    with suppress(BrokenPipeError), os.fdopen(os.dup(1), "wb") as printed:
        os.dup2(2, 1)
        while (page := _next(pages)) is not None:
            answer: bytes | RenderError
            try:
                answer = page.printed()
            except RenderError as error:
                answer = error
            pickle.dump(answer, printed)
            printed.flush()


def _next(pages: BinaryIO) -> Page | None:
    """The page that comes; None if the process that sent pages is done, or gone."""
    try:
        page: Page = pickle.load(pages)  # noqa: S301 - of the process that started this one
    except (EOFError, pickle.UnpicklingError):
        return None
    return page


if __name__ == "__main__":
    main()
