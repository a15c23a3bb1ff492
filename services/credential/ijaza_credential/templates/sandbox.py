"""A template run in a process of its own, which has no network, little memory and little time."""

import json
import os
import re
import signal
import subprocess
import sys
import weakref
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from time import monotonic
from typing import Any

from ijaza_credential.conversation import Conversation
from ijaza_credential.documents import pdf
from ijaza_credential.templates.pack import FONTS, Pack

_PROXY = "http://127.0.0.1:9"
"""Where nobody answers: should the kernel not refuse the network, typst finds none."""
_STANDARDS = ["a-3a", "ua-1"]
_SHEETS = 500
"""Sheets after which a process is ended: what typst remembers of them would fill its memory."""
_NAMED = re.compile(r"^(?:error|warning): (.+)$(?:\n\s*┌─ (\S+?:\d+):\d+)?", re.MULTILINE)
_LINGERS = 0.5
"""Seconds that a process which has hung up may take to be gone."""
_OUR_SOURCE = "__typst_py_bytes__.typ"
_MESSAGES = (
    (
        re.compile(r".*the text `(.+)` could not be displayed with font `(.+)`"),
        r"the character \1 is not in the font \2: name a font that has it, or add one to the pack",
    ),
    (
        re.compile(r"unknown font family: (.+)"),
        r"the font \1 is neither in the pack nor one of ours: add its file, or name another",
    ),
    (
        re.compile(r"failed to download package.*|package not found.*|failed to load package.*"),
        "imports a package. Packages are never fetched: put what you need into the pack",
    ),
    (
        re.compile(r"file not found.*|path .* would escape.*|failed to load (?:linked|file).*"),
        "reads a file that is not in the pack: a template reads nothing else",
    ),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of memory, and seconds of CPU for one sheet; `patience` is in seconds of the clock."""

    memory: int = 1 << 30
    seconds: int = 10
    patience: float = 60.0


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Sheets:
    """What came out: a PDF, or a picture of each page; `seconds` is the CPU time that it took."""

    files: tuple[bytes, ...]
    warnings: tuple[str, ...]
    seconds: float


class TemplateError(Exception):
    """A template that cannot set what it was given; `faults` say where and why.

    No fault repeats what the certificate says, but for a character that no font has.
    """

    def __init__(self, *faults: str) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class Sandbox:
    """Sets sheets with one pack. The process is started when it is needed, and again if it died.

    It can be shared by threads, which wait for each other.
    """

    def __init__(self, pack: Pack, limits: Limits = LIMITS) -> None:
        self._pack = pack
        self._limits = limits
        self._process: _Process | None = None
        self._lock = Lock()

    def pdf(self, source: bytes) -> Sheets:
        """Set a source as PDF/A-3a and PDF/UA-1. Raises `TemplateError`."""
        return self._set({"format": "pdf", "pdf_standards": _STANDARDS}, source)

    def pictures(self, source: bytes, ppi: int) -> Sheets:
        """Set a source as PNG, a picture for each page. Raises `TemplateError`."""
        return self._set({"format": "png", "ppi": ppi}, source)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _set(self, asked: Mapping[str, Any], source: bytes) -> Sheets:
        with self._lock:
            if self._process is None or self._process.sheets >= _SHEETS:
                self._end()
                self._process = _Process(self._pack, self._limits)
            try:
                head, files = self._process.set(asked, source)
            except (EOFError, BrokenPipeError):
                why = self._process.why()
                self._end()
                raise TemplateError(why) from None
            except BaseException:
                self._end()  # what it would still say is the answer to nothing
                raise
        if error := head.get("error"):
            raise TemplateError(*_told(error))
        warnings = [each for warning in head["warnings"] for each in _told(warning)]
        return Sheets(tuple(files), tuple(dict.fromkeys(warnings)), head["seconds"])

    def _end(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None


class _Process:
    def __init__(self, pack: Pack, limits: Limits) -> None:
        self.sheets = 0
        self._limits = limits
        folder = TemporaryDirectory(prefix="ijaza-template-")
        root = Path(folder.name)
        for name, content in pack.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        own = {str((root / name).parent) for name in pack.files if Path(name).suffix in FONTS}
        process = subprocess.Popen(
            [sys.executable, "-I", "-m", "ijaza_credential.templates.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=root,
            env=_environment(),
        )
        self._process = process
        self.end = weakref.finalize(self, _end, process, folder)
        self._worker = Conversation(process)
        started = {
            "root": str(root),
            "fonts": [str(pdf.FONTS), *sorted(own)],
            "memory": limits.memory,
            "seconds": limits.seconds,
        }
        self._worker.send(json.dumps(started).encode())
        self._worker.receive(monotonic() + limits.patience)

    def set(self, asked: Mapping[str, Any], source: bytes) -> tuple[dict[str, Any], list[bytes]]:
        """Raises `EOFError` or `BrokenPipeError` if the process dies or takes too long."""
        self.sheets += 1
        self._worker.send(json.dumps(asked).encode())
        self._worker.send(source)
        until = monotonic() + self._limits.patience
        head = json.loads(self._worker.receive(until))
        return head, [self._worker.receive(until) for _ in range(head["pages"])]

    def why(self) -> str:
        """Why nothing more comes from this process."""
        try:
            code = self._process.wait(_LINGERS)
        except subprocess.TimeoutExpired:
            return f"a page is not done after {self._limits.patience:g} s: it was stopped"
        if code == -signal.SIGXCPU:
            return f"a page takes more than {self._limits.seconds} s: it was stopped"
        memory = self._limits.memory >> 20
        return f"it was stopped: most likely it needs more than {memory} MiB of memory"


def _end(process: subprocess.Popen[bytes], folder: TemporaryDirectory[str]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(BrokenPipeError):
                stream.close()
    folder.cleanup()


def _environment() -> dict[str, str]:
    """Nothing of ours: no address, no key, no folder."""
    names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    return {
        **dict.fromkeys(names, _PROXY),
        "HOME": os.devnull,
        "LANG": "C.UTF-8",
        "MALLOC_ARENA_MAX": "2",
        "RAYON_NUM_THREADS": "1",
        "TZ": "UTC",
    }


def _told(diagnostic: str) -> list[str]:
    """What typst says, without the lines of the source that it repeats: names stand in ours."""
    found = []
    for message, place in _NAMED.findall(diagnostic):
        told = message
        for known, ours in _MESSAGES:
            if match := known.fullmatch(message):
                told = match.expand(ours)
                break
        file = "" if not place or place.startswith(_OUR_SOURCE) else f"{place}: "
        found.append(file + told)
    return list(dict.fromkeys(found)) or ["typst cannot set it, and does not say why"]
