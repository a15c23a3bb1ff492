"""Helm and kubeconform, built with Go once for as long as their versions stay the same."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.chart import Chart
from tests.thirdparty.conftest import installed, not_available

TOOLS = Path(__file__).with_name("tools.txt")
BUILD_SECONDS = 1200
"""Helm is some 200 s of work for two cores when Go has nothing of it in its cache."""


@pytest.fixture(scope="session")
def chart() -> Iterator[Chart]:
    """The Helm chart, with the programs that render and judge it."""
    go = shutil.which("go")
    if go is None:
        # Unlike the other tools, Debian's Go is too old to build them: nothing CI could install.
        pytest.skip("go is not installed: the Helm chart was not checked")

    def install(folder: Path) -> None:
        for tool in TOOLS.read_text(encoding="utf-8").split():
            done = subprocess.run(
                [go, "install", tool],
                env={**os.environ, "GOBIN": str(folder), "GOFLAGS": ""},
                capture_output=True,
                text=True,
                timeout=BUILD_SECONDS,
                check=False,
            )
            if done.returncode != 0:
                not_available(f"Go cannot build {tool} ({done.stderr.strip()[-500:]})")

    with installed("deploy-tools", [TOOLS], install) as folder:
        yield Chart(folder / "helm", folder / "kubeconform")
