"""Editions played once for several tests."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from ijaza_local.play.run import Played, run_edition

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
