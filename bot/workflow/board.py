"""The live board of a review channel: each playlist's counts and the top of its queue.

It holds no length of time and no score: it reads the same until something has changed, and all in
the channel may read it.
"""

import hashlib
import json
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot import notice_texts as words
from bot.curation import BoardPart, BoardRow, BoardView
from bot.curator_texts import board_lines, mark_words
from bot.marks import channel, moment
from bot.messages import Card, Field
from bot.workflow.line import EVERYBODY, Place, is_due_soon, is_snoozed, line_of, row_of
from db import playlists, workspace_settings
from db.models import Platform, Playlist
from db.status import Status

TOP = 5


async def show_board(
    session: AsyncSession, *, workspace_id: int, now: datetime, model_version: str | None = None
) -> BoardView:
    """Return the board of a workspace; looking at it is no showing of a queue."""
    parts = []
    for playlist in await playlists.list_all(session, workspace_id=workspace_id):
        line = await line_of(session, playlist, now=now, model_version=model_version)
        parts.append(_part(playlist, line, now=now))
    return BoardView(parts=tuple(parts))


def board_card(view: BoardView) -> Card:
    """Return the board as a message."""
    return Card(
        title=words.BOARD_TITLE,
        body="" if view.parts else words.BOARD_EMPTY_TEXT,
        fields=tuple(
            Field(name=part.playlist, value="\n".join(board_lines(part, when=moment)))
            for part in view.parts
        ),
        footer=words.BOARD_FOOTER,
    )


async def moved_card(session: AsyncSession, *, workspace_id: int, platform: Platform) -> Card:
    """Return what stands in a channel where curators do not work any more."""
    chat = await workspace_settings.chat(session, workspace_id=workspace_id, platform=platform)
    there = None if chat.review_channel is None else channel(chat.review_channel)
    return Card(title=words.BOARD_MOVED_TITLE, body=words.board_moved_text(there))


def fingerprint(view: BoardView) -> str:
    """Return what two boards have in common that read the same."""
    told = json.dumps(view.to_json(), sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def is_open(playlist: Playlist, *, now: datetime) -> bool:
    """Say whether a playlist takes submissions at this moment, as far as its times tell."""
    opened = playlist.opens_at is None or playlist.opens_at <= now
    closed = playlist.closes_at is not None and playlist.closes_at <= now
    return opened and not closed and not playlist.paused


def _part(playlist: Playlist, line: list[Place], *, now: datetime) -> BoardPart:
    waiting = [place for place in line if place.submission.status is not Status.MAYBE]
    top = [place for place in line if place.ranked is not None][:TOP]
    return BoardPart(
        playlist=playlist.name,
        open=is_open(playlist, now=now),
        waiting=len(waiting),
        overdue=sum(place.submission.due_at < now for place in waiting),
        due_soon=sum(is_due_soon(place.submission, now=now) for place in waiting),
        snoozed=sum(is_snoozed(place.submission, now=now) for place in waiting),
        maybe=len(line) - len(waiting),
        oldest_at=min((place.submission.received_at for place in waiting), default=None),
        rows=tuple(_row(place, number, now=now) for number, place in enumerate(top, start=1)),
    )


def _row(place: Place, number: int, *, now: datetime) -> BoardRow:
    row = row_of(place, viewer=EVERYBODY, number=number, page=1, now=now)
    return BoardRow(
        code=row.code,
        title=row.title,
        artist=row.artist,
        url=row.url,
        claimed_by=row.claimed_by,
        votes=row.votes,
        votes_needed=row.votes_needed,
        mark=mark_words(place.ranked.why, place.pinned_by) if place.ranked else "",
    )
