"""What every service is told by its environment, and how that is shown."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ijaza_runtime.connections import KafkaAccess, Mechanism, MongoWrites, Security

PREFIX = "IJAZA_"


def _networks(text: str) -> str:
    """Addresses and networks, separated by commas. Raises `ValueError` for anything else."""
    for each in _parts(text):
        try:
            ip_network(each)
        except ValueError:
            raise ValueError(
                "expected addresses or networks such as 10.0.0.7 or 10.0.0.0/16, separated by "
                "commas; whoever is among them can say of a request that it came from anywhere"
            ) from None
    return text


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


class ServiceSettings(BaseSettings):
    """Settings read from `IJAZA_*` variables. A service that has its own derives them from this.

    A pydantic `ValidationError` names each variable that does not fit, never its value.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True
    )


class RuntimeSettings(ServiceSettings):
    """The settings that every service has.

    Addresses can carry passwords, and so they are left out of `repr` too.
    """

    bus_url: Annotated[
        str,
        Field(
            repr=False,
            description="The bus: `sqlite:///FILE`, on a disk of this machine, or "
            "`kafka://HOST:PORT,HOST:PORT`.",
        ),
    ] = "sqlite:///.ijaza/bus.db"
    store_url: Annotated[
        str,
        Field(
            repr=False,
            description="The stores: `sqlite:///FOLDER`, where each service has a file, or a "
            "`mongodb://` address with the name of a database, where each has collections.",
        ),
    ] = "sqlite:///.ijaza/stores"
    keys: Annotated[
        Path,
        Field(
            description="The folder of keys and secrets. They are made once, with mode 0600; "
            "keep a backup, since ids, serials and signatures hang on them."
        ),
    ] = Path(".ijaza/keys")
    partitions: Annotated[
        int,
        Field(
            ge=1,
            le=1024,
            description="Partitions of every topic keyed by participant, fixed for its life.",
        ),
    ] = 12
    kafka_security: Annotated[
        Security, Field(description="How Kafka is spoken to: in clear or by TLS, with a name.")
    ] = "PLAINTEXT"
    kafka_mechanism: Annotated[
        Mechanism, Field(description="How the name is proved, where there is one.")
    ] = "SCRAM-SHA-512"
    kafka_username: Annotated[str, Field(description="The name of this service at Kafka.")] = ""
    kafka_password: Annotated[SecretStr, Field(description="Its password.")] = SecretStr("")
    kafka_ca_file: Annotated[
        Path | None, Field(description="Who vouches for Kafka's certificates (PEM).")
    ] = None
    kafka_certificate_file: Annotated[
        Path | None, Field(description="This service's own certificate (PEM), for mutual TLS.")
    ] = None
    kafka_key_file: Annotated[Path | None, Field(description="The key of that certificate.")] = None
    mongo_write_concern: Annotated[
        str,
        Field(
            pattern=r"^(majority|[1-9][0-9]?)$",
            description="Members of the replica set that must have a write, or `majority`.",
        ),
    ] = "majority"
    mongo_journal: Annotated[
        bool, Field(description="Whether they must have it in their journals.")
    ] = True
    mongo_write_timeout: Annotated[
        float, Field(gt=0, le=120, description="Seconds they are given for it.")
    ] = 10.0
    host: Annotated[str, Field(description="The address that a service listens at.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="Its port; 0 takes a free one.")] = 8080
    trusted_proxies: Annotated[
        str,
        AfterValidator(_networks),
        Field(
            description="The addresses or networks of the proxies before a service, separated by "
            "commas: what they say in `X-Forwarded-For` is the address that limits on tries count "
            "by. Empty: nobody is believed, and all who come through one proxy share its limit.",
        ),
    ] = ""
    member: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9._-]{0,200}$",
            description="A name that no other process of this service has, and that it keeps over "
            "restarts (a StatefulSet's pod): it then takes up its partitions at once, also after "
            "a crash (Kafka's static membership). Empty: a new member with each start.",
        ),
    ] = ""
    grace: Annotated[
        float,
        Field(
            ge=1,
            le=600,
            description="Seconds from SIGTERM in which a service finishes what it began; less than "
            "its supervisor's own patience.",
        ),
    ] = 20.0
    watchdog: Annotated[
        float,
        Field(
            ge=5,
            le=3600,
            description="Seconds without progress on waiting events after which a service's "
            "process ends itself, to be started anew.",
        ),
    ] = 120.0
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        Field(description="The least severe of Ijaza's log lines; `INFO` has one a request."),
    ] = "WARNING"

    @property
    def proxies(self) -> list[str]:
        """`trusted_proxies`, one by one."""
        return _parts(self.trusted_proxies)

    @property
    def kafka(self) -> KafkaAccess:
        """As whom Kafka is reached."""
        return KafkaAccess(
            security=self.kafka_security,
            mechanism=self.kafka_mechanism,
            username=self.kafka_username,
            password=self.kafka_password.get_secret_value(),
            ca_file=self.kafka_ca_file,
            certificate_file=self.kafka_certificate_file,
            key_file=self.kafka_key_file,
        )

    @property
    def mongo(self) -> MongoWrites:
        """When a write on MongoDB counts as durable."""
        return MongoWrites(self.mongo_write_concern, self.mongo_journal, self.mongo_write_timeout)


def settings_table(kind: type[ServiceSettings]) -> str:
    """Settings as a table in Markdown."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | {_shown(field.default)} | {field.description} |"
        for name, field in kind.model_fields.items()
    ]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows, ""])


def faults_of(error: ValidationError) -> list[str]:
    """What is wrong with each variable that does not fit, without its value."""
    return [
        f"{PREFIX}{''.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}"
        for fault in error.errors(include_input=False, include_url=False)
    ]


def _shown(default: object) -> str:
    return "" if default in (None, "", SecretStr("")) else f"`{default}`"
