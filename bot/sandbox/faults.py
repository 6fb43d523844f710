"""What can go wrong at a service, to be switched on by name."""

import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.sandbox.calls import Service


class FaultKind(StrEnum):
    """Each as it was seen at a real service."""

    RATE_LIMITED = "429 with a short Retry-After"
    RATE_LIMITED_TEXT = "429 as plain text without Retry-After"
    QUOTA_EXCEEDED = "429 with the reason QUOTA_EXCEEDED and hours to wait"
    PREMIUM_REQUIRED = "403 as plain text: the app's owner has no Premium"
    FORBIDDEN = "403 as JSON"
    SERVER_ERROR = "5xx"
    DROP_BEFORE = "the connection is cut before the request is handled"
    DROP_AFTER = "the request is handled, then the connection is cut"
    DELAY = "the answer comes late"
    TRUNCATED = "less arrives than Content-Length promised"
    WRONG_TYPE = "an HTML page with status 200"
    EXPIRED_LINK = "the preview host says that the link has expired"
    DEEZER_QUOTA = "status 200 with Deezer's error 4"
    DEEZER_BUSY = "status 200 with Deezer's error 700"
    DEEZER_NO_CODE = "status 200 with a Deezer error that has no code"
    RATE_LIMITED_OVERALL = "429 for all that a Discord bot does"
    DMS_TOO_FAST = "400 with Discord's code 40003: too many direct channels opened"
    GATEWAY_CLOSE = "Discord's gateway closes the connection"
    GATEWAY_RECONNECT = "Discord's gateway asks to connect again and to resume"
    GATEWAY_INVALID = "Discord's gateway says that the session is over"
    EVENT_TWICE = "the same event is sent twice"
    NO_HEARTBEAT_ACK = "Discord's gateway does not answer a heartbeat"
    ACK_LOST = "Slack misses an acknowledgement"
    SOCKET_DROP = "Slack's connection breaks off right after something was sent"
    SOCKET_REFRESH = "Slack asks the app to connect anew by Socket Mode"


# A fault at a service that cannot have it would make a test pass for the wrong reason.
_ONLY_AT = {
    FaultKind.QUOTA_EXCEEDED: {Service.SPOTIFY},
    FaultKind.PREMIUM_REQUIRED: {Service.SPOTIFY, Service.SPOTIFY_TOKEN},
    FaultKind.EXPIRED_LINK: {Service.PREVIEWS},
    FaultKind.DEEZER_QUOTA: {Service.DEEZER},
    FaultKind.DEEZER_BUSY: {Service.DEEZER},
    FaultKind.DEEZER_NO_CODE: {Service.DEEZER},
    FaultKind.RATE_LIMITED_OVERALL: {Service.DISCORD},
    FaultKind.DMS_TOO_FAST: {Service.DISCORD},
    FaultKind.GATEWAY_CLOSE: {Service.DISCORD_GATEWAY},
    FaultKind.GATEWAY_RECONNECT: {Service.DISCORD_GATEWAY},
    FaultKind.GATEWAY_INVALID: {Service.DISCORD_GATEWAY},
    FaultKind.EVENT_TWICE: {Service.DISCORD_GATEWAY, Service.SLACK_DELIVERY},
    FaultKind.NO_HEARTBEAT_ACK: {Service.DISCORD_GATEWAY},
    FaultKind.ACK_LOST: {Service.SLACK_DELIVERY},
    FaultKind.SOCKET_DROP: {Service.SLACK_DELIVERY},
    FaultKind.SOCKET_REFRESH: {Service.SLACK_DELIVERY},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong at one service.

    It strikes calls whose path begins with `path` (and whose method is `method`, if given), each
    with `probability`, until it has struck `times` times (None: for ever). `seconds` is the length
    of a delay, `status` that of a server error, `retry_after` the seconds in the header of a 429.
    At Discord's gateway the path is `/` with the name of the event, `/HEARTBEAT` for a heartbeat,
    and `close_code` the code that a connection is closed with. For what Slack delivers to the app
    the path is the type of the envelope and its name, as in `/slash_commands/earmark`,
    `/interactive/block_actions` or `/events_api/app_home_opened`.
    """

    service: Service
    kind: FaultKind
    path: str = "/"
    method: str | None = None
    times: int | None = None
    probability: float = 1.0
    seconds: float = 60.0
    status: int = 503
    retry_after: float | None = None
    close_code: int = 4000

    def __post_init__(self) -> None:
        if self.service not in _ONLY_AT.get(self.kind, {self.service}):
            raise ValueError(f"{self.service} does not fail with {self.kind.name}")
        if not 0 <= self.probability <= 1:
            raise ValueError(f"probability={self.probability} must be between 0 and 1")
        if not 500 <= self.status <= 599:
            raise ValueError(f"status={self.status} is no server error")


class Faults:
    """The faults that are switched on; the first that fits a call strikes it."""

    def __init__(self, faults: Iterable[Fault] = (), *, seed: int = 0) -> None:
        self._left: list[tuple[Fault, int | None]] = []
        self._random = random.Random(seed)  # noqa: S311 - draws faults, protects nothing
        for fault in faults:
            self.set(fault)

    def set(self, fault: Fault) -> None:
        self._left.append((fault, fault.times))

    def clear(self) -> None:
        self._left.clear()

    def strike(
        self,
        service: Service,
        path: str,
        *,
        method: str = "GET",
        only: Collection[FaultKind] = frozenset(FaultKind),
    ) -> Fault | None:
        """Return the fault that this call gets, of the kinds `only`, and use it up."""
        for index, (fault, left) in enumerate(self._left):
            if left == 0 or fault.kind not in only or not _fits(fault, service, path, method):
                continue
            # Drawn for certain faults too, so that a seed gives the same calls the same faults.
            if self._random.random() >= fault.probability:
                continue
            self._left[index] = (fault, None if left is None else left - 1)
            return fault
        return None


def _fits(fault: Fault, service: Service, path: str, method: str) -> bool:
    return (
        fault.service is service and path.startswith(fault.path) and fault.method in (None, method)
    )
