"""The picture of a review card: drawn when it is shown, of the score that was stored."""

import asyncio
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.curation import ReviewCard
from bot.messages import Image
from bot.workflow.facts import Fact, beside
from bot.workflow.services import Sessions
from db import scores, submissions
from db.models import Score


async def card_picture(
    sessions: Sessions, *, workspace_id: int, card: ReviewCard, model_version: str | None
) -> Image | None:
    """Return the picture of `card`, or None where its viewer may not see the score yet."""
    async with sessions() as session:
        return await draw_card(
            session, workspace_id=workspace_id, card=card, model_version=model_version
        )


async def draw_card(
    session: AsyncSession, *, workspace_id: int, card: ReviewCard, model_version: str | None
) -> Image | None:
    """Return the same, and give the database free meanwhile: what was written is committed.

    Drawing takes a while and is done beside the event loop.
    """
    if card.row.score_hidden:
        return None
    submission = await submissions.by_code(session, workspace_id=workspace_id, code=card.code)
    track_ids = (
        {submission.track_id} if submission is not None and submission.track_id else set[int]()
    )
    known = await scores.latest(
        session,
        workspace_id=workspace_id,
        track_ids=track_ids,
        preferred=model_version,
        to_draw=True,
    )
    score = next(iter(known.values()), None)
    facts: tuple[Fact, ...] = ()
    if submission is not None and score is not None:
        facts = (await beside(session, submission.playlist, score)).facts
    await session.commit()
    return await asyncio.to_thread(_drawn, card, score, facts)


def _drawn(card: ReviewCard, score: Score | None, facts: Sequence[Fact]) -> Image:
    # matplotlib takes half a second to load.
    from bot.workflow.pictures import review_image  # noqa: PLC0415

    return review_image(card.row, playlist=card.playlist, score=score, facts=facts)
