"""The page that a person sees whose file or request the check of files refuses."""

from urllib.parse import parse_qs

from ijaza_runtime.web.problems import MEDIA_TYPE as PROBLEM
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from ijaza_credential.api.sending import JSON
from ijaza_credential.verification.negotiation import VARY, language, media_type
from ijaza_credential.verification.pages import HEADERS, refused_page


def refused(scope: Scope, status: int) -> Response | None:
    """A page in the language that is asked for, on `/verify` and unless JSON is asked for."""
    headers = Headers(scope=scope)
    accept = headers.get("accept", "").lower()
    if scope["path"] != "/verify" or PROBLEM in accept or media_type(accept) == JSON:
        return None
    (chosen, *_) = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])
    content = refused_page(language(chosen, headers.get("accept-language", "")), status)
    return Response(content, status, {**HEADERS, "Vary": VARY}, "text/html; charset=utf-8")
