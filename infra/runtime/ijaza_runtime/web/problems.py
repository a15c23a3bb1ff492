"""Errors as `application/problem+json` (RFC 9457), without a value of what was sent."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from ijaza_runtime.bus import BusError
from ijaza_runtime.errors import Refusal, TooMany
from ijaza_runtime.observe import log
from ijaza_runtime.store import StoreError

MEDIA_TYPE = "application/problem+json"

TOO_LARGE = "body-too-large"
RETRY_AFTER = "5"
"""Seconds after which a request that met an outage may be sent again."""

_CODES = {
    HTTPStatus.BAD_REQUEST: "unreadable-body",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TOO_LARGE,
}
_DETAILS = {
    HTTPStatus.BAD_REQUEST: "The body cannot be read: expected JSON.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "This address does not take this method: the header Allow says which it takes."
    ),
}


class Fault(BaseModel):
    """One part of a request that is wrong: where it is, and what was expected of it."""

    loc: tuple[str | int, ...]
    msg: str


class Problem(BaseModel):
    """Why a request was not carried out (RFC 9457). Nothing was changed by it.

    `code` names the kind for programs; `detail` tells a person what was wrong, where, what was
    expected and what to do; `errors` lists the faults of the request's form.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "urn:ijaza:problem:edition-closed",
                "title": "Edition closed",
                "status": 409,
                "code": "edition-closed",
                "detail": "Edition mg-4 was closed on 2020-04-18: send a correction instead.",
            }
        }
    )

    type: str
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    code: str
    detail: str
    errors: tuple[Fault, ...] | None = None


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[Fault] | None = None,
    headers: Mapping[str, str] | None = None,
    members: Mapping[str, int | str] | None = None,
) -> JSONResponse:
    """A response that says what the matter is. Equal codes have equal types and titles.

    `members` are further ones of this code's (RFC 9457, 3.2).
    """
    content = Problem(
        type=f"urn:ijaza:problem:{code}",
        title=code.replace("-", " ").capitalize(),
        status=status,
        code=code,
        detail=detail,
        errors=None if errors is None else tuple(errors),
    )
    return JSONResponse(
        {**content.model_dump(mode="json", exclude_none=True), **(members or {})},
        status_code=status,
        headers=dict(headers or {}),
        media_type=MEDIA_TYPE,
    )


def unknown_error() -> JSONResponse:
    """What a caller is told of a failure inside: nothing but that there was one."""
    return problem(
        500,
        "internal-error",
        "The service failed on this request. Its log has the reason under the request id that "
        "the header X-Request-ID gives. Sending the same request again is safe.",
    )


def install(app: FastAPI) -> None:
    """Answer refusals, malformed requests and HTTP errors as problems."""
    app.exception_handler(Refusal)(_on_refusal)
    app.exception_handler(RequestValidationError)(_on_invalid_request)
    app.exception_handler(HTTPException)(_on_http_error)
    app.exception_handler(BusError)(_on_outage)
    app.exception_handler(StoreError)(_on_outage)


async def _on_refusal(_: Request, error: Refusal) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.seconds)
    return problem(error.status, error.code, error.detail, headers=headers, members=error.members)


async def _on_outage(_: Request, error: Exception) -> JSONResponse:
    log.error("bus or store cannot be used", exc_info=error)
    return problem(
        503,
        "unavailable",
        "The service cannot reach its bus or its store now. Sending the same request again is "
        "safe, and needed: nothing says whether this one was carried out.",
        headers={"Retry-After": RETRY_AFTER},
    )


async def _on_invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
    return problem(
        422,
        "invalid-request",
        "The request does not have the form that this address takes: `errors` lists each fault.",
        errors=[Fault(loc=tuple(fault["loc"]), msg=_message(fault)) for fault in error.errors()],
    )


async def _on_http_error(_: Request, error: HTTPException) -> JSONResponse:
    status = HTTPStatus(error.status_code)
    code = _CODES.get(status) or status.phrase.lower().replace(" ", "-")
    headers = dict(error.headers or {})
    if headers.get("Allow") == "GET":
        headers["Allow"] = "GET, HEAD"  # the routes do not know that HEAD is answered for them
    return problem(status.value, code, _DETAILS.get(status) or str(error.detail), headers=headers)


def _message(fault: Mapping[str, Any]) -> str:
    # The only message of pydantic's that repeats a whole value of the input.
    if fault["type"] == "union_tag_invalid":
        return f"Input should have one of the tags {fault['ctx']['expected_tags']}"
    return str(fault["msg"])
