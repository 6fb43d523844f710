"""Brings messages to Slack by its Web API.

Slack compares no nonces: a message whose answer was lost is posted again. Each carries its nonce in
its metadata, where every app of the team may read it, and nothing else. Slack tells the app of each
such message (the event `message_metadata_posted`), and `Sender.saw` takes it over or deletes the
double. Nothing is ever looked up in a channel's history.
"""

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import (
    DeliveryError,
    MalformedMessageError,
    MessageGoneError,
    RefusedMessageError,
    SlowDownError,
)
from bot.platforms.slack.pictures import add_picture
from bot.platforms.slack.posted import blocks_of
from bot.platforms.slack.render import fallback
from bot.workflow.delivery import Outgoing
from db.recipients import Place, Recipient

log = logging.getLogger(__name__)

ClientOf = Callable[[int], Awaitable[AsyncWebClient]]

METADATA_EVENT: Final = "earmark_message"
# A call that takes longer counts as lost.
_TIMEOUT_S: Final = 15
# Where a 429 does not say how long.
_PAUSE_S: Final = 30.0

# Slack's error codes, as the pages of chat.postMessage, chat.update and conversations.open list.
_BUSY: Final = frozenset({"ratelimited", "rate_limited"})
_CLOSED: Final = frozenset({"cannot_dm_bot", "messages_tab_disabled", "user_not_visible"})
_GONE: Final = frozenset({"user_not_found", "user_disabled", "channel_not_found"})
_MENDABLE: Final = frozenset(
    {
        "is_archived",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_in_channel",
        "restricted_action",
    }
)
_MESSAGE_GONE: Final = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
# The token or Slack itself; nothing is wrong with the message.
_FOR_NOW: Final = frozenset(
    {
        "account_inactive",
        "fatal_error",
        "internal_error",
        "invalid_auth",
        "not_authed",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "token_expired",
        "token_revoked",
    }
)


_PINNED_SO: Final = frozenset({"already_pinned", "no_pin"})


def sending_client(token: str, *, base_url: str = AsyncWebClient.BASE_URL) -> AsyncWebClient:
    """Return a client for a courier.

    slack_sdk would post again by itself after a dropped connection, and so post twice: the sender
    alone decides when to try again.
    """
    return AsyncWebClient(token=token, base_url=base_url, timeout=_TIMEOUT_S, retry_handlers=[])


class SlackCourier:
    """`client_of` returns a workspace's client, made by `sending_client`."""

    # About one message a second and channel, says docs.slack.dev/apis/web-api/rate-limits.
    pace: timedelta = timedelta(seconds=1.1)

    def __init__(self, client_of: ClientOf) -> None:
        self._client_of = client_of
        self._direct: dict[tuple[int, str], str] = {}

    async def post(self, to: Recipient, message: Outgoing, *, nonce: str) -> str:
        with _translated(to):
            client = await self._client_of(message.workspace_id)
            channel = await self._channel(client, to, message.workspace_id)
            posted = await client.chat_postMessage(
                channel=channel,
                text=fallback(message.card),
                blocks=blocks_of(message),
                metadata={"event_type": METADATA_EVENT, "event_payload": {"nonce": nonce}},
                unfurl_links=False,
                unfurl_media=False,
            )
            message_id = str(posted["ts"])
        if message.card.image is not None:
            await add_picture(client, message.card.image, channel=channel, thread_ts=message_id)
        return message_id

    async def edit(self, to: Recipient, message_id: str, message: Outgoing) -> None:
        with _translated(to):
            client = await self._client_of(message.workspace_id)
            await client.chat_update(
                channel=await self._channel(client, to, message.workspace_id),
                ts=message_id,
                text=fallback(message.card),
                blocks=blocks_of(message),
            )

    async def delete(self, to: Recipient, message_id: str, *, workspace_id: int) -> None:
        try:
            with _translated(to):
                client = await self._client_of(workspace_id)
                channel = await self._channel(client, to, workspace_id)
                await client.chat_delete(channel=channel, ts=message_id)
        except MessageGoneError:
            log.debug("message %s was deleted already", message_id)

    async def pin(self, to: Recipient, message_id: str, *, workspace_id: int, pinned: bool) -> bool:
        try:
            with _translated(to):
                client = await self._client_of(workspace_id)
                channel = await self._channel(client, to, workspace_id)
                change = client.pins_add if pinned else client.pins_remove
                await change(channel=channel, timestamp=message_id)
        except (RefusedMessageError, MalformedMessageError) as error:
            cause = error.__cause__
            if isinstance(cause, SlackApiError) and cause.response.get("error") in _PINNED_SO:
                # Somebody was faster, or an earlier try got through and its answer did not.
                return pinned
            # It is there and works; whoever sets the app up is told of the missing permission.
            log.info("message %s stays as it is pinned or not: %s", message_id, error)
            return not pinned
        return pinned

    async def _channel(self, client: AsyncWebClient, to: Recipient, workspace_id: int) -> str:
        """Return the channel; a person's direct one is the same each time, and asked for once."""
        if to.place is Place.CHANNEL:
            return to.external_id
        known = (workspace_id, to.external_id)
        if known not in self._direct:
            opened = await client.conversations_open(users=to.external_id)
            self._direct[known] = str(opened["channel"]["id"])
        return self._direct[known]


@contextmanager
def _translated(to: Recipient) -> Iterator[None]:
    """Turn what slack_sdk raises into what the sender understands."""
    try:
        yield
    except SlackApiError as error:
        raise _meaning(error, to) from error
    except (aiohttp.ClientError, OSError) as error:
        raise DeliveryError(f"Slack is not answering: {type(error).__name__}.") from error


def _meaning(error: SlackApiError, to: Recipient) -> DeliveryError:
    status, told = error.response.status_code, error.response.data
    # A proxy of Slack's answers with a page of HTML.
    code = str(told.get("error")) if isinstance(told, dict) else f"status {status}"
    said = f"Slack says: {code}."
    if status == HTTPStatus.TOO_MANY_REQUESTS or code in _BUSY:
        # Slack counts by method and channel, so the others need not wait.
        asked = error.response.headers.get("Retry-After")
        return SlowDownError("Slack", retry_after_s=float(asked) if asked else _PAUSE_S)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in _FOR_NOW:
        return DeliveryError(said)
    return _for_good(code, to, said)


def _for_good(code: str, to: Recipient, said: str) -> DeliveryError:
    if code in _MESSAGE_GONE:
        return MessageGoneError("That message was deleted, or is too old to change.")
    if code in _CLOSED:
        return RefusedMessageError("They take no direct messages.", reason="closed")
    if code in _GONE:
        return RefusedMessageError(said, reason="gone")
    if code in _MENDABLE:
        return RefusedMessageError(said, reason="forbidden", mendable=to.place is Place.CHANNEL)
    return MalformedMessageError(said)
