"""Servers that all workers of a test run share: started by the first that asks for one."""

import fcntl
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.servers.process import NotAvailable, ServerError

Facts = Mapping[str, str]
"""What a worker must know of a server that another one started."""


class SharedServers:
    """Starts each server once for a run; the keepers end them when the run has ended.

    `owner` is the process that lives as long as the run: with pytest-xdist the one that starts the
    workers, so that a server outlives the worker that happened to start it.
    """

    def __init__(self, config: pytest.Config, base: Path) -> None:
        is_worker = hasattr(config, "workerinput")
        self.owner = os.getppid() if is_worker else os.getpid()
        self._folder = base.parent if is_worker else base

    def get(self, name: str, start: Callable[[Path, int], Facts]) -> Facts:
        """What `start` told when it was called with a folder and the owner, once for the run.

        What kept it from starting fails or leaves out every test that needs it, without another
        try.
        """
        told = self._folder / f"{name}.json"
        with (self._folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not told.exists():
                told.write_text(json.dumps(self._started(name, start)))
        facts: dict[str, str] = json.loads(told.read_text())
        if "missing" in facts:
            raise NotAvailable(facts["missing"])
        if "failed" in facts:
            raise ServerError(facts["failed"])
        return facts

    def _started(self, name: str, start: Callable[[Path, int], Facts]) -> Facts:
        try:
            return start(self._folder / name, self.owner)
        except NotAvailable as error:
            return {"missing": str(error)}
        except ServerError as error:
            return {"failed": str(error)}
