"""An artist asks before a slot is spent: what would stand in the way, and how long it would take.

Nothing is stored, and nobody is asked but our own database. No score, fit or rank is read into a
view here, so none can leak.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import RuleError
from bot.fact_texts import FACTS_HEADING
from bot.messages import plain
from bot.workflow import rules
from bot.workflow.admission import (
    Applicant,
    known_of,
    pace_at,
    refuse_blocked,
    refuse_duplicate,
    refuse_seed,
    rules_of,
    standing_of,
)
from bot.workflow.facts import Compared, beside
from bot.workflow.submit import Request, find_playlist, known_track, link_of
from db import members, playlists, scores
from db.models import Playlist, Track
from db.types import AiUse


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """One thing that would refuse the track now. `anyway`: the artist may insist once."""

    rule: str
    sentence: str
    possible_at: datetime | None = None
    anyway: bool = False

    def to_json(self) -> dict[str, object]:
        return {
            "rule": self.rule,
            "sentence": self.sentence,
            "possible_at": self.possible_at.isoformat() if self.possible_at else None,
            "anyway": self.anyway,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """What would happen to a track that is sent to one playlist now; nothing was sent.

    `title` and `artist` are "" where the track was never looked up here: then it is not known
    either whether it is there under another link. `expected_at` is None where the playlist has
    answered too few to say. `compared` is there where its audio was heard before.
    """

    playlist: str
    title: str
    artist: str
    obstacles: tuple[Obstacle, ...]
    waiting: int
    place: int
    answer_by: datetime
    expected_at: datetime | None
    compared: Compared | None

    @property
    def welcome(self) -> bool:
        return not self.obstacles

    @property
    def known(self) -> bool:
        return bool(self.title)

    def to_json(self) -> dict[str, object]:
        compared = self.compared
        return {
            "playlist": self.playlist,
            "title": self.title,
            "artist": self.artist,
            "known": self.known,
            "welcome": self.welcome,
            "obstacles": [one.to_json() for one in self.obstacles],
            "waiting": self.waiting,
            "place": self.place,
            "answer_by": self.answer_by.isoformat(),
            "expected_at": self.expected_at.isoformat() if self.expected_at else None,
            "heading": FACTS_HEADING if compared else None,
            "compared": compared.text if compared else None,
            "facts": [fact.to_json() for fact in compared.facts] if compared else [],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksView:
    """One track and every playlist that was asked about."""

    rows: tuple[CheckView, ...]

    def to_json(self) -> dict[str, object]:
        return {"checks": [row.to_json() for row in self.rows]}


async def check(
    session: AsyncSession,
    *,
    workspace_id: int,
    request: Request,
    now: datetime,
    model_version: str | None = None,
) -> ChecksView:
    """Return what would happen to `request`, for its playlist, or for all where it names none.

    Raises LinkError or NotFoundError as a submission would.
    """
    if request.playlist:
        wanted = [await find_playlist(session, workspace_id, request.playlist)]
    else:
        wanted = await playlists.list_all(session, workspace_id=workspace_id)
    applicant = await _applicant(session, workspace_id, request)
    rows = [
        await _check(session, one, applicant, request.said, now=now, model_version=model_version)
        for one in wanted
    ]
    return ChecksView(rows=tuple(rows))


async def _applicant(session: AsyncSession, workspace_id: int, request: Request) -> Applicant:
    _, spotify_id = link_of(request)
    sha256 = request.upload.sha256 if request.upload else None
    member = await members.by_identity(
        session,
        workspace_id=workspace_id,
        platform=request.person.platform,
        external_id=request.person.external_id,
    )
    return Applicant(
        member_id=member.id if member else None,
        spotify_id=spotify_id,
        upload_sha256=sha256,
        track=await known_track(session, workspace_id, spotify_id, sha256),
    )


async def _check(
    session: AsyncSession,
    playlist: Playlist,
    applicant: Applicant,
    said: rules.Said,
    *,
    now: datetime,
    model_version: str | None,
) -> CheckView:
    standing = await standing_of(session, playlist, applicant, now=now)
    found = [
        Obstacle(
            rule=error.rule,
            sentence=str(error),
            possible_at=error.possible_at,
            anyway=error.anyway,
        )
        async for error in _refusals(session, playlist, applicant, said, standing, now=now)
    ]
    pace = await pace_at(session, playlist, now=now)
    place = standing.waiting + 1
    track = applicant.track
    return CheckView(
        playlist=playlist.name,
        title=plain(track.title) if track else "",
        artist=plain(", ".join(track.artists)) if track else "",
        obstacles=tuple(found),
        waiting=standing.waiting,
        place=place,
        answer_by=now + timedelta(days=playlist.answer_days),
        expected_at=pace.answered_by(place, now=now) if pace else None,
        compared=await _compared(session, playlist, track, model_version=model_version),
    )


async def _refusals(
    session: AsyncSession,
    playlist: Playlist,
    applicant: Applicant,
    said: rules.Said,
    standing: rules.Standing,
    *,
    now: datetime,
) -> AsyncIterator[RuleError]:
    """Yield everything that would refuse it, not only the first; each rule is asked by itself."""
    for ask in (
        refuse_blocked(session, playlist.workspace_id, applicant, now=now),
        refuse_duplicate(session, playlist, applicant, now=now),
        refuse_seed(session, playlist, applicant),
    ):
        try:
            await ask
        except RuleError as error:
            yield error
    wanted = rules_of(playlist)
    tests: tuple[Callable[[], None], ...] = (
        lambda: rules.check_open(wanted, now=now),
        # The tick is given with the submission itself, and so is what nobody has asked for yet.
        lambda: rules.check_said(
            wanted, replace(said, owns_rights=True, ai_use=said.ai_use or AiUse.NO)
        ),
        lambda: rules.check_intake(wanted, standing),
        lambda: rules.check_artist(wanted, standing, now=now),
        lambda: rules.check_fit(
            wanted, standing, said=said, known=known_of(applicant.track), now=now
        ),
    )
    for test in tests:
        try:
            test()
        except RuleError as error:
            yield error


async def _compared(
    session: AsyncSession, playlist: Playlist, track: Track | None, *, model_version: str | None
) -> Compared | None:
    if track is None:
        return None
    heard = await scores.latest(
        session,
        workspace_id=playlist.workspace_id,
        track_ids=[track.id],
        preferred=model_version,
    )
    own = heard.get(track.id)
    return await beside(session, playlist, own) if own else None
