"""The review card of one submission, and which one comes next: derived from the database alone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.curation import EarlierLine, RemarkLine, ReviewCard
from bot.curator_texts import told_reasons
from bot.fact_texts import facts_text
from bot.file_reports import AttributesLine
from bot.texts import reason_words
from bot.workflow import panel
from bot.workflow.facts import beside_in_words
from bot.workflow.line import (
    EVERYBODY,
    Place,
    Viewer,
    claimer_of,
    is_snoozed,
    line_of,
    row_of,
    viewer_of,
)
from bot.workflow.naming import track_label
from bot.workflow.people import Person
from bot.workflow.queue import View, rule_version
from bot.workflow.review import find_submission
from bot.workflow.submit import find_playlist
from bot.workflow.versions import memory_of
from db import decisions, events, exposures, scores, submissions, threads, votes
from db.models import Event, Platform, Score, Submission
from db.status import UNANSWERED
from db.types import EventKind

_REMARKS = frozenset({EventKind.NOTED, EventKind.ASKED, EventKind.ANSWERED})


async def review_card(
    session: AsyncSession,
    *,
    workspace_id: int,
    code: str,
    person: Person | None,
    now: datetime,
    platform: Platform | None = None,
    model_version: str | None = None,
) -> ReviewCard:
    """Return a submission's card as `person`, a curator, may see it, and record that it was shown.

    None is a message that a whole channel reads: it shows no more than somebody may see who has
    not voted, and is no showing. `platform` says whose thread is meant; else it is the person's.
    Raises NotFoundError or NotAllowedError.
    """
    submission = await find_submission(session, workspace_id, code)
    viewer = EVERYBODY
    if person is not None:
        viewer = await viewer_of(session, submission.playlist, person, now=now)
    line = await line_of(session, submission.playlist, now=now, model_version=model_version)
    place = next((p for p in line if p.submission.id == submission.id), None)
    number = line.index(place) + 1 if place is not None else 1
    if place is None:
        place = await _place_of_answered(session, submission, model_version=model_version)
    whose = platform or (person.platform if person else None)
    card = await _card(session, place, viewer, number, whose, now=now, model_version=model_version)
    if person is not None:
        await _log(session, place, viewer, number, now=now)
    return card


async def next_card(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist: str,
    person: Person,
    now: datetime,
    after: str | None = None,
    model_version: str | None = None,
) -> ReviewCard | None:
    """Return the next card of the suggested order for this curator, or None at its end.

    It is neither in somebody else's hands, nor snoozed, nor their own, nor voted on by them.
    `after` is the code of the one they skip; where that waits no more, it begins at the top.
    """
    found = await find_playlist(session, workspace_id, playlist)
    viewer = await viewer_of(session, found, person, now=now)
    line = await line_of(session, found, now=now, model_version=model_version)
    place = following(line, viewer, after=after, now=now)
    if place is None:
        return None
    number = line.index(place) + 1
    card = await _card(
        session, place, viewer, number, person.platform, now=now, model_version=model_version
    )
    await _log(session, place, viewer, number, now=now)
    return card


def following(
    line: Sequence[Place], viewer: Viewer, *, after: str | None, now: datetime
) -> Place | None:
    """Return the first place after `after` that is the viewer's to review."""
    ranked = [place for place in line if place.ranked is not None]
    codes = [place.submission.code for place in ranked]
    start = codes.index(after) + 1 if after in codes else 0
    for place in ranked[start:]:
        taken = claimer_of(place.submission, now=now) not in {None, viewer.member_id}
        if taken or viewer.is_barred(place.submission) or place.vote_of(viewer) is not None:
            continue
        return place
    return None


async def _card(
    session: AsyncSession,
    place: Place,
    viewer: Viewer,
    number: int,
    platform: Platform | None,
    *,
    now: datetime,
    model_version: str | None,
) -> ReviewCard:
    submission, score = place.submission, place.score
    workspace_id = submission.workspace_id
    barred = viewer.is_barred(submission)
    page = place.ranked.page if place.ranked else 1
    row = row_of(place, viewer=viewer, number=number, page=page, now=now)
    claimer = claimer_of(submission, now=now)
    memory = await memory_of(session, submission, model_version=model_version)
    history = await events.of(session, workspace_id=workspace_id, submission_id=submission.id)
    thread = platform and await threads.of(
        session, workspace_id=workspace_id, submission_id=submission.id, platform=platform
    )
    before = memory.code if memory else None
    seen = score if row.score else None
    return ReviewCard(
        row=row,
        playlist=submission.playlist.name,
        sent_by=submission.member.display_name,
        received_at=submission.received_at,
        due_at=submission.due_at,
        panel=panel.panel_view(submission, place.votes, viewer_id=viewer.member_id, barred=barred),
        # The reasons are the score's: with it they are hidden.
        reasons=told_reasons([str(r) for r in seen.reasons], row.score) if seen else (),
        note=submission.note or "",
        ai_use=submission.ai_use.value if submission.ai_use else None,
        facts=_facts(score),
        beside=await beside_in_words(session, submission.playlist, seen) if seen else "",
        memory=memory.text if memory and not barred else "",
        earlier=() if barred else await earlier_of(session, submission, except_code=before),
        remarks=() if barred else remarks_of(history),
        claimed_at=submission.claimed_at if claimer is not None else None,
        claimed_by_me=claimer is not None and claimer == viewer.member_id,
        snoozed_until=submission.snoozed_until if is_snoozed(submission, now=now) else None,
        thread_id=thread.thread_id if thread else None,
        pinned=place.pinned_by is not None,
        barred=_barred(submission, viewer),
        may_override=_may_override(submission, viewer),
    )


