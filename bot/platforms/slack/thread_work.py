"""A thread about one submission: made when somebody wants to talk, and only one of them.

The card is posted where curators review, and the thread hangs on it, with the picture of what was
heard as its first reply.
"""

from slack_sdk.errors import SlackApiError

from bot.chat import replies, review_screens
from bot.chat.replies import Reply, Shown
from bot.chat_texts import NO_REVIEW_CHANNEL_TEXT, POSTED_THREAD_TEXT, invite_text
from bot.curation import ReviewCard
from bot.errors import RuleError
from bot.marks import channel
from bot.messages import Image
from bot.platforms.slack.pictures import add_picture
from bot.platforms.slack.reception import Visit
from bot.platforms.slack.render import fallback, to_blocks
from bot.workflow import card, notices, talk
from bot.workflow.card_pictures import card_picture
from bot.workflow.places import show_setup
from bot.workflow.rescore import version_in_use
from bot.workflow.review import find_submission
from db import recipients
from db.models import Platform


async def open_thread(visit: Visit) -> Reply:
    """Say where people talk about the submission; open that place if there is none."""
    desk = visit.desk
    version = version_in_use(desk.services.hearing)
    async with desk.sessions.begin() as session:
        shown = await card.review_card(
            session,
            workspace_id=desk.workspace_id,
            code=visit.wish.id,
            person=visit.person,
            now=desk.now(),
            model_version=version,
        )
        setup = await show_setup(session, workspace_id=desk.workspace_id, platform=Platform.SLACK)
    where = setup.chat.review_channel
    if where is None:
        raise RuleError(NO_REVIEW_CHANNEL_TEXT, rule="setup")
    if shown.thread_id is None:
        await _open(visit, where)
    return replies.sentence(POSTED_THREAD_TEXT.format(code=shown.code, channel=channel(where)))


async def _open(visit: Visit, where: str) -> None:
    """Post the card as everybody may see it; where somebody was faster, theirs counts."""
    desk = visit.desk
    async with desk.sessions() as session:
        public = await card.review_card(
            session,
            workspace_id=desk.workspace_id,
            code=visit.wish.id,
            person=None,
            platform=Platform.SLACK,
            now=desk.now(),
            model_version=version_in_use(desk.services.hearing),
        )
    shared = review_screens.shared_card(public)
    ts = await _posted(visit, where, shared)
    if not await _remembered(visit, where, ts):
        await visit.client.chat_delete(channel=where, ts=ts)
        return
    if (image := await _picture(visit, public)) is not None:
        await add_picture(visit.client, image, channel=where, thread_ts=ts)


async def _posted(visit: Visit, where: str, shown: Shown) -> str:
    try:
        posted = await visit.client.chat_postMessage(
            channel=where, text=fallback(shown.card), blocks=to_blocks(shown.card)
        )
    except SlackApiError as error:
        if error.response.get("error") in {"not_in_channel", "channel_not_found"}:
            raise RuleError(invite_text(channel(where)), rule="setup") from error
        raise
    return str(posted["ts"])


async def _remembered(visit: Visit, where: str, ts: str) -> bool:
    desk = visit.desk
    async with desk.sessions.begin() as session:
        thread = await talk.open_thread(
            session,
            workspace_id=desk.workspace_id,
            code=visit.wish.id,
            person=visit.person,
            channel_id=where,
            thread_id=ts,
            now=desk.now(),
        )
        if thread.thread_id != ts:
            return False
        submission = await find_submission(session, desk.workspace_id, visit.wish.id)
        await notices.card_posted(
            session,
            workspace_id=desk.workspace_id,
            submission_id=submission.id,
            channel=recipients.channel(Platform.SLACK, where),
            message_id=ts,
            at=desk.now(),
        )
    return True


async def _picture(visit: Visit, shown: ReviewCard) -> Image | None:
    desk = visit.desk
    return await card_picture(
        desk.sessions,
        workspace_id=desk.workspace_id,
        card=shown,
        model_version=version_in_use(desk.services.hearing),
    )
