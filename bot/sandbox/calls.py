"""What was asked of the stand-ins: tests count it and look for calls that must not happen."""

from dataclasses import dataclass, field
from enum import StrEnum


class Service(StrEnum):
    """One stand-in server each."""

    SPOTIFY = "spotify"
    SPOTIFY_TOKEN = "spotify-token"  # noqa: S105 - a service's name
    OEMBED = "oembed"
    DEEZER = "deezer"
    PREVIEWS = "previews"
    ITUNES = "itunes"
    ITUNES_PREVIEWS = "itunes-previews"
    DISCORD = "discord"
    DISCORD_GATEWAY = "discord-gateway"
    DISCORD_CDN = "discord-cdn"
    SLACK = "slack"
    SLACK_DELIVERY = "slack-delivery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as it arrived; `query` is the decoded text after the question mark."""

    service: Service
    method: str
    path: str
    query: str


@dataclass(slots=True)
class Calls:
    """Every call in order, and those that the real service would refuse a new app for."""

    made: list[Call] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def count(self, service: Service, path: str | None = None) -> int:
        """Count the calls to `service`, or only those to exactly `path`."""
        return sum(
            call.service is service and (path is None or call.path == path) for call in self.made
        )

    def paths(self, service: Service) -> list[str]:
        return [call.path for call in self.made if call.service is service]

    def clear(self) -> None:
        self.made.clear()
        self.violations.clear()
