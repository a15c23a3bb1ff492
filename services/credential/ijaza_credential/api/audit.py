"""What the log tells of a certificate, for auditors."""

import asyncio

from fastapi import APIRouter
from ijaza_runtime.bus import Bus
from ijaza_runtime.errors import NotKnown
from ijaza_runtime.store import Store

from ijaza_credential.api.staff import FILE_READERS
from ijaza_credential.audit.known import holder, known_to
from ijaza_credential.audit.report import Scope, audits
from ijaza_credential.audit.views import AuditView, audit_view
from ijaza_credential.documents.serial import SerialError, parse_serial
from ijaza_credential.signing import IssuerKeys


def audit_routes(*, bus: Bus, store: Store, keys: IssuerKeys) -> APIRouter:
    """The audit of one certificate. The log is read through for it, for one who asks at a time."""
    api = APIRouter(prefix="/v1", tags=["audit"], dependencies=FILE_READERS)
    reading = asyncio.Lock()

    @api.get(
        "/certificates/{serial}/audit",
        summary="Every event that led to a certificate, and whether the log was changed since",
    )
    async def audit(serial: str) -> AuditView:
        try:
            found = await holder(store, parse_serial(serial))
        except SerialError as fault:
            raise NotKnown("serial-not-known", str(fault)) from None
        if found is None:
            raise NotKnown("serial-not-known", f"no certificate has the serial {serial}")
        stored = await known_to(store, [found.participant])
        known = {found.serial: stored[found.participant]}
        async with reading:
            await keys.refresh()
            told = [each async for each in audits(bus, [found], keys.ever(), Scope(), known)]
        return audit_view(told[0])

    return api
