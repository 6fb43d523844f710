"""Answers: acknowledged at once, shown when the work is done; a failure is one sentence."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

import aiohttp

from bot.chat import replies
from bot.chat.replies import Reply
from bot.chat_texts import STUMBLED_TEXT
from bot.errors import EarmarkError
from bot.platforms.slack.clients import whispering_client
from bot.platforms.slack.raw import Raw, shown_blocks, shown_fallback

log = logging.getLogger(__name__)

Answer = Reply | Raw
Work = Callable[[], Awaitable[Answer]]


class Place(Protocol):
    """Where an answer is shown."""

    async def show(self, answer: Answer) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisper:
    """A message for one person alone; with `replace` in the place of the one pressed on."""

    url: str
    command: str
    replace: bool = False

    async def show(self, answer: Answer) -> None:
        said = {
            "response_type": "ephemeral",
            "replace_original": self.replace,
            "text": shown_fallback(answer, command=self.command),
            "blocks": shown_blocks(answer, command=self.command),
        }
        try:
            told = await whispering_client(self.url).send_dict(said)
        except (aiohttp.ClientError, OSError) as error:
            log.warning("an answer could not be shown: %s", type(error).__name__)
            return
        if told.status_code != HTTPStatus.OK:
            log.warning("an answer could not be shown: status %d", told.status_code)


async def answer_of(work: Work) -> Answer:
    """Return what `work` returns, or the sentence of what went wrong."""
    try:
        return await work()
    except EarmarkError as error:
        return replies.sentence(str(error))
    except Exception:
        log.exception("an interaction failed")
        return replies.sentence(STUMBLED_TEXT)
