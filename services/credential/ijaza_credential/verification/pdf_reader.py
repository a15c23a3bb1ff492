"""The process that reads PDFs: `python -I -m ijaza_credential.verification.pdf_reader`.

It is told its limits first, gives up what it does not need, and then takes the credential out of
one file after another (`pdf_readers.py`). It ends with the process that started it.
"""

import json
import os
import signal
import sys

from ijaza_credential.conversation import receive, send
from ijaza_credential.documents.extract import ExtractionError, attached_credential
from ijaza_credential.templates.confine import limit, limit_time, refuse_network

FOUND, NOT_FOUND = b"+", b"-"
"""How an answer begins: what follows is the credential, or why there is none."""


def main() -> None:
    """Serve until the other side hangs up."""
    # Ctrl-C on a terminal reaches both: the one that answers visitors says when this is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    files, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed here is no answer
    limits = json.loads(receive(files))
    refuse_network()
    limit(limits["memory"])
    send(answers, b"{}")
    while pdf := receive(files):
        limit_time(limits["seconds"])
        send(answers, _answer(pdf))


def _answer(pdf: bytes) -> bytes:
    try:
        return FOUND + attached_credential(pdf)
    except ExtractionError as error:
        return NOT_FOUND + str(error).encode("utf-8", "replace")


if __name__ == "__main__":
    main()
