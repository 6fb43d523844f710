"""Looking after a playlist in the chat: added, changed, opened, closed, and who reviews it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFoundError, RuleError
from bot.messages import plain
from bot.workflow import notices
from bot.workflow.admission import Intake, intake_of
from bot.workflow.people import (
    Person,
    known_member,
    member_of,
    require_admin,
    require_curator,
    require_playlist_admin,
)
from bot.workflow.playlist_rules import SETTINGS, parse_rules
from bot.workflow.submit import find_playlist
from db import curators, playlists
from db.models import Platform, Playlist, Role
from db.playlists import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One rule: its key, its value as it is typed, and what it means."""

    key: str
    value: str
    meaning: str

    def to_json(self) -> dict[str, object]:
        return {"key": self.key, "value": self.value, "meaning": self.meaning}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """Who may review: a person by name, or everybody with a platform's role."""

    name: str
    role: Role
    platform: Platform | None = None

    def to_json(self) -> dict[str, object]:
        platform = self.platform.value if self.platform else None
        return {"name": self.name, "role": self.role.value, "platform": platform}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistView:
    """A playlist for who looks after it: whether it is open, all its rules, and who reviews."""

    name: str
    intake: Intake
    settings: tuple[Setting, ...]
    reviewers: tuple[Reviewer, ...]

    def to_json(self) -> dict[str, object]:
        intake = self.intake
        return {
            "name": self.name,
            "open": intake.is_open,
            "opens_at": intake.opens_at.isoformat() if intake.opens_at else None,
            "closes_at": intake.closes_at.isoformat() if intake.closes_at else None,
            "settings": [one.to_json() for one in self.settings],
            "reviewers": [one.to_json() for one in self.reviewers],
        }


async def show_playlist(
    session: AsyncSession, *, workspace_id: int, playlist: str, person: Person, now: datetime
) -> PlaylistView:
    """Return a playlist's rules to one of its curators; nothing is written."""
    found = await find_playlist(session, workspace_id, playlist)
    member = await known_member(session, workspace_id=workspace_id, person=person)
    await require_curator(session, found, member, person)
    return await _view(session, found, now=now)


async def require_looked_after(
    session: AsyncSession, *, workspace_id: int, playlist: str, person: Person
) -> None:
    """Raise NotAllowedError unless the person looks after the playlist; nothing is written."""
    found = await find_playlist(session, workspace_id, playlist)
    member = await known_member(session, workspace_id=workspace_id, person=person)
    await require_playlist_admin(session, found, member, person)


async def add_playlist(
    session: AsyncSession,
    *,
    workspace_id: int,
    person: Person,
    name: str,
    now: datetime,
    zone: str = "UTC",
    changes: Mapping[str, str] | None = None,
) -> PlaylistView:
    """Open a new playlist with the proposed rules, changed as `changes` says; see `SETTINGS`.

    Whoever adds it looks after it. Raises NotAllowedError or RuleError.
    """
    require_admin(person)
    shown_name = plain(name)
    if not shown_name:
        raise RuleError("The playlist needs a name.", rule="name")
    if await playlists.by_name(session, workspace_id=workspace_id, name=shown_name):
        raise RuleError(f"There is a playlist called {shown_name} already.", rule="name")
    rules: Rules = {"zone": zone}
    rules.update(parse_rules(changes or {}))
    playlist = await playlists.add(
        session, workspace_id=workspace_id, name=shown_name, now=now, **rules
    )
    member = await member_of(session, workspace_id, person, now=now)
    await curators.add(
        session,
        workspace_id=workspace_id,
        playlist_id=playlist.id,
        member_id=member.id,
        role=Role.ADMIN,
        now=now,
    )
    await _show_on_boards(session, playlist, now=now)
    return await _view(session, playlist, now=now)


async def edit_playlist(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist: str,
    person: Person,
    changes: Mapping[str, str],
    now: datetime,
) -> PlaylistView:
    """Change the rules that are named, as people type them; see `SETTINGS`.

    Raises NotAllowedError, or RuleError that says what may be typed; then nothing is changed.
    """
    found = await looked_after(session, workspace_id, playlist, person, now=now)
    return await _change(session, found, parse_rules(changes), now=now)


async def open_playlist(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist: str,
    person: Person,
    now: datetime,
    until: datetime | None = None,
) -> PlaylistView:
    """Let submissions in from now on, `until` a moment or for good."""
    found = await looked_after(session, workspace_id, playlist, person, now=now)
    if until is not None and until <= now:
        raise RuleError("It can only close in the future.", rule="closes_at")
    rules: Rules = {"paused": False, "opens_at": None, "closes_at": until}
    return await _change(session, found, rules, now=now)


