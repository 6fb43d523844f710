"""Who asks: a person on a platform, and what that person may do for a playlist."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotAllowedError, RuleError
from bot.messages import plain
from db import curators, members, playlists, workspace_settings
from db.models import Member, Platform, Playlist, PlaylistRole, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`external_id` is the platform's own id of the person, never the changeable name.

    `role_ids` are the Discord roles or Slack user groups that the platform says they hold now, and
    `admin` that they may manage the server or the team; neither is ever stored. A `guest` of the
    place is an artist and nothing else, whatever somebody has granted them.
    """

    platform: Platform
    external_id: str
    name: str
    role_ids: frozenset[str] = frozenset()
    admin: bool = False
    guest: bool = False


def console_person(name: str) -> Person:
    """Return the person called `name` at the console, where the name is all there is.

    RuleError where nothing of the name can be shown: all such people would be one.
    """
    shown = plain(name)
    if not shown:
        raise RuleError("That name shows no letter. Say who you are, as in --as ana.", rule="name")
    return Person(platform=Platform.CONSOLE, external_id=shown.casefold(), name=shown)


def console_operator(name: str) -> Person:
    """Return who types at the console, with the rights of who runs the desk: it is their file."""
    return replace(console_person(name), admin=True)


async def member_of(
    session: AsyncSession, workspace_id: int, person: Person, *, now: datetime
) -> Member:
    """Return the person's member row, made at the first meeting."""
    return await members.ensure(
        session,
        workspace_id=workspace_id,
        platform=person.platform,
        external_id=person.external_id,
        # Platforms let people call themselves anything; no view has to distrust a stored name.
        display_name=plain(person.name) or "somebody",
        now=now,
    )


async def known_member(
    session: AsyncSession, *, workspace_id: int, person: Person
) -> Member | None:
    """Return the person's member row, or None for who was never here; nothing is written."""
    return await members.by_identity(
        session,
        workspace_id=workspace_id,
        platform=person.platform,
        external_id=person.external_id,
    )


async def note_zone(session: AsyncSession, *, workspace_id: int, person: Person, zone: str) -> bool:
    """Note the time zone that a platform says somebody is in; False for who was never here."""
    return await members.put_zone(
        session,
        workspace_id=workspace_id,
        platform=person.platform,
        external_id=person.external_id,
        zone=zone,
    )


def role_for(
    person: Person,
    *,
    own: Role | None,
    granted: Iterable[PlaylistRole],
    curator_role: str | None = None,
) -> Role | None:
    """Return what a person may do for a playlist, the most that any of these gives.

    `own` is the member's own right for it, `granted` the platforms' roles that give some, and
    `curator_role` the role of the person's platform that reviews every playlist.
    """
    if person.guest:
        return None
    held = {
        row.role
        for row in granted
        if row.platform is person.platform and row.external_id in person.role_ids
    }
    if person.admin or own is Role.ADMIN or Role.ADMIN in held:
        return Role.ADMIN
    if own is Role.CURATOR or Role.CURATOR in held or curator_role in person.role_ids:
        return Role.CURATOR
    return None


async def may_curate(
    session: AsyncSession, playlist: Playlist, member: Member | None, person: Person
) -> Role | None:
    """Return what somebody may do for `playlist`, or None for nothing.

    `member` and `person` are the same somebody: a member's own rights count, and those that the
    platform's roles give to who holds them now. Who was never here has no member row yet.
    """
    own = None
    if member is not None:
        own = await curators.role_of(
            session,
            workspace_id=playlist.workspace_id,
            playlist_id=playlist.id,
            member_id=member.id,
        )
    chat = await workspace_settings.chat(
        session, workspace_id=playlist.workspace_id, platform=person.platform
    )
    granted = await curators.roles_of(
        session, workspace_id=playlist.workspace_id, playlist_id=playlist.id
    )
    return role_for(person, own=own, granted=granted, curator_role=chat.curator_role)


async def curated(session: AsyncSession, *, workspace_id: int, person: Person) -> list[Playlist]:
    """Return the playlists that a person may review, by name; see `may_curate`.

    The number of queries does not grow with that of the playlists: people wait for a list of them
    while they type.
    """
    reviews = await _reviewing(session, workspace_id, person)
    every = await playlists.list_all(session, workspace_id=workspace_id)
    return [playlist for playlist in every if reviews(playlist.id)]


async def curated_ids(session: AsyncSession, *, workspace_id: int, person: Person) -> list[int]:
    """Return the ids of these playlists alone, which takes less."""
    reviews = await _reviewing(session, workspace_id, person)
    every = await playlists.ids(session, workspace_id=workspace_id)
    return [playlist_id for playlist_id in every if reviews(playlist_id)]


async def _reviewing(
    session: AsyncSession, workspace_id: int, person: Person
) -> Callable[[int], bool]:
    """Return what tells whether the person reviews a playlist, by its id."""
    member = await members.by_identity(
        session,
        workspace_id=workspace_id,
        platform=person.platform,
        external_id=person.external_id,
    )
    own: dict[int, Role] = {}
    if member is not None:
        own = await curators.own(session, workspace_id=workspace_id, member_id=member.id)
    chat = await workspace_settings.chat(
        session, workspace_id=workspace_id, platform=person.platform
    )
    granted = defaultdict[int, list[PlaylistRole]](list)
    for row in await curators.all_roles(session, workspace_id=workspace_id):
        granted[row.playlist_id].append(row)

    def reviews(playlist_id: int) -> bool:
        role = role_for(
            person,
            own=own.get(playlist_id),
            granted=granted[playlist_id],
            curator_role=chat.curator_role,
        )
        return role is not None

    return reviews


async def require_curator(
    session: AsyncSession, playlist: Playlist, member: Member | None, person: Person
) -> Role:
    """Return what `member` may do for `playlist`; see `may_curate`. NotAllowedError for nothing."""
    role = await may_curate(session, playlist, member, person)
    if role is None:
        raise NotAllowedError(
            f"Only curators of {playlist.name} may do this, and {_name(member, person)} is not one."
        )
    return role


async def require_playlist_admin(
    session: AsyncSession, playlist: Playlist, member: Member | None, person: Person
) -> None:
    """Raise NotAllowedError unless the person may change the rules of `playlist`."""
    if await may_curate(session, playlist, member, person) is not Role.ADMIN:
        raise NotAllowedError(
            f"Only who looks after {playlist.name} may do this, and {_name(member, person)} does"
            " not. Ask somebody who manages the server."
        )


def _name(member: Member | None, person: Person) -> str:
    return (plain(person.name) if member is None else member.display_name) or "somebody"


def require_admin(person: Person) -> None:
    """Raise NotAllowedError unless the person manages the server, the team or the console."""
    if not person.admin:
        raise NotAllowedError("Only who manages this server may do this. Ask one of them, please.")
