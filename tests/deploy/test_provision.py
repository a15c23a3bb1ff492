"""`ijaza provision`: what it makes, what it says, and what it leaves alone."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # public, though not marked so for type checkers
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourcePatternType,
    ResourceType,
)
from ijaza_local.provisioning.plan import PlanError, permissions, read_acls, read_topics

from tests.servers.kafka_secured import Secured

ROOT = Path(__file__).parents[2]
KAFKA = ROOT / "infra" / "kafka"
IJAZA = Path(sys.executable).parent / "ijaza"

pytestmark = pytest.mark.slow


def ijaza(*arguments: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`ijaza provision`, with the settings given and no others."""
    return subprocess.run(
        [IJAZA, "provision", "--kafka", KAFKA, *arguments],
        env={"PATH": "/usr/bin:/bin", **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def on_files(folder: Path, **more: str) -> dict[str, str]:
    """The settings of the embedded default."""
    return {
        "IJAZA_BUS_URL": f"sqlite:///{folder}/bus.db",
        "IJAZA_STORE_URL": f"sqlite:///{folder}/stores",
        **more,
    }


def on_kafka(server: Secured, folder: Path, **more: str) -> dict[str, str]:
    """Settings of the administrator of a secured cluster."""
    return {
        "IJAZA_BUS_URL": f"kafka://{server.address}",
        "IJAZA_KAFKA_SECURITY": "SASL_PLAINTEXT",
        "IJAZA_KAFKA_USERNAME": server.username,
        "IJAZA_KAFKA_PASSWORD": server.password,
        "IJAZA_STORE_URL": f"sqlite:///{folder}/stores",
        "IJAZA_PARTITIONS": "4",
        **more,
    }


def _same(binding: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        binding.restype,
        binding.name,
        binding.resource_pattern_type,
        binding.principal,
        binding.host,
        binding.operation,
        binding.permission_type,
    )


def test_in_files_it_makes_the_topics_once(tmp_path: Path) -> None:
    """First all differs, then all is made, then nothing differs; `--check` made nothing."""
    before = ijaza("--check", env=on_files(tmp_path))
    made = ijaza(env=on_files(tmp_path))
    after = ijaza("--check", env=on_files(tmp_path))

    assert before.returncode == 1
    assert "differs: topic enrollment.people" in before.stdout
    assert made.returncode == 0
    assert "made: topic enrollment.people" in made.stdout
    assert after.returncode == 0, after.stdout
    assert "everything is there" in after.stdout


def test_another_partition_count_is_refused(tmp_path: Path) -> None:
    """The number is fixed for life: nothing is made, and the message says what to set."""
    ijaza(env=on_files(tmp_path, IJAZA_PARTITIONS="4"))

    refused = ijaza(env=on_files(tmp_path, IJAZA_PARTITIONS="5"))

    assert refused.returncode == 1
    assert "enrollment.events has 4 partitions, planned are 5" in refused.stderr
    assert "Nothing was made" in refused.stderr


def test_without_its_files_it_says_which(tmp_path: Path) -> None:
    """A wrong folder, and a word too many in a file, are named with what was expected."""
    with pytest.raises(PlanError, match=r"topics\.yaml is not there"):
        read_topics(tmp_path)
    content = yaml.safe_load((KAFKA / "acls.yaml").read_text(encoding="utf-8"))
    content["users"]["ijaza-credential"]["delete"] = ["graduations"]
    (tmp_path / "acls.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")

    with pytest.raises(PlanError, match=r"acls\.yaml: users\.ijaza-credential\.delete"):
        read_acls(tmp_path)


def test_nobody_can_be_named_into_another_user() -> None:
    """A name with a dot would share another partner's groups; a star would be everybody."""
    with pytest.raises(PlanError, match="no name of a partner"):
        permissions(read_acls(KAFKA), ["acme.evil"])
    with pytest.raises(PlanError, match="no name of a fleet"):
        permissions(read_acls(KAFKA), [], ["*"])


def test_on_kafka_it_makes_topics_and_permissions(kafka_secured: Secured, tmp_path: Path) -> None:
    """On a cluster whose auto-creation is off, everything is there afterwards, as planned."""
    settings = on_kafka(kafka_secured, tmp_path)
    once = ijaza("--replication", "1", "--partner", "acme", env=settings)
    again = ijaza("--replication", "1", "--partner", "acme", "--check", env=settings)

    assert once.returncode == 0, once.stdout + once.stderr
    assert again.returncode == 0, again.stdout + again.stderr
    assert "everything is there" in again.stdout


def test_what_was_changed_by_hand_is_found(kafka_secured: Secured, tmp_path: Path) -> None:
    """A setting is set back; a permission beyond the plan is told, and left for a person."""
    settings = on_kafka(kafka_secured, tmp_path)
    ijaza("--replication", "1", env=settings)
    admin = AdminClient({**kafka_secured.client()})
    shorter = ConfigEntry("retention.ms", "1000", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, "operations.audit", incremental_configs=[shorter])
    too_much = AclBinding(
        ResourceType.TOPIC,
        f"elsewhere-{uuid4().hex}",
        ResourcePatternType.LITERAL,
        "User:ijaza-assessment",
        "*",
        AclOperation.READ,
        AclPermissionType.ALLOW,
    )
    for done in admin.incremental_alter_configs([resource]).values():
        done.result(10)
    for allowed in admin.create_acls([too_much]).values():
        allowed.result(10)
    try:
        found = ijaza("--replication", "1", "--check", env=settings)
        mended = ijaza("--replication", "1", env=settings)
        left = ijaza("--replication", "1", "--check", env=settings)
    finally:
        for deleted in admin.delete_acls([_same(too_much)]).values():
            deleted.result(10)

    assert found.returncode == 1
    assert "operations.audit: retention.ms from 1000 to -1" in found.stdout
    assert "changed: topic operations.audit" in mended.stdout
    assert left.returncode == 1
    assert "retention.ms" not in left.stdout
    assert "permission beyond the plan: User:ijaza-assessment ALLOW READ" in left.stdout