async def close_playlist(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist: str,
    person: Person,
    now: datetime,
    opens_at: datetime | None = None,
) -> PlaylistView:
    """Take no more submissions; with `opens_at` artists are told when it opens again by itself.

    What waits stays in the queue.
    """
    found = await looked_after(session, workspace_id, playlist, person, now=now)
    if opens_at is None:
        return await _change(session, found, {"paused": True, "opens_at": None}, now=now)
    if opens_at <= now:
        raise RuleError("It can only open again in the future.", rule="opens_at")
    rules: Rules = {"paused": False, "opens_at": opens_at, "closes_at": None}
    return await _change(session, found, rules, now=now)


async def grant(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist: str,
    person: Person,
    to: Person | str,
    role: Role = Role.CURATOR,
    platform: Platform | None = None,
    now: datetime,
) -> PlaylistView:
    """Let a person review, or with an id everybody who holds that role of a platform.

    That is `platform`, or the one that the person who does this comes from.
    """
    found = await looked_after(session, workspace_id, playlist, person, now=now)
    if isinstance(to, str):
        await curators.add_role(
            session,
            workspace_id=workspace_id,
            playlist_id=found.id,
            platform=platform or person.platform,
            external_id=to,
            role=role,
            now=now,
        )
    else:
        member = await member_of(session, workspace_id, to, now=now)
        await curators.add(
            session,
            workspace_id=workspace_id,
            playlist_id=found.id,
            member_id=member.id,
            role=role,
            now=now,
        )
    return await _view(session, found, now=now)


async def revoke(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist: str,
    person: Person,
    of: Person | str,
    platform: Platform | None = None,
    now: datetime,
) -> PlaylistView:
    """Take the playlist from a person or from a role, or raise NotFoundError."""
    found = await looked_after(session, workspace_id, playlist, person, now=now)
    if isinstance(of, str):
        removed = await curators.remove_role(
            session,
            workspace_id=workspace_id,
            playlist_id=found.id,
            platform=platform or person.platform,
            external_id=of,
        )
    else:
        member = await member_of(session, workspace_id, of, now=now)
        removed = await curators.remove(
            session, workspace_id=workspace_id, playlist_id=found.id, member_id=member.id
        )
    if not removed:
        raise NotFoundError(f"They were no reviewer of {found.name}, so nothing was changed.")
    return await _view(session, found, now=now)


async def looked_after(
    session: AsyncSession, workspace_id: int, name: str, person: Person, *, now: datetime
) -> Playlist:
    """Return a playlist that the person looks after, locked, or raise NotAllowedError."""
    found = await find_playlist(session, workspace_id, name, lock=True)
    member = await member_of(session, workspace_id, person, now=now)
    await require_playlist_admin(session, found, member, person)
    return found


async def _change(
    session: AsyncSession, playlist: Playlist, rules: Rules, *, now: datetime
) -> PlaylistView:
    changed = await playlists.change(
        session, workspace_id=playlist.workspace_id, playlist_id=playlist.id, **rules
    )
    if changed is None:
        raise NotFoundError(f"{playlist.name} was deleted at this very moment.")
    await _show_on_boards(session, changed, now=now)
    return await _view(session, changed, now=now)


async def _show_on_boards(session: AsyncSession, playlist: Playlist, *, now: datetime) -> None:
    because = f"playlist:{playlist.id}:{now.isoformat()}"
    await notices.refresh_board(
        session, workspace_id=playlist.workspace_id, because=because, at=now
    )


async def _view(session: AsyncSession, playlist: Playlist, *, now: datetime) -> PlaylistView:
    people = await curators.of_playlist(
        session, workspace_id=playlist.workspace_id, playlist_id=playlist.id
    )
    roles = await curators.roles_of(
        session, workspace_id=playlist.workspace_id, playlist_id=playlist.id
    )
    return PlaylistView(
        name=playlist.name,
        intake=intake_of(playlist, now=now),
        settings=tuple(
            Setting(key=one.key, value=one.show(getattr(playlist, one.key)), meaning=one.meaning)
            for one in SETTINGS
        ),
        reviewers=(
            *(Reviewer(name=row.member.display_name, role=row.role) for row in people),
            *(
                Reviewer(name=row.external_id, role=row.role, platform=row.platform)
                for row in roles
            ),
        ),
    )
