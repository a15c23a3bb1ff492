"""What is to be on Kafka, as `infra/kafka/topics.yaml` and `acls.yaml` say it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, TypeVar

import yaml
from ijaza_runtime.bus import BusError, TopicPlan
from pydantic import BaseModel, ConfigDict, Field, ValidationError

TOPICS_FILE = "topics.yaml"
ACLS_FILE = "acls.yaml"
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Operation = Literal["READ", "WRITE", "DESCRIBE"]
Resource = Literal["TOPIC", "GROUP"]


class PlanError(BusError):
    """A file of the plan that cannot be used; the message says which, where and why."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TopicEntry(_Part):
    """One topic of `topics.yaml`."""

    partitions: Literal["participants"] | Annotated[int, Field(ge=1)]
    config: Mapping[str, str]
    reason: Annotated[str, Field(min_length=1)]


class TopicFile(_Part):
    """`topics.yaml`."""

    replication: Annotated[int, Field(ge=1)]
    min_insync_replicas: Annotated[int, Field(ge=1)]
    common: Mapping[str, str]
    topics: Mapping[str, TopicEntry]


class UserEntry(_Part):
    """What one user of `acls.yaml` may do; the page itself says what the words mean."""

    write: Sequence[str] = ()
    consume: Mapping[str, Sequence[str]] = {}
    follow: Sequence[str] = ()
    describe: Sequence[str] = ()

    @property
    def reads(self) -> frozenset[str]:
        """Every topic that it may read, with a group or without."""
        return frozenset(self.follow).union(*self.consume.values())


class PartnerEntry(_Part):
    """What each partner's user may do."""

    read: Sequence[str]


class FleetEntry(_Part):
    """What the user of each fleet of kiosks may do."""

    write: Sequence[str]


class AclFile(_Part):
    """`acls.yaml`."""

    users: Mapping[str, UserEntry]
    partners: PartnerEntry
    fleets: FleetEntry


class Permission(NamedTuple):
    """One thing that one user may do, from any host."""

    user: str
    operation: Operation
    resource: Resource
    name: str
    prefixed: bool = False

    def __str__(self) -> str:
        what = f"{self.resource.lower()} {self.name}{'*' if self.prefixed else ''}"
        return f"{self.user} may {self.operation.lower()} {what}"


@dataclass(frozen=True, slots=True)
class PlannedTopic:
    """A topic as it is to be on Kafka."""

    name: str
    partitions: int
    replicas: int
    config: Mapping[str, str]

    @property
    def plan(self) -> TopicPlan:
        """The same, as far as every bus knows it."""
        compacted = self.config["cleanup.policy"] == "compact"
        largest = self.config.get("max.message.bytes")
        return TopicPlan(
            self.name,
            self.partitions,
            compacted=compacted,
            largest=None if largest is None else int(largest),
        )


F = TypeVar("F", bound=BaseModel)


def read_topics(folder: Path) -> TopicFile:
    """The plan of topics in a folder. Raises `PlanError`."""
    return _read(folder / TOPICS_FILE, TopicFile)


def read_acls(folder: Path) -> AclFile:
    """The plan of permissions in a folder. Raises `PlanError`."""
    return _read(folder / ACLS_FILE, AclFile)


def planned_topics(
    file: TopicFile, *, partitions: int, replication: int | None
) -> list[PlannedTopic]:
    """Every topic, with `partitions` where it is keyed by participant.

    With fewer than three copies one of them has to be enough for a write: otherwise nothing could
    be written while one broker restarts.
    """
    replicas = replication or file.replication
    in_sync = min(file.min_insync_replicas, max(1, replicas - 1))
    return [
        PlannedTopic(
            name=name,
            partitions=partitions if entry.partitions == "participants" else entry.partitions,
            replicas=replicas,
            config={**file.common, "min.insync.replicas": str(in_sync), **entry.config},
        )
        for name, entry in file.topics.items()
    ]


def permissions(
    file: AclFile, partners: Sequence[str], fleets: Sequence[str] = ()
) -> list[Permission]:
    """Everything that anybody may do: services, staff, and the partners and fleets named.

    Raises `PlanError` if the name of one cannot be part of a user's.
    """
    found = [each for user, entry in file.users.items() for each in _of_user(user, entry)]
    for partner in partners:
        user = f"partner-{_checked(partner, 'partner')}"
        found += [Permission(user, "READ", "TOPIC", topic) for topic in file.partners.read]
        found.append(Permission(user, "READ", "GROUP", f"{user}.", prefixed=True))
    for fleet in fleets:
        user = f"fleet-{_checked(fleet, 'fleet')}"
        found += [Permission(user, "WRITE", "TOPIC", topic) for topic in file.fleets.write]
    return found


def _checked(name: str, kind: str) -> str:
    if not NAME.fullmatch(name):
        raise PlanError(
            f"{name!r} is no name of a {kind}: small letters and digits are, with single hyphens "
            "between them."
        )
    return name


def _of_user(user: str, entry: UserEntry) -> Iterator[Permission]:
    for topic in entry.write:
        yield Permission(user, "WRITE", "TOPIC", topic)
    for topic in sorted(entry.reads):
        yield Permission(user, "READ", "TOPIC", topic)
    for group in entry.consume:
        yield Permission(user, "READ", "GROUP", group)
    for group in entry.describe:
        yield Permission(user, "DESCRIBE", "GROUP", group)


def _read(path: Path, kind: type[F]) -> F:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PlanError(
            f"{path} is not there: --kafka takes the folder with {TOPICS_FILE} and {ACLS_FILE} "
            "(infra/kafka in the source)."
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PlanError(f"{path} is not YAML: {error}") from None
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise PlanError(f"{path}: {place}: {first['msg']}") from None
