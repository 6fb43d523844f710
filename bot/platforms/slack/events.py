"""What Slack tells by itself: a Home tab was opened, a link was posted, a message of ours stands.

All of it is heard in a middleware, which lets everything pass: in a host's app its own listeners
hear the same events.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.courier import METADATA_EVENT
from bot.platforms.slack.front import Call, Front
from bot.platforms.slack.offers import offer_for
from bot.platforms.slack.reception import Body, key_of
from bot.platforms.slack.render import reply_blocks, reply_fallback
from bot.workflow.places import show_setup
from db import recipients
from db.models import Platform
from db.outbox import Box
from db.recipients import Recipient

log = logging.getLogger(__name__)

# What the app has to be subscribed to.
EVENTS: Final = (
    "app_home_opened",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message_metadata_posted",
    "tokens_revoked",
)
# A message with a file is one of a person, too.
_SAID: Final = frozenset({None, "file_share"})


class Saw(Protocol):
    """Takes note that a message of ours stands in the chat."""

    async def __call__(self, *, box: Box, nonce: str, message_id: str) -> None: ...


class Gone(Protocol):
    """Takes note that a team had removed the app at a moment."""

    async def __call__(self, team_id: str, *, at: datetime) -> None: ...


class Events:
    """Hears for one app."""

    def __init__(self, front: Front, *, saw: Saw, gone: Gone) -> None:
        self._front = front
        self._saw = saw
        self._gone = gone
        self._running: set[asyncio.Task[None]] = set()

    def add_to(self, app: AsyncApp) -> None:
        app.use(self.hear)

    async def hear(
        self,
        body: Body,
        context: AsyncBoltContext,
        client: AsyncWebClient,
        next: Callable[[], Awaitable[None]],  # noqa: A002 - Bolt hands it over by this name
    ) -> BoltResponse | None:
        """Take what concerns us beside, and let everything pass on at once."""
        event = body.get("event")
        await next()
        if not isinstance(event, Mapping):
            # What is returned here would stand for the listener's own answer.
            return None
        call = Call(body=body, context=context, client=client)
        task = asyncio.create_task(self._take_or_log(event, call))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # Where nobody else listens, this is the answer, and Slack repeats nothing.
        return BoltResponse(status=200, body="")

    async def _take_or_log(self, event: Mapping[str, Any], call: Call) -> None:
        try:
            await self._take(event, call)
        except Exception:
            log.exception("an event of Slack failed")

    async def _take(self, event: Mapping[str, Any], call: Call) -> None:
        if not self._front.reception.first_time(key_of(call.body)):
            return
        match event.get("type"):
            case "app_home_opened" if event.get("tab") == "home":
                await self._front.show_home(call)
            case "message":
                await self._said(event, call)
            case "message_metadata_posted":
                await self._stands(event, call)
            case "app_uninstalled":
                await self._gone(str(call.body["team_id"]), at=_moment(call.body))
            case "tokens_revoked" if event.get("tokens", {}).get("bot"):
                await self._gone(str(call.body["team_id"]), at=_moment(call.body))

    async def _said(self, event: Mapping[str, Any], call: Call) -> None:
        """Offer to submit what somebody posts where artists are; never do it unasked."""
        if event.get("bot_id") or event.get("subtype") not in _SAID:
            return
        offered = offer_for(str(event.get("text") or ""), event.get("files") or ())
        if offered is None:
            return
        desk = await self._front.reception.desk_of(str(call.context.team_id))
        async with desk.sessions() as session:
            setup = await show_setup(
                session, workspace_id=desk.workspace_id, platform=Platform.SLACK
            )
        if setup.chat.submit_channel != event.get("channel"):
            return
        await call.client.chat_postEphemeral(
            channel=str(event["channel"]),
            user=str(event["user"]),
            text=reply_fallback(offered),
            blocks=reply_blocks(offered),
        )

    async def _stands(self, event: Mapping[str, Any], call: Call) -> None:
        metadata = event.get("metadata") or {}
        if metadata.get("event_type") != METADATA_EVENT:
            return
        desk = await self._front.reception.desk_of(str(call.context.team_id))
        await self._saw(
            box=Box(
                workspace_id=desk.workspace_id,
                to=await _recipient(str(event["channel_id"]), call.client),
            ),
            nonce=str(metadata["event_payload"]["nonce"]),
            message_id=str(event["message_ts"]),
        )


def _moment(body: Body) -> datetime:
    """Return when an event was over at the latest: Slack tells whole seconds."""
    return datetime.fromtimestamp(int(body["event_time"]) + 1, UTC)


async def _recipient(channel_id: str, client: AsyncWebClient) -> Recipient:
    """Return whom a message was for; a direct channel stands for its one person."""
    if channel_id.startswith("D"):
        try:
            told = await client.conversations_info(channel=channel_id)
        except SlackApiError:
            log.info("a direct channel is gone")
        else:
            return recipients.person(Platform.SLACK, str(told["channel"]["user"]))
    return recipients.channel(Platform.SLACK, channel_id)
