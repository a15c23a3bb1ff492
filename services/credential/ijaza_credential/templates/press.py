"""Prints certificates with packs: each in processes of its own, which are kept warm."""

from threading import Lock

from ijaza_credential.documents.subject import CertificateFacts
from ijaza_credential.templates.pack import Pack
from ijaza_credential.templates.sandbox import Sandbox
from ijaza_credential.templates.sheet import check_sheet, source_of

_IDLE = 3
"""Sandboxes kept for the next certificate; each takes some 100 MiB."""


class Press:
    """Prints with any pack. It can be used from several threads at once."""

    def __init__(self) -> None:
        self._idle: list[tuple[str, Sandbox]] = []
        self._lock = Lock()

    def print(self, pack: Pack, facts: CertificateFacts, credential: bytes) -> bytes:
        """The PDF of a certificate. The same pack, facts and credential give the same bytes.

        Raises `TemplateError` if the pack does not print it, or not as it promises.
        """
        sandbox = self._taken(pack)
        try:
            (pdf,) = sandbox.pdf(source_of(facts, credential)).files
        finally:
            self._put_back(pack, sandbox)
        check_sheet(pdf, credential, pack.manifest.pages)
        return pdf

    def close(self) -> None:
        """End the processes that are idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, sandbox in idle:
            sandbox.close()

    def _taken(self, pack: Pack) -> Sandbox:
        with self._lock:
            for at, (digest, sandbox) in enumerate(self._idle):
                if digest == pack.digest:
                    del self._idle[at]
                    return sandbox
        return Sandbox(pack)

    def _put_back(self, pack: Pack, sandbox: Sandbox) -> None:
        with self._lock:
            self._idle.append((pack.digest, sandbox))
            surplus = self._idle.pop(0)[1] if len(self._idle) > _IDLE else None
        if surplus is not None:
            surplus.close()
