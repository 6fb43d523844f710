"""How Discord refuses a request."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.sandbox.discord.world import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing in a body that breaks a rule; `path` leads to it, as in `embeds.0.title`."""

    path: str
    rule: str


class ApiError(Exception):
    """Becomes the answer: a status, Discord's own code, and its words."""

    def __init__(
        self, status: int, code: int, message: str, *, problems: Iterable[Problem] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.problems = tuple(problems)

    def body(self) -> Json:
        body: Json = {"message": self.message, "code": self.code}
        if self.problems:
            body["errors"] = {}
            for problem in self.problems:
                _put(body["errors"], problem)
        return body


def _put(errors: Json, problem: Problem) -> None:
    place = errors
    for key in problem.path.split("."):
        place = place.setdefault(key, {})
    entry = {"code": "BASE_TYPE_BAD", "message": problem.rule}
    place.setdefault("_errors", []).append(entry)


def invalid(*problems: Problem) -> ApiError:
    return ApiError(400, 50035, "Invalid Form Body", problems=problems)


def unknown(what: str, code: int) -> ApiError:
    return ApiError(404, code, f"Unknown {what}")


def unauthorized() -> ApiError:
    return ApiError(401, 0, "401: Unauthorized")


def missing_access() -> ApiError:
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    return ApiError(403, 50013, "Missing Permissions")


def closed_dms() -> ApiError:
    return ApiError(403, 50007, "Cannot send messages to this user")
