"""Who is kept out of a workspace: users and artists, with a reason and for a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFoundError, RuleError
from bot.matching import normal
from bot.messages import plain
from bot.workflow.people import Person, member_of, require_admin
from db import blocks
from db.types import BlockKind

# Longer than that is for good, and should be said so.
LONGEST_DAYS = 3650


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow:
    """One block; `until` None ends never. Only who manages the server sees it."""

    kind: BlockKind
    name: str
    reason: str
    since: datetime
    until: datetime | None

    def to_json(self) -> dict[str, object]:
        return {
            "kind": self.kind.value,
            "name": self.name,
            "reason": self.reason,
            "since": self.since.isoformat(),
            "until": self.until.isoformat() if self.until else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class BlocklistView:
    rows: tuple[BlockRow, ...]

    def to_json(self) -> dict[str, object]:
        return {"blocks": [row.to_json() for row in self.rows]}


async def add_block(
    session: AsyncSession,
    *,
    workspace_id: int,
    person: Person,
    whom: Person | str,
    reason: str,
    now: datetime,
    days: int | None = None,
) -> BlocklistView:
    """Keep a person out, or with a name an artist, for `days` or for good.

    The reason is told to whoever is refused. Raises NotAllowedError or RuleError.
    """
    require_admin(person)
    told = plain(reason, limit=200)
    if not told:
        raise RuleError("Say why; whoever is kept out is told the reason.", rule="block_reason")
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise RuleError(
            f"Name 1 to {LONGEST_DAYS} days, or none to keep them out for good.", rule="block_days"
        )
    by = await member_of(session, workspace_id, person, now=now)
    until = None if days is None else now + timedelta(days=days)
    if isinstance(whom, str):
        name = _artist(whom)
        await blocks.put(
            session,
            workspace_id=workspace_id,
            name=name,
            artist_key=normal(name),
            reason=told,
            now=now,
            until=until,
            created_by=by.id,
        )
    else:
        member = await member_of(session, workspace_id, whom, now=now)
        if member.id == by.id:
            raise RuleError("You cannot keep yourself out.", rule="block_self")
        await blocks.put(
            session,
            workspace_id=workspace_id,
            name=member.display_name,
            member_id=member.id,
            reason=told,
            now=now,
            until=until,
            created_by=by.id,
        )
    return await _view(session, workspace_id, now=now)


async def remove_block(
    session: AsyncSession,
    *,
    workspace_id: int,
    person: Person,
    whom: Person | str,
    now: datetime,
) -> BlocklistView:
    """Let a person, or with a name an artist, in again; NotFoundError where nothing kept them."""
    require_admin(person)
    if isinstance(whom, str):
        removed = await blocks.remove(
            session, workspace_id=workspace_id, artist_key=normal(_artist(whom))
        )
    else:
        member = await member_of(session, workspace_id, whom, now=now)
        removed = await blocks.remove(session, workspace_id=workspace_id, member_id=member.id)
    if not removed:
        name = whom if isinstance(whom, str) else whom.name
        raise NotFoundError(f"{plain(name)} is not on the blocklist.")
    return await _view(session, workspace_id, now=now)


async def show_blocklist(
    session: AsyncSession, *, workspace_id: int, person: Person, now: datetime
) -> BlocklistView:
    """Return who is kept out now, the newest first."""
    require_admin(person)
    return await _view(session, workspace_id, now=now)


async def _view(session: AsyncSession, workspace_id: int, *, now: datetime) -> BlocklistView:
    found = await blocks.list_all(session, workspace_id=workspace_id, now=now)
    return BlocklistView(
        rows=tuple(
            BlockRow(
                kind=BlockKind.ARTIST if block.member_id is None else BlockKind.USER,
                name=block.name,
                reason=block.reason,
                since=block.created_at,
                until=block.until,
            )
            for block in found
        )
    )


def _artist(name: str) -> str:
    shown = plain(name)
    if not shown:
        raise RuleError("Name the artist to keep out.", rule="name")
    return shown
