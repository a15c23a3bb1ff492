"""How Kafka is reached: by which addresses, as whom, and how long an answer may take."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from ijaza_runtime.bus import BusError
from ijaza_runtime.connections import KafkaAccess

_MECHANISMS = {
    "PLAIN": SASLPlaintext,
    "SCRAM-SHA-256": SASLScram256,
    "SCRAM-SHA-512": SASLScram512,
}
METADATA_SECONDS = 60
"""After so long at the latest a client learns of new leaders and brokers by itself."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster by some of its brokers (`host:port`), and as whom it is reached."""

    servers: tuple[str, ...]
    access: KafkaAccess
    member: str | None = None

    @property
    def client_id(self) -> str:
        """The name under which the brokers' logs and quotas know this process."""
        return f"ijaza-{self.member}" if self.member else "ijaza"

    def options(self, request_seconds: float) -> Mapping[str, Any]:
        """What every client of aiokafka is given. Raises `BusError` on unusable certificates."""
        return {
            "bootstrap_servers": list(self.servers),
            "client_id": self.client_id,
            "request_timeout_ms": int(request_seconds * 1000),
            "metadata_max_age_ms": METADATA_SECONDS * 1000,
            **parse_security(security_of(self.access)),
        }

    def __str__(self) -> str:
        return ", ".join(self.servers)


def security_of(access: KafkaAccess) -> BaseSecurity | None:
    """The security that FastStream is given. Raises `BusError` on unusable certificates."""
    context = _tls(access) if access.security in ("SSL", "SASL_SSL") else None
    if access.security in ("PLAINTEXT", "SSL"):
        return BaseSecurity(ssl_context=context)
    if not access.username:
        raise BusError(
            f"Kafka's security is {access.security}, and no name is given: set "
            "IJAZA_KAFKA_USERNAME and IJAZA_KAFKA_PASSWORD."
        )
    return _MECHANISMS[access.mechanism](
        username=access.username,
        password=access.password,
        ssl_context=context,
        use_ssl=context is not None,
    )


def _tls(access: KafkaAccess) -> ssl.SSLContext:
    """TLS that checks the broker's certificate and name, with the client's own if there is one."""
    try:
        context = ssl.create_default_context(cafile=access.ca_file)
        if access.certificate_file is not None:
            context.load_cert_chain(access.certificate_file, access.key_file)
    except (OSError, ssl.SSLError) as error:
        raise BusError(
            f"Kafka's certificates cannot be used ({error}): IJAZA_KAFKA_CA_FILE, "
            "IJAZA_KAFKA_CERTIFICATE_FILE and IJAZA_KAFKA_KEY_FILE name PEM files."
        ) from error
    return context
