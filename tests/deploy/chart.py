"""Rendering the Helm chart, and having what comes out of it judged."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
CHART = ROOT / "infra" / "helm" / "ijaza"
SCHEMAS = Path(__file__).parent / "schemas"
KUBERNETES = "1.37.0"
"""Whose schemas lie under `schemas/kubernetes`."""

Resource = dict[str, Any]


class RefusedError(Exception):
    """Helm or kubeconform says no; the message is theirs."""


@dataclass(frozen=True, slots=True)
class Chart:
    """The chart. `helm` and `kubeconform` are programs."""

    helm: Path
    kubeconform: Path

    def lint(self) -> None:
        """Raises `RefusedError` with what helm finds wrong, warnings too."""
        self._run(str(self.helm), "lint", "--strict", "--kube-version", KUBERNETES, str(CHART))

    def render(self, *values: str) -> list[Resource]:
        """What is installed with these values (`name=value`, JSON). Raises `RefusedError`."""
        settings = [part for value in values for part in ("--set-json", value)]
        text = self._run(
            str(self.helm), "template", "ijaza", str(CHART), "--namespace", "office",
            "--kube-version", KUBERNETES, *settings,
        )  # fmt: skip
        return [each for each in yaml.safe_load_all(text) if each is not None]

    def judge(self, resources: list[Resource]) -> None:
        """Raises `RefusedError` where a resource is not as its schema wants it."""
        places = [
            part
            for folder in sorted(path for path in SCHEMAS.iterdir() if path.is_dir())
            for part in (
                "-schema-location",
                f"{folder}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json",
            )
        ]
        self._run(
            str(self.kubeconform), "-strict", "-kubernetes-version", KUBERNETES, *places, "-",
            given=yaml.safe_dump_all(resources),
        )  # fmt: skip

    def _run(self, *command: str, given: str = "") -> str:
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode != 0:
            raise RefusedError(done.stdout + done.stderr)
        return done.stdout


def of_kind(resources: list[Resource], kind: str) -> dict[str, Resource]:
    """The resources of a kind, by their names."""
    return {each["metadata"]["name"]: each for each in resources if each["kind"] == kind}
