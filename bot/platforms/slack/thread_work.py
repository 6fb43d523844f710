"""A thread about one submission: made when somebody wants to talk, and only one of them.

The card is posted where curators review, and the thread hangs on it, with the picture of what was
heard as its first reply. The outbox brings it, in its turn among the channel's other messages.
"""

from bot.chat import replies
from bot.chat.replies import Reply
from bot.chat_texts import NO_REVIEW_CHANNEL_TEXT, POSTED_THREAD_TEXT
from bot.errors import RuleError
from bot.marks import channel
from bot.platforms.slack.reception import Visit
from bot.workflow import notices
from bot.workflow.handling import curated
from bot.workflow.places import show_setup
from db import recipients
from db.models import Platform


async def open_thread(visit: Visit) -> Reply:
    """Say where people talk about the submission; let that place be made if there is none."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        submission, _ = await curated(
            session, desk.workspace_id, visit.wish.id, visit.person, now=desk.now()
        )
        setup = await show_setup(session, workspace_id=desk.workspace_id, platform=Platform.SLACK)
        where = setup.chat.review_channel
        if where is None:
            raise RuleError(NO_REVIEW_CHANNEL_TEXT, rule="setup")
        await notices.show_card(
            session,
            workspace_id=desk.workspace_id,
            submission_id=submission.id,
            channel=recipients.channel(Platform.SLACK, where),
            at=desk.now(),
        )
    said = POSTED_THREAD_TEXT.format(code=submission.code, channel=channel(where))
    return replies.sentence(said)
