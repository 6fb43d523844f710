"""The whole record of one submission, for its curators: who did what, who saw it where."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.curation import HistoryLine, PanelView, TrackHistory
from bot.curator_texts import USEFUL_WORDS, event_words
from bot.errors import NotAllowedError
from bot.texts import reason_words
from bot.workflow import panel
from bot.workflow.analysis import score_line
from bot.workflow.card import earlier_of
from bot.workflow.line import viewer_of
from bot.workflow.naming import track_label
from bot.workflow.people import Person
from bot.workflow.review import find_submission
from db import decisions, events, exposures, scores, votes
from db.models import Decision, Event, Exposure
from db.types import EventKind

# The latest showings: a track that waits for two weeks is shown often.
_MOST_SHOWN = 50


async def track_history(
    session: AsyncSession,
    *,
    workspace_id: int,
    code: str,
    person: Person,
    now: datetime,
    model_version: str | None = None,
) -> TrackHistory:
    """Return all events, showings and versions of a submission, and its votes after one's own.

    Raises NotFoundError, or NotAllowedError where the person is no curator, or is its artist.
    """
    submission = await find_submission(session, workspace_id, code)
    viewer = await viewer_of(session, submission.playlist, person, now=now)
    if viewer.is_barred(submission):
        own = submission.member_id == viewer.member_id
        raise NotAllowedError(panel.barred_text(submission, own=own))
    ids = {"workspace_id": workspace_id, "submission_id": submission.id}
    cast = await votes.of(session, **ids)
    view = panel.panel_view(submission, cast, viewer_id=viewer.member_id, barred=False)
    known = await scores.latest(
        session,
        workspace_id=workspace_id,
        track_ids=[submission.track_id] if submission.track_id is not None else [],
        preferred=model_version,
    )
    score = next(iter(known.values()), None)
    hidden = panel.hides_score(submission.playlist, submission, mine=view.mine, barred=False)
    title, artist = track_label(submission)
    shown = await exposures.of_submission(session, **ids)
    return TrackHistory(
        code=submission.code,
        playlist=submission.playlist.name,
        title=title,
        artist=artist,
        status=submission.status.value,
        panel=view,
        lines=_lines(
            await events.of(session, **ids), view, made=await decisions.last(session, **ids)
        ),
        shown=tuple(_shown(one) for one in shown[-_MOST_SHOWN:]),
        versions=await earlier_of(session, submission),
        score=score_line(score) if score and not hidden else None,
        score_hidden=hidden and score is not None,
    )


def _lines(
    history: Sequence[Event], view: PanelView, *, made: Decision | None
) -> tuple[HistoryLine, ...]:
    answers = {(vote.by, vote.at): vote.answer for vote in view.votes or ()}
    lines = []
    for event in history:
        who = event.actor.display_name if event.actor else ""
        said = [reason_words(reason) for reason in event.reasons]
        if event.note:
            said.append(event.note)
        # A vote that was changed since is told without what it was.
        if event.kind is EventKind.VOTED and (answer := answers.get((who, event.at))):
            said.append(answer)
        if made is not None and made.useful is not None and event.at == made.at:
            said += [USEFUL_WORDS[made.useful]] if event.kind is EventKind.MOVED else []
        lines.append(
            HistoryLine(
                at=event.at,
                what=event_words(event.kind, event.to_status),
                who=who,
                text="; ".join(said),
            )
        )
    return tuple(lines)


def _shown(one: Exposure) -> HistoryLine:
    return HistoryLine(
        at=one.at,
        what=f"shown in place {one.slot}",
        who=one.member.display_name if one.member else "",
        text=one.why,
    )
