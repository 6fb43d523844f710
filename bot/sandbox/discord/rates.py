"""Discord's rate limits: one bucket a route and place, and one for everything."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

Seconds = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How many requests a route takes in a window, and all routes together in a second.

    Discord publishes only the second number. A route's is told in the headers of each answer, and
    differs from route to route: the default here is wide, so that tests do not wait.
    """

    per_route: int = 30
    window_s: float = 1.0
    overall_per_s: int = 50

    def __post_init__(self) -> None:
        if self.per_route < 1 or self.overall_per_s < 1 or self.window_s <= 0:
            raise ValueError(f"{self} lets nothing through")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a request may pass, and the headers that its answer carries either way."""

    headers: dict[str, str]
    retry_after: float | None = None
    overall: bool = False


@dataclass(slots=True)
class _Window:
    start: float
    used: int = 0


@dataclass(slots=True)
class RateLimiter:
    """Counts by `seconds`, a clock that only grows; Discord's own epoch time is `epoch`."""

    rates: Rates
    seconds: Seconds
    epoch: Seconds
    _windows: dict[str, _Window] = field(default_factory=dict)

    def take(self, *, route: str, place: str, counts_overall: bool) -> Verdict:
        """Count one request to `route`, within the channel, server or webhook `place`."""
        now = self.seconds()
        if counts_overall:
            every = self._window("*", now, 1.0)
            if every.used >= self.rates.overall_per_s:
                return Verdict(
                    headers={"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"},
                    retry_after=every.start + 1.0 - now,
                    overall=True,
                )
            every.used += 1
        window = self._window(f"{route} {place}", now, self.rates.window_s)
        left = self.rates.per_route - window.used
        reset = window.start + self.rates.window_s - now
        headers = self._headers(route, left=max(0, left - 1), reset=reset)
        if left <= 0:
            return Verdict(headers=headers | {"X-RateLimit-Scope": "user"}, retry_after=reset)
        window.used += 1
        return Verdict(headers=headers)

    def _window(self, key: str, now: float, length: float) -> _Window:
        window = self._windows.get(key)
        if window is None or now >= window.start + length:
            window = self._windows[key] = _Window(start=now)
        return window

    def _headers(self, route: str, *, left: int, reset: float) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.rates.per_route),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": f"{self.epoch() + reset:.3f}",
            "X-RateLimit-Reset-After": f"{reset:.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(route.encode()).hexdigest()[:32],
        }
