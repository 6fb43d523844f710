"""Who is reminded of what is soon due, and when: in a channel, or in private when they work."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.workflow.hours import working_moment
from bot.workflow.notices import (
    Notice,
    curators_in_person,
    recipient_of,
    review_channels,
)
from db import curators, members, outbox
from db.models import Platform
from db.recipients import Recipient

# Who has not looked at a queue for so long does not review it, whatever their role says.
_AT_WORK: Final = timedelta(days=14)


async def remind_curators(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist_id: int,
    submission_ids: Sequence[int],
    because: str,
    at: datetime,
) -> None:
    """Remind of what is soon due: in the review channels, else each curator in person.

    Slack tells where its people are: there each is written to in private, when they work.
    `because` names the occasion, a local date for instance: one reminder for each.
    """
    channels = await review_channels(session, workspace_id=workspace_id)
    alone = await _at_work_on_slack(
        session, workspace_id=workspace_id, playlist_id=playlist_id, at=at
    )
    to = dict.fromkeys(
        (one for one in channels if not (alone and one.platform is Platform.SLACK)), at
    )
    to |= alone
    if not to:
        named = await curators_in_person(
            session, workspace_id=workspace_id, playlist_id=playlist_id
        )
        to = dict.fromkeys(named, at)
    for recipient, due_at in to.items():
        key = f"reminder:{playlist_id}:{because}:{recipient.platform}:{recipient.address}"
        await outbox.put(
            session,
            workspace_id=workspace_id,
            key=key,
            to=recipient,
            subject=key,
            kind=Notice.REMINDER,
            payload={"playlist": playlist_id, "submissions": list(submission_ids)},
            at=at,
            due_at=due_at,
        )


async def _at_work_on_slack(
    session: AsyncSession, *, workspace_id: int, playlist_id: int, at: datetime
) -> dict[Recipient, datetime]:
    """Return who reviews a playlist on Slack, each with the next moment at which they work."""
    there = await curators.at_work(
        session, workspace_id=workspace_id, playlist_id=playlist_id, since=at - _AT_WORK
    )
    found = {}
    for member_id in there:
        member = await members.get(session, workspace_id=workspace_id, member_id=member_id)
        to = None if member is None else recipient_of(member)
        if member is None or to is None or to.platform is not Platform.SLACK:
            continue
        (zone,) = [one.zone for one in member.identities if one.external_id == to.external_id]
        found[to] = working_moment(at, ZoneInfo(zone)) if zone else at
    return found
