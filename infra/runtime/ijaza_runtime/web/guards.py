"""Every route says whom it serves: `require(...)` names roles, `public()` says everybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import FastAPI, Request, Security
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ijaza_runtime.access import Actor, Role, Unauthenticated
from ijaza_runtime.errors import Forbidden

_BEARER = HTTPBearer(
    auto_error=False,
    bearerFormat="JWT",
    scheme_name="bearer",
    description="An access token of this installation.",
)


class UnguardedRouteError(Exception):
    """An app with routes that do not say whom they serve; it must not start."""


@dataclass(frozen=True, slots=True)
class RoleGuard:
    """Lets through whose token proves one of `roles`."""

    roles: frozenset[Role]

    async def __call__(
        self,
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    ) -> Actor:
        if credentials is None:
            raise Unauthenticated(
                "This needs a token: send the header `Authorization: Bearer TOKEN`."
            )
        state = request.app.state
        actor: Actor = state.access.verify(credentials.credentials, state.clock())
        if not actor.roles & self.roles:
            raise Forbidden(
                "role-missing",
                f"This needs one of the roles {', '.join(sorted(self.roles))}; the token gives "
                f"{', '.join(sorted(actor.roles)) or 'none'}.",
            )
        return actor


@dataclass(frozen=True, slots=True)
class PublicGuard:
    """Lets everybody through."""

    async def __call__(self) -> None: ...


def require(*roles: Role) -> RoleGuard:
    """The dependency of a route for these roles: `Depends(require(Role.OFFICE))` is the actor.

    Without a token it answers 401, without one of the roles 403. Raises `ValueError` if no role
    is named.
    """
    if not roles:
        raise ValueError("require() names no role: name one, or say public()")
    return RoleGuard(frozenset(roles))


def public() -> PublicGuard:
    """The dependency of a route for everybody: `dependencies=[Depends(public())]`."""
    return PublicGuard()


def check_guards(app: FastAPI) -> None:
    """Raises `UnguardedRouteError` naming each route that says nothing, or says both."""
    faults = []
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        kinds = {type(guard) for guard in _guards(dependant)} if dependant else set()
        if len(kinds) != 1:
            methods = ",".join(sorted(route.methods or ())) or "any method"
            faults.append(f"{methods} {route.path}: {'both' if kinds else 'neither'}")
    if faults:
        raise UnguardedRouteError(
            "each route must depend on either require(...) or public(); found "
            + "; ".join(sorted(faults))
        )


def _guards(dependant: Dependant) -> Iterator[RoleGuard | PublicGuard]:
    if isinstance(dependant.call, RoleGuard | PublicGuard):
        yield dependant.call
    for child in dependant.dependencies:
        yield from _guards(child)
