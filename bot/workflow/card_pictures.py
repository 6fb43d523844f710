"""The picture of a review card: drawn when it is shown, of the score that was stored."""

import asyncio

from bot.curation import ReviewCard
from bot.messages import Image
from bot.workflow.pictures import review_image
from bot.workflow.services import Sessions
from db import scores, submissions


async def card_picture(
    sessions: Sessions, *, workspace_id: int, card: ReviewCard, model_version: str | None
) -> Image | None:
    """Return the picture of `card`, or None where its viewer may not see the score yet.

    Drawing takes a while and is done beside the event loop.
    """
    if card.row.score_hidden:
        return None
    async with sessions() as session:
        submission = await submissions.by_code(session, workspace_id=workspace_id, code=card.code)
        track_ids = (
            {submission.track_id} if submission is not None and submission.track_id else set[int]()
        )
        known = await scores.latest(
            session, workspace_id=workspace_id, track_ids=track_ids, preferred=model_version
        )
    score = next(iter(known.values()), None)
    return await asyncio.to_thread(review_image, card.row, playlist=card.playlist, score=score)
