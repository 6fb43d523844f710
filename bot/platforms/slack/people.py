"""Who somebody is at this moment, as Slack says: their name, rights, groups, zone, and whose guest.

Slack's events carry an id and little more. What it says of a person or of the groups is kept for a
moment, as everybody who works presses many buttons in a row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slack_sdk.web.async_client import AsyncWebClient

from bot.workflow.people import Person
from db.models import Platform

# Who is made an admin or joins a group has to wait so long at most.
_KEPT: Final = timedelta(minutes=2)
_MOST: Final = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A person of a team, or one from outside: a guest, or somebody of a connected team."""

    person: Person
    zone: str | None = None


class Directory:
    """Asks Slack who people are."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._people: dict[tuple[str, str], tuple[datetime, Caller]] = {}
        self._groups: dict[str, tuple[datetime, Mapping[str, frozenset[str]]]] = {}

    async def caller(self, client: AsyncWebClient, team_id: str, user_id: str) -> Caller:
        """Return who presses or types; a guest has no groups and manages nothing."""
        known = self._people.get((team_id, user_id))
        if known is not None and self._now() - known[0] < _KEPT:
            return known[1]
        told: dict[str, Any] = (await client.users_info(user=user_id))["user"]
        groups = (
            frozenset[str]()
            if is_guest(told, team_id)
            else await self._of(client, team_id, user_id)
        )
        found = caller_of(told, team_id, groups)
        if len(self._people) >= _MOST:
            self._people.clear()
        self._people[team_id, user_id] = self._now(), found
        return found

    async def groups(self, client: AsyncWebClient, team_id: str) -> Mapping[str, frozenset[str]]:
        """Return the members of each user group."""
        known = self._groups.get(team_id)
        if known is not None and self._now() - known[0] < _KEPT:
            return known[1]
        told = await client.usergroups_list(include_users=True)
        found = {
            str(group["id"]): frozenset(str(one) for one in group.get("users") or ())
            for group in told["usergroups"]
        }
        self._groups[team_id] = self._now(), found
        return found

    def forget(self, team_id: str) -> None:
        """Forget a team that has gone."""
        self._groups.pop(team_id, None)
        for key in [key for key in self._people if key[0] == team_id]:
            del self._people[key]

    async def _of(self, client: AsyncWebClient, team_id: str, user_id: str) -> frozenset[str]:
        groups = await self.groups(client, team_id)
        return frozenset(group for group, users in groups.items() if user_id in users)


def is_guest(told: Mapping[str, Any], team_id: str) -> bool:
    """Say whether a user is a guest here, or belongs to another team.

    In an Enterprise Grid `team_id` may be that of another workspace of the same organisation, so
    the teams of the enterprise count as well.
    """
    if told.get("is_restricted") or told.get("is_ultra_restricted") or told.get("is_stranger"):
        return True
    enterprise = told.get("enterprise_user") or {}
    homes = {str(told.get("team_id")), *(str(team) for team in enterprise.get("teams") or ())}
    return team_id not in homes


def caller_of(told: Mapping[str, Any], team_id: str, groups: frozenset[str]) -> Caller:
    """Return a person from what `users.info` says."""
    guest = is_guest(told, team_id)
    profile = told.get("profile") or {}
    name = profile.get("display_name") or profile.get("real_name") or told.get("name") or ""
    manages = bool(told.get("is_admin") or told.get("is_owner"))
    return Caller(
        person=Person(
            platform=Platform.SLACK,
            external_id=str(told["id"]),
            name=str(name),
            role_ids=groups,
            admin=manages and not guest,
            guest=guest,
        ),
        zone=_zone(told.get("tz")),
    )


def _zone(told: object) -> str | None:
    """Return a time zone that is known here, too."""
    try:
        return ZoneInfo(str(told)).key if told else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
