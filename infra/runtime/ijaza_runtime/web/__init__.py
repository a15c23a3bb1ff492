"""The HTTP side of a service: who may call what, and what a caller is told."""

from ijaza_runtime.access import Actor, Role
from ijaza_runtime.web.app import build_app
from ijaza_runtime.web.guards import UnguardedRouteError, check_guards, public, require
from ijaza_runtime.web.problems import Problem

__all__ = [
    "Actor",
    "Problem",
    "Role",
    "UnguardedRouteError",
    "build_app",
    "check_guards",
    "public",
    "require",
]
