"""Opening modals in time: first a word of patience, then what it is for."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack import limits
from bot.platforms.slack.answering import Answer
from bot.platforms.slack.raw import shown_view
from bot.platforms.slack.reception import Body
from bot.platforms.slack.views import loading

log = logging.getLogger(__name__)

MODAL: Final = "modal"
# Ten seconds; who has closed it meanwhile is not waited for any longer.
_TRIES: Final = 40
_BETWEEN_S: Final = 0.25
# Somebody pressed on, or closed it: what we would show is not wanted any more.
_OVER: Final = frozenset({"hash_conflict", "not_found", "view_not_found"})
# What a second try to open hears where the first one came through and its answer got lost.
_USED: Final = frozenset(
    {"duplicate_external_id", "exchanged_trigger_id", "expired_trigger_id", "trigger_exchanged"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A modal that is open: by its id, or by the one that we gave it.

    `hash` is what it was when it was pressed on, so that nothing newer is covered; without one the
    answer is shown whatever stands there.
    """

    client: AsyncWebClient
    command: str
    view_id: str = ""
    external_id: str = ""
    hash: str = ""

    async def show(self, answer: Answer) -> None:
        await self.put(shown_view(answer, command=self.command))

    async def put_when_there(self, view: Mapping[str, Any]) -> None:
        """Show a view in place of one that an acknowledgement brings.

        Slack does not say when it has taken that; before, there is nothing of this name.
        """
        for _ in range(_TRIES):
            if await self.put(view):
                return
            await asyncio.sleep(_BETWEEN_S)

    async def put(self, view: Mapping[str, Any]) -> bool:
        """Show a view; return False where the one to change is not there, or is another by now."""
        named = {"view_id": self.view_id} if self.view_id else {"external_id": self.external_id}
        hashed = {"hash": self.hash} if self.hash else {}
        try:
            await self.client.views_update(view=dict(view), **named, **hashed)
        except SlackApiError as error:
            if error.response.get("error") not in _OVER:
                raise
            log.info("a view was closed or changed before its answer")
            return False
        return True


async def opened(body: Body, client: AsyncWebClient, *, command: str) -> Window | None:
    """Open a modal, or put it on top of the one pressed on; with three open take that one.

    None where Slack would not: it was too slow to hand the press over. Who pressed presses again.
    """
    view = body.get("view") or {}
    is_modal = view.get("type") == MODAL
    if is_modal and depth(view) == limits.STACK:
        return pressed(body, client, command=command)
    call = client.views_push if is_modal else client.views_open
    trigger = str(body["trigger_id"])
    name = f"earmark:{trigger}"
    try:
        told = await call(trigger_id=trigger, view=loading(name))
    except SlackApiError as error:
        code = error.response.get("error")
        if code in _USED:
            return Window(client=client, external_id=name, command=command)
        log.warning("a modal could not be opened: %s", code)
        return None
    except (aiohttp.ClientError, OSError) as error:
        # It may stand there all the same.
        log.warning("a modal could not be opened: %s", type(error).__name__)
        return Window(client=client, external_id=name, command=command)
    view = told["view"]
    # A late second try of ours must not cover what somebody has opened in it meanwhile.
    return Window(client=client, view_id=str(view["id"]), command=command, hash=str(view["hash"]))


def pressed(body: Body, client: AsyncWebClient, *, command: str) -> Window:
    """Return the modal that was pressed on, as it was then."""
    view = body["view"]
    return Window(client=client, view_id=str(view["id"]), command=command, hash=str(view["hash"]))


def below(view: Mapping[str, Any], client: AsyncWebClient, *, command: str) -> Window | None:
    """Return the modal under this one, or None where it stands alone."""
    under = view.get("previous_view_id")
    return Window(client=client, view_id=str(under), command=command) if under else None


def depth(view: Mapping[str, Any]) -> int:
    """Return how many modals are open up to this one."""
    under = view.get("previous_view_id")
    if under is None:
        return 1
    return 2 if under == view.get("root_view_id") else limits.STACK
