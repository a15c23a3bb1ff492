"""The four HTTP APIs keep what their OpenAPI documents promise, whatever they are sent."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ijaza_runtime.web import Role
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from tests.flow.http_house import House, Operation, http_house

SERVICES = ("enrollment", "attendance", "assessment", "credential")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 12
"""Generated requests of each operation and kind of address."""

OFFICE = {Role.OFFICE}
READERS = {Role.OFFICE, Role.AUDITOR}
EDITION = "/v1/editions/{edition}"
PERSON = f"{EDITION}/participants/{{participant}}"
CERTIFICATE = "/v1/certificates/{serial}"
EVERYBODY = set(Role) | {None}

WHO_MAY: dict[str, set[Role] | set[Role | None]] = {
    f"enrollment POST /v1/editions": OFFICE,
}