def remarks_of(history: Sequence[Event]) -> tuple[RemarkLine, ...]:
    """Return the notes, questions and answers of a history, oldest first.

    What somebody wrote who is forgotten is left out: there is nothing to read.
    """
    return tuple(
        RemarkLine(
            kind=event.kind.value,
            by=event.actor.display_name if event.actor else "",
            at=event.at,
            text=event.note,
        )
        for event in history
        if event.kind in _REMARKS and event.note
    )


async def earlier_of(
    session: AsyncSession, submission: Submission, *, except_code: str | None = None
) -> tuple[EarlierLine, ...]:
    """Return the song's other versions and requests with where they stand, oldest first."""
    family = await submissions.family(session, submission=submission)
    made = await decisions.of_submissions(
        session,
        workspace_id=submission.workspace_id,
        submission_ids=[row.id for row in family],
    )
    # The newest comes last and wins.
    answers = {decision.submission_id: decision for decision in made}
    lines = []
    for row in family:
        if row.code == except_code:
            continue
        answer = answers.get(row.id) if row.status not in UNANSWERED else None
        lines.append(
            EarlierLine(
                code=row.code,
                playlist=row.playlist.name,
                title=track_label(row)[0],
                status=row.status.value,
                at=row.status_at,
                newer=row.received_at > submission.received_at,
                reasons=tuple(reason_words(r) for r in answer.reasons) if answer else (),
            )
        )
    return tuple(lines)


async def _place_of_answered(
    session: AsyncSession, submission: Submission, *, model_version: str | None
) -> Place:
    known = await scores.latest(
        session,
        workspace_id=submission.workspace_id,
        track_ids=[submission.track_id] if submission.track_id is not None else [],
        preferred=model_version,
    )
    cast = await votes.of(
        session, workspace_id=submission.workspace_id, submission_id=submission.id
    )
    return Place(
        submission=submission,
        score=next(iter(known.values()), None),
        votes=tuple(cast),
        pinned_by=None,
    )


async def _log(
    session: AsyncSession, place: Place, viewer: Viewer, number: int, *, now: datetime
) -> None:
    """Record that a card was shown, where it stands in the suggested order."""
    if place.ranked is None:
        return
    await exposures.log(
        session,
        workspace_id=place.submission.workspace_id,
        playlist_id=place.submission.playlist_id,
        member_id=viewer.member_id,
        page=place.ranked.page,
        rows=[
            exposures.Shown(
                submission_id=place.submission.id,
                slot=number,
                why=place.ranked.why,
                discovery=place.submission.discovery,
                propensity=place.ranked.propensity,
            )
        ],
        seed=None,
        rule_version=rule_version(View.SUGGESTED),
        at=now,
    )


def _may_override(submission: Submission, viewer: Viewer) -> bool:
    needs_others = submission.playlist.votes_needed > 1 and submission.status in UNANSWERED
    return needs_others and viewer.looks_after and not viewer.is_barred(submission)


def _barred(submission: Submission, viewer: Viewer) -> str:
    if not viewer.is_barred(submission):
        return ""
    return panel.barred_text(submission, own=submission.member_id == viewer.member_id)


def _facts(score: Score | None) -> str:
    """Return what can be heard in words, which says nothing about how good it is."""
    if score is None or score.tempo_bpm is None or score.loudness_lufs is None:
        return ""
    heard = AttributesLine(
        tempo_bpm=score.tempo_bpm,
        tempo_alt_bpm=score.tempo_alt_bpm,
        tempo_confidence=score.tempo_confidence or 0.0,
        key=score.key,
        key_confidence=score.key_confidence or 0.0,
        loudness_lufs=score.loudness_lufs,
        energy=score.energy,
        danceability=score.danceability,
    )
    return facts_text(heard)
