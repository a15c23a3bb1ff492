"""What aiokafka raises, as the errors of the port: each says what to do."""

from aiokafka.errors import (
    AuthenticationFailedError,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    KafkaError,
    MessageSizeTooLargeError,
    NotEnoughReplicasAfterAppendError,
    NotEnoughReplicasError,
    OutOfOrderSequenceNumber,
    ProducerFenced,
    RecordListTooLargeError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)

from ijaza_runtime.bus import BusError

_TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)
FATAL_TO_PRODUCER = (
    OutOfOrderSequenceNumber,
    ProducerFenced,
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    *_TOO_LARGE,
)
"""After one of these an idempotent producer is never believed again: a new one is needed.

What a broker finds too large has had its number in the sequence, which goes on without it.
"""

_AUTHENTICATION = (
    AuthenticationFailedError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
_AUTHORIZATION = (
    TopicAuthorizationFailedError,
    GroupAuthorizationFailedError,
    ClusterAuthorizationFailedError,
)
_TOO_FEW = (NotEnoughReplicasError, NotEnoughReplicasAfterAppendError)


def bus_error(doing: str, servers: object, error: BaseException) -> BusError:
    """The error of the port for one of aiokafka's, with what was being done."""
    return BusError(f"Kafka at {servers}: {doing}: {_said(error)}. {_advice(error)}")


def _said(error: BaseException) -> str:
    """What the error says, by its class if it says nothing, on one line."""
    text = " ".join(str(error).split()).rstrip(".")
    name = type(error).__name__
    return text if text.startswith(name) else f"{name}: {text}" if text else name


def _advice(error: BaseException) -> str:
    match error:
        case TimeoutError():
            return "No answer in time: look whether the brokers live; it is tried again."
        case _ if isinstance(error, _AUTHENTICATION):
            return "Look at IJAZA_KAFKA_USERNAME, IJAZA_KAFKA_PASSWORD and IJAZA_KAFKA_MECHANISM."
        case _ if isinstance(error, _AUTHORIZATION):
            return "The cluster's ACLs do not let this service: apply those of infra/kafka/."
        case _ if isinstance(error, _TOO_LARGE):
            return "A record is larger than the topic's max.message.bytes lets it be."
        case _ if isinstance(error, _TOO_FEW):
            return "Too few replicas are in sync: look at the brokers; it is tried again."
        case KafkaError() if error.retriable:
            return "Look whether the brokers live; it is tried again."
        case _:
            return "Look at the brokers' logs."
