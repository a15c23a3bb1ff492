"""What docker-compose.yml says of each service, started natively: no engine, no image."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
_SECONDS = re.compile(r"(?:(\d+)m)?(?:(\d+)s)?")


def composed() -> dict[str, Any]:
    """The file, with its anchors resolved."""
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return content


def ours() -> dict[str, Any]:
    """The services whose image is built here."""
    return {name: each for name, each in composed()["services"].items() if "build" in each}


def servers() -> dict[str, Any]:
    """The services whose image is others'."""
    return {name: each for name, each in composed()["services"].items() if "build" not in each}


def seconds(text: str) -> int:
    """A duration as the Compose Specification writes it, in whole minutes and seconds."""
    match = _SECONDS.fullmatch(text)
    assert match is not None, text
    return int(match[1] or 0) * 60 + int(match[2] or 0)


@dataclass(frozen=True, slots=True)
class Native:
    """A service of the file on this machine: its command, environment and health check.

    `stands_for` says what takes the place of what is not here: addresses, and paths in a container.
    """

    said: Mapping[str, Any]
    stands_for: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """What the file says, and where programs are found."""
        found = {name: self._here(value) for name, value in self.said["environment"].items()}
        return {"PATH": f"{Path(sys.executable).parent}{os.pathsep}/usr/bin:/bin", **found}

    def start(self, log: Path) -> "subprocess.Popen[bytes]":
        """Start it; what it says goes to a file."""
        with log.open("wb") as file:
            return subprocess.Popen(
                self._command(self.said["command"]),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                cwd=log.parent,
            )

    def healthy(self) -> bool:
        """Run the health check once, as it is written."""
        kind, *command = self.said["healthcheck"]["test"]
        assert kind == "CMD"
        done = subprocess.run(
            self._command(command),
            env=self.environment,
            capture_output=True,
            timeout=seconds(self.said["healthcheck"]["timeout"]) + 5,
            check=False,
        )
        return done.returncode == 0

    @property
    def patience(self) -> int:
        """Seconds in which it has to become healthy."""
        check = self.said["healthcheck"]
        return seconds(check["start_period"]) + int(check["retries"]) * seconds(check["interval"])

    @property
    def grace(self) -> int:
        """Seconds in which it has to end when it is told to."""
        return seconds(self.said["stop_grace_period"])

    def _command(self, words: list[str]) -> list[str]:
        program, *arguments = words
        found = Path(sys.executable).parent / program
        assert found.is_file(), f"{program} is not in the environment that an image has"
        return [str(found), *map(self._here, arguments)]

    def _here(self, text: str) -> str:
        return self.stands_for.get(text, text)
