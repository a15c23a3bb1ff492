"""A Kafka broker with users, passwords, access lists and TLS."""

from dataclasses import dataclass
from pathlib import Path

from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._scram import (
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from tests.servers.certificates import write_certificates
from tests.servers.kafka import Broker
from tests.servers.kafka_settings import COMMON, listening, of_node, replicated
from tests.servers.process import free_port

ADMIN = "admin"
ADMIN_PASSWORD = "of-the-admin"
ITERATIONS = 4096
_MODULES = "org.apache.kafka.common.security"


@dataclass(frozen=True, slots=True)
class Secured:
    """How it is reached: `address` in clear and `tls_address` encrypted, both by SCRAM-SHA-512.

    Who is not the admin may do nothing that an access list does not allow.
    """

    address: str
    tls_address: str
    ca_file: str
    username: str = ADMIN
    password: str = ADMIN_PASSWORD

    def client(self) -> dict[str, str]:
        """The admin as a client of librdkafka."""
        return {"bootstrap.servers": self.address, **as_user(self.username, self.password)}

    def add_user(self, name: str, password: str) -> None:
        """Make a user, or give one another password."""
        credential = UserScramCredentialUpsertion(
            name,
            ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS),
            password.encode(),
        )
        admin = AdminClient({**self.client()})
        for done in admin.alter_user_scram_credentials([credential]).values():
            done.result(10)


def as_user(name: str, password: str) -> dict[str, str]:
    """What librdkafka is told to be let in, in clear."""
    return {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": name,
        "sasl.password": password,
    }


def secured_broker(folder: Path, *, owner: int | None = None) -> tuple[Broker, Secured]:
    """The broker, made but not started, and how it is reached."""
    clear, tls, controller = free_port(), free_port(), free_port()
    folder.mkdir(parents=True, exist_ok=True)
    authority, own = write_certificates(folder)
    reached = Secured(f"127.0.0.1:{clear}", f"127.0.0.1:{tls}", str(authority))
    broker = Broker(
        folder,
        COMMON
        | replicated(1, 1)
        | of_node(1, {1: controller}, folder)
        | listening(CLIENTS=clear, TLS=tls, CONTROLLER=controller)
        | _security(own),
        address=reached.address,
        scram=[f"SCRAM-SHA-512=[name={ADMIN},password={ADMIN_PASSWORD},iterations={ITERATIONS}]"],
        client=as_user(ADMIN, ADMIN_PASSWORD),
        owner=owner,
    )
    return broker, reached


def _security(own: Path) -> dict[str, str]:
    """SCRAM for clients; PLAIN where the controller is spoken to, which has users before it."""
    credentials = f'username="{ADMIN}" password="{ADMIN_PASSWORD}"'
    return {
        "listener.security.protocol.map": "CLIENTS:SASL_PLAINTEXT,TLS:SASL_SSL,"
        "CONTROLLER:SASL_PLAINTEXT",
        "inter.broker.listener.name": "CLIENTS",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": f"{_MODULES}.plain.PlainLoginModule "
        f'required {credentials} user_{ADMIN}="{ADMIN_PASSWORD}";',
        **{
            f"listener.name.{listener}.scram-sha-512.sasl.jaas.config": f"{_MODULES}.scram."
            f"ScramLoginModule required {credentials};"
            for listener in ("clients", "tls")
        },
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(own),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": f"User:{ADMIN}",
    }
