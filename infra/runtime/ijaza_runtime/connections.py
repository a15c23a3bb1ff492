"""How servers are reached beside their address: as whom, how encrypted, how durable."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """As whom Kafka is reached. The certificate authority and the client's own are PEM files."""

    security: Security = "PLAINTEXT"
    mechanism: Mechanism = "SCRAM-SHA-512"
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None


@dataclass(frozen=True, slots=True)
class MongoWrites:
    """When a write on MongoDB counts as durable: on how many members, journalled, within what.

    `acknowledged` is MongoDB's `w`: a number of members, or `majority`; `timeout` is in seconds.
    """

    acknowledged: str = "majority"
    journalled: bool = True
    timeout: float = 10.0
