"""What a person may ask of their own data: a copy, silence, and to be forgotten.

A copy for an artist holds no score, fit, rank or vote on their tracks: those are not theirs to see.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFoundError
from bot.messages import plain
from bot.workflow import notices
from bot.workflow.desk import Desk
from bot.workflow.mine import history_of
from bot.workflow.people import Person, member_of
from bot.workflow.status import row_of
from db import (
    acts,
    blocks,
    decisions,
    draft_files,
    events,
    members,
    moves,
    playlists,
    privacy,
    submissions,
)
from db.models import Block, Member, Submission
from db.status import UNANSWERED, Status

RETENTION: Final = timedelta(days=365)

EXPORTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "blocks.created_by": "blocks_made",
        "blocks.member_id": "kept_out",
        "decisions.member_id": "decisions_made",
        "draft_files.member_id": "file_kept_for_an_hour",
        "events.actor_id": "acts",
        "exposures.member_id": "queue_rows_shown",
        "identities.member_id": "accounts",
        "join_codes.member_id": "join_codes",
        "pins.member_id": "pins_made",
        "playlist_curators.member_id": "reviews_playlists",
        "submissions.claimed_by": "claims_held",
        "submissions.member_id": "submissions",
        "votes.member_id": "votes_cast",
        "week_digests.member_id": "digests_settled",
    }
)
"""Every column that names a person, and the part of their copy in which its rows are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportView:
    """Everything that is kept of one person, as JSON values under plain names."""

    name: str
    parts: tuple[tuple[str, object], ...]

    def to_json(self) -> dict[str, object]:
        return {"name": self.name, **dict(self.parts)}

    def text(self) -> str:
        """Return the copy as the file that the person gets."""
        return json.dumps(self.to_json(), indent=2, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedView:
    """What a deletion has done. `files` are the hashes of files to throw away after the commit."""

    name: str
    submissions: int
    withdrawn: int
    files: frozenset[str]

    def to_json(self) -> dict[str, object]:
        return {"name": self.name, "submissions": self.submissions, "withdrawn": self.withdrawn}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesView:
    """Whether answers come as direct messages."""

    name: str
    dm_allowed: bool

    def to_json(self) -> dict[str, object]:
        return {"name": self.name, "dm_allowed": self.dm_allowed}


async def export(
    session: AsyncSession, *, workspace_id: int, person: Person, now: datetime
) -> ExportView:
    """Return everything that is kept of a person; nothing where nothing is."""
    member = await _known(session, workspace_id, person)
    if member is None:
        return ExportView(name=plain(person.name), parts=())
    kept = {"workspace_id": workspace_id, "member_id": member.id}
    decided, voted = await privacy.acts_of(session, **kept)
    looks = await privacy.looks_of(session, **kept)
    parts: dict[str, object] = {
        "since": member.created_at.isoformat(),
        "dm_allowed": member.dm_allowed,
        "accounts": [
            {"platform": one.platform.value, "id": one.external_id, "zone": one.zone}
            for one in member.identities
        ],
        "submissions": await _submissions(session, member, now=now),
        "reviews_playlists": await _rights(session, member),
        "decisions_made": [
            {
                "submission": one.submission_id,
                "answer": one.answer.value,
                "reasons": list(one.reasons),
                "note": one.note,
                "at": one.at.isoformat(),
            }
            for one in decided
        ],
        "votes_cast": [
            {
                "submission": one.submission_id,
                "answer": one.answer.value,
                "note": one.note,
                "at": one.at.isoformat(),
            }
            for one in voted
        ],
        **await _acts(session, member),
        "queue_rows_shown": [
            {"submission": one.submission_id, "page": one.page, "at": one.at.isoformat()}
            for one in looks
        ],
        "file_kept_for_an_hour": await _kept_file(session, member),
        "kept_out": await _block(session, member, now=now),
    }
    return ExportView(name=member.display_name, parts=tuple(parts.items()))


async def delete(
    session: AsyncSession, *, workspace_id: int, person: Person, now: datetime
) -> DeletedView:
    """Forget a person at once, or raise NotFoundError where nothing is kept of them.

    What waits is withdrawn; what was decided stays, without a name. Cards in the chat are written
    anew. Throw `files` away after the commit: see `delete_at`.
    """
    member = await _known(session, workspace_id, person)
    if member is None:
        raise NotFoundError("Nothing is kept of you here, so there is nothing to delete.")
    own = await privacy.own_submissions(session, workspace_id=workspace_id, member_id=member.id)
    withdrawn = 0
    for one in own:
        if one.status in UNANSWERED:
            withdrawn += await moves.move(
                session,
                workspace_id=workspace_id,
                submission_id=one.id,
                to=Status.WITHDRAWN,
                actor=member.id,
                at=now,
            )
    files = await privacy.scrub(session, own, workspace_id=workspace_id)
    kept = await draft_files.drop(session, workspace_id=workspace_id, member_id=member.id)
    files |= set() if kept is None else {kept}
    await privacy.forget(session, workspace_id=workspace_id, member_id=member.id)
    await _write_anew(session, own, workspace_id=workspace_id, now=now)
    return DeletedView(
        name=plain(person.name), submissions=len(own), withdrawn=withdrawn, files=frozenset(files)
    )


async def delete_at(desk: Desk, *, person: Person) -> DeletedView:
    """Forget a person, and throw their files away once that is committed."""
    async with desk.sessions.begin() as session:
        done = await delete(session, workspace_id=desk.workspace_id, person=person, now=desk.now())
    await _throw_away(desk, done.files)
    return done


async def allow_messages(
    session: AsyncSession, *, workspace_id: int, person: Person, allowed: bool, now: datetime
) -> MessagesView:
    """Let answers come as direct messages, or not; they stand in the status in any case."""
    member = await member_of(session, workspace_id, person, now=now)
    await members.allow_messages(
        session, workspace_id=workspace_id, member_id=member.id, allowed=allowed
    )
    return MessagesView(name=member.display_name, dm_allowed=allowed)


async def retire_at(desk: Desk, *, keep: timedelta = RETENTION) -> int:
    """Forget who sent what was over so long ago, and who has nothing here any more.

    Return how many submissions lost their name. The tick calls it once a day.
    """
    now = desk.now()
    async with desk.sessions.begin() as session:
        old = await privacy.answered_before(
            session, workspace_id=desk.workspace_id, moment=now - keep
        )
        files: set[str] = set()
        if old:
            nobody = await privacy.nobody(session, workspace_id=desk.workspace_id, now=now)
            files = await privacy.scrub(session, old, workspace_id=desk.workspace_id)
            await privacy.disown(session, old, workspace_id=desk.workspace_id, nobody_id=nobody.id)
            await _write_anew(session, old, workspace_id=desk.workspace_id, now=now)
        for member_id in await privacy.idle_members(
            session, workspace_id=desk.workspace_id, before=now - keep
        ):
            await privacy.forget(session, workspace_id=desk.workspace_id, member_id=member_id)
    await _throw_away(desk, frozenset(files))
    return len(old)


async def _known(session: AsyncSession, workspace_id: int, person: Person) -> Member | None:
    found = await members.by_identity(
        session,
        workspace_id=workspace_id,
        platform=person.platform,
        external_id=person.external_id,
    )
    if found is None:
        return None
    return await members.get(session, workspace_id=workspace_id, member_id=found.id)


async def _submissions(
    session: AsyncSession, member: Member, *, now: datetime
) -> list[dict[str, object]]:
    own = await submissions.of_member(
        session, workspace_id=member.workspace_id, member_id=member.id, limit=None
    )
    return [await _submission(session, one, now=now) for one in own]


async def _submission(
    session: AsyncSession, one: Submission, *, now: datetime
) -> dict[str, object]:
    row = await row_of(session, one, now=now)
    answer = await decisions.last(session, workspace_id=one.workspace_id, submission_id=one.id)
    return row.to_json() | {
        "sent_at": one.received_at.isoformat(),
        "link": one.link,
        "file": one.upload_name,
        "your_title": one.typed_title,
        "your_artist": one.typed_artist,
        "your_note": one.note,
        "ai_use": one.ai_use.value if one.ai_use else None,
        "genre": one.genre,
        "language": one.language,
        "confirmed_as_yours_at": one.owns_rights_at.isoformat() if one.owns_rights_at else None,
        "found_the_answer_useful": answer.useful if answer else None,
        "history": await _history(session, one),
    }


async def _history(session: AsyncSession, one: Submission) -> list[dict[str, object]]:
    happened = await events.of(session, workspace_id=one.workspace_id, submission_id=one.id)
    return [line.to_json() for line in history_of(happened)]


async def _acts(session: AsyncSession, member: Member) -> dict[str, object]:
    """Return what a person did beside deciding and voting; of others only what they wrote."""
    kept = {"workspace_id": member.workspace_id, "member_id": member.id}
    names = await _names(session, member)
    return {
        "acts": [
            {
                "submission": one.submission_id,
                "what": one.kind.value,
                "to": one.to_status.value if one.to_status else None,
                "reasons": list(one.reasons),
                "note": one.note,
                "at": one.at.isoformat(),
            }
            for one in await acts.events_by(session, **kept)
        ],
        "pins_made": [
            {"submission": one.submission_id, "at": one.at.isoformat()}
            for one in await acts.pins_by(session, **kept)
        ],
        "claims_held": [
            {"submission": one.id, "at": one.claimed_at.isoformat() if one.claimed_at else None}
            for one in await acts.claimed_by(session, **kept)
        ],
        "blocks_made": [
            {"name": one.name, "at": one.created_at.isoformat()} | _why_and_until(one)
            for one in await acts.blocks_by(session, **kept)
        ],
        "digests_settled": [
            {
                "playlist": names[one.playlist_id],
                "week": one.week,
                "outcome": one.outcome.value,
                "at": one.at.isoformat(),
            }
            for one in await acts.digests_by(session, **kept)
        ],
        "join_codes": [
            {
                "for": one.purpose.value,
                "made_at": one.created_at.isoformat(),
                "expires_at": one.expires_at.isoformat(),
            }
            for one in await acts.codes_of(session, **kept)
        ],
    }


async def _names(session: AsyncSession, member: Member) -> dict[int, str]:
    found = await playlists.list_all(session, workspace_id=member.workspace_id)
    return {one.id: one.name for one in found}


async def _rights(session: AsyncSession, member: Member) -> list[dict[str, object]]:
    rows = await privacy.rights_of(session, workspace_id=member.workspace_id, member_id=member.id)
    names = await _names(session, member)
    return [
        {
            "playlist": names[row.playlist_id],
            "role": row.role.value,
            "since": row.since.isoformat(),
        }
        for row in rows
    ]


async def _block(
    session: AsyncSession, member: Member, *, now: datetime
) -> dict[str, object] | None:
    block = await blocks.in_force(
        session, workspace_id=member.workspace_id, now=now, member_id=member.id
    )
    if block is None:
        return None
    return {"since": block.created_at.isoformat()} | _why_and_until(block)


def _why_and_until(block: Block) -> dict[str, object]:
    return {"reason": block.reason, "until": block.until.isoformat() if block.until else None}


async def _kept_file(session: AsyncSession, member: Member) -> dict[str, object] | None:
    kept = await draft_files.of_member(
        session, workspace_id=member.workspace_id, member_id=member.id
    )
    return None if kept is None else {"name": kept.name, "since": kept.kept_at.isoformat()}


async def _write_anew(
    session: AsyncSession, own: list[Submission], *, workspace_id: int, now: datetime
) -> None:
    """Have the cards written again that show what is no longer kept."""
    because = f"forgotten:{now.isoformat()}"
    for one in own:
        await notices.refresh_card(
            session, workspace_id=workspace_id, submission_id=one.id, because=because, at=now
        )
    await notices.refresh_board(session, workspace_id=workspace_id, because=because, at=now)


async def _throw_away(desk: Desk, files: frozenset[str]) -> None:
    """Delete files that no other submission still needs."""
    async with desk.sessions.begin() as session:
        awaited = await submissions.awaited_files(session)
        for sha256 in sorted(files - awaited):
            await desk.services.files.discard(session, sha256)
