"""Editions played once for several tests."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ijaza_local.play.run import Played, run_edition

from tests.editions import small_edition
from tests.flow.commandline import Call, in_process

EXAMPLES = Path(__file__).parents[2] / "examples"

Play = Callable[..., Played]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One issuer's keys for all runs of the session."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def play(keys: Path) -> Play:
    """Play an edition's folder into OUT with the session's keys."""

    def played(edition: Path, out: Path, *, revise: bool = False) -> Played:
        return asyncio.run(run_edition(edition, out, keys=keys, revise=revise))

    return played


@pytest.fixture(scope="session")
def governance(tmp_path_factory: pytest.TempPathFactory, play: Play) -> Path:
    """The OUT of the Certificate in Migration Governance, fourth edition."""
    out = tmp_path_factory.mktemp("played") / "mg-4"
    play(EXAMPLES / "mg-4", out)
    return out


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a small edition that gives everybody who takes part a certificate."""
    certificate = {
        "id": "certificate",
        "kind": "participation",
        "title": {"en": "Certificate", "ar": "شهادة"},
    }
    folder = tmp_path_factory.mktemp("files") / "small"
    return small_edition(folder, certificates=[certificate], approvals=None)


@pytest.fixture(scope="session")
def small_out(tmp_path_factory: pytest.TempPathFactory, small: Path, play: Play) -> Path:
    """The OUT of the small edition; a test that changes it takes a copy."""
    out = tmp_path_factory.mktemp("played") / "small"
    play(small, out)
    return out


@pytest.fixture
def ijaza(monkeypatch: pytest.MonkeyPatch, keys: Path) -> Iterator[Call]:
    """The command line in this process, with the session's keys."""
    monkeypatch.setenv("IJAZA_KEYS", str(keys))
    # Logs and the collector are the process's, which is pytest's here.
    monkeypatch.setattr("ijaza_runtime.observe.configure", lambda *_: None)
    thresholds = gc.get_threshold()
    yield in_process
    gc.set_threshold(*thresholds)
