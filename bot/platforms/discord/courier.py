"""Brings messages to Discord by its REST API; no gateway is needed.

discord.py itself waits where Discord tells it to, and repeats after a server error. It repeats
nothing after a dropped connection: that is the sender's, who comes again with the same nonce.
"""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import aiohttp
import discord

from bot.errors import (
    DeliveryError,
    MalformedMessageError,
    MessageGoneError,
    RefusedMessageError,
    SlowDownError,
)
from bot.platforms.discord.posted import screen_of
from bot.platforms.discord.screen import Screen
from bot.workflow.delivery import Outgoing
from db.recipients import Place, Recipient

log = logging.getLogger(__name__)

Render = Callable[[Outgoing], Screen]

# Discord's codes, as listed under "JSON error codes" in its documentation.
_UNKNOWN_MESSAGE: Final = 10008
# Closed direct messages; no server in common any more.
_TAKES_NO_MESSAGES: Final = frozenset({50007, 50278})
_TOO_MANY_NEW_CHANNELS: Final = 40003
_NEW_CHANNELS_PAUSE_S: Final = 60.0
# A longer wait is told to the sender, who has others to serve meanwhile.
_LONGEST_WAIT_S: Final = 30.0
# What Cloudflare asks for without saying how long.
_BAN_PAUSE_S: Final = 60.0


class DiscordCourier:
    """`client` is logged in; `show` makes a message of ours one of Discord's."""

    # Discord tells its limits with each answer, and discord.py keeps to them.
    pace: timedelta = timedelta(0)

    def __init__(self, client: discord.Client, *, show: Render = screen_of) -> None:
        self._client = client
        self._show = show

    async def post(self, to: Recipient, message: Outgoing, *, nonce: str) -> str:
        """Post a message. discord.py sends `enforce_nonce` with each nonce.

        Discord compares nonces of the last few minutes, which is longer than a lease lasts.
        """
        screen = self._screen(message)
        sending = screen.sending()
        if message.calls is not None:
            sending["content"] = f"<@{message.calls}> {screen.content}".strip()
            sending["allowed_mentions"] = _only(message.calls)
        with _translated(to):
            place = await self._place(to)
            sent = await place.send(nonce=nonce, **sending)
        return str(sent.id)

    async def edit(self, to: Recipient, message_id: str, message: Outgoing) -> None:
        screen = self._screen(message)
        editing = screen.editing()
        if message.calls is not None:
            editing["content"] = f"<@{message.calls}> {screen.content}".strip()
        with _translated(to):
            await (await self._message(to, message_id)).edit(**editing)

    async def delete(self, to: Recipient, message_id: str, *, workspace_id: int) -> None:
        # One bot serves all workspaces.
        del workspace_id
        try:
            with _translated(to):
                await (await self._message(to, message_id)).delete()
        except MessageGoneError:
            log.debug("message %s was deleted already", message_id)

    async def pin(self, to: Recipient, message_id: str, *, workspace_id: int, pinned: bool) -> bool:
        del workspace_id
        try:
            with _translated(to):
                message = await self._message(to, message_id)
                await (message.pin() if pinned else message.unpin())
        except (RefusedMessageError, MalformedMessageError) as error:
            # It is there and works. Whoever sets the bot up is told what is missing, or they have
            # pinned as many messages as a channel takes.
            log.info("message %s stays as it is pinned or not: %s", message_id, error)
            return not pinned
        return pinned

    def _screen(self, message: Outgoing) -> Screen:
        screen = self._show(message)
        if screen.view is not None:
            # Our buttons are known by their ids. discord.py would keep each view in memory to know
            # them by, for as long as the process lives.
            screen.view.stop()
        return screen

    async def _message(self, to: Recipient, message_id: str) -> discord.PartialMessage:
        return (await self._place(to)).get_partial_message(int(message_id))

    async def _place(self, to: Recipient) -> discord.PartialMessageable | discord.DMChannel:
        number = int(to.external_id)
        if to.place is Place.CHANNEL:
            return self._client.get_partial_messageable(number)
        # The same channel each time: Discord opens one, and discord.py remembers it.
        return await self._client.create_dm(discord.Object(number))


@asynccontextmanager
async def open_courier(
    token: str, *, connector: aiohttp.BaseConnector | None = None, show: Render = screen_of
) -> AsyncIterator[DiscordCourier]:
    """Log in for sending alone: a worker sends without being the bot that listens."""
    async with discord.Client(
        # Without it discord.py warns at each start, with or without a gateway.
        intents=discord.Intents(guilds=True),
        max_ratelimit_timeout=_LONGEST_WAIT_S,
        connector=connector,
    ) as client:
        await client.login(token)
        yield DiscordCourier(client, show=show)


def _only(user_id: str) -> discord.AllowedMentions:
    return discord.AllowedMentions(
        everyone=False, roles=False, replied_user=False, users=[discord.Object(int(user_id))]
    )


@contextmanager
def _translated(to: Recipient) -> Iterator[None]:
    """Turn what discord.py raises into what the sender understands."""
    try:
        yield
    except discord.RateLimited as error:
        raise SlowDownError("Discord", retry_after_s=error.retry_after) from error
    except discord.DiscordServerError as error:
        raise DeliveryError(f"Discord answered {error.status}.") from error
    except discord.HTTPException as error:
        raise _meaning(error, to) from error
    except (aiohttp.ClientError, OSError) as error:
        raise DeliveryError(f"Discord is not answering: {type(error).__name__}.") from error


def _meaning(error: discord.HTTPException, to: Recipient) -> DeliveryError:
    said = f"Discord says: {error.text or error.status}."
    if error.code in _TAKES_NO_MESSAGES:
        return RefusedMessageError("They take no direct messages.", reason="closed")
    if error.code == _TOO_MANY_NEW_CHANNELS:
        return SlowDownError("Discord", retry_after_s=_NEW_CHANNELS_PAUSE_S)
    if error.code == _UNKNOWN_MESSAGE:
        return MessageGoneError("That message was deleted.")
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return SlowDownError("Discord", retry_after_s=_BAN_PAUSE_S, everywhere=True)
    if error.status in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
        return _refusal(error, to, said)
    # A token that was changed is for the operator to mend, and no fault of the message's.
    unknown_token = error.status == HTTPStatus.UNAUTHORIZED
    return DeliveryError(said) if unknown_token else MalformedMessageError(said)


def _refusal(error: discord.HTTPException, to: Recipient, said: str) -> RefusedMessageError:
    if error.status == HTTPStatus.NOT_FOUND:
        return RefusedMessageError(said, reason="gone")
    if to.place is Place.PERSON:
        return RefusedMessageError(said, reason="closed")
    return RefusedMessageError(said, reason="forbidden", mendable=True)
