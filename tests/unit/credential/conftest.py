"""What tests of credential over HTTP begin with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from ijaza_credential.main import Desk, assemble

from tests.unit.attendance.office import Office, opened


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office[Desk]]:
    """Credential, which knows nothing yet."""
    async with opened(assemble, tmp_path) as office:
        yield office
