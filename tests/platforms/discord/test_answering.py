"""The first answer, whatever Discord says to it. The journeys try it against a whole Discord."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import aiohttp
import discord
import pytest
from discord import ui

from bot.errors import RuleError
from bot.platforms.discord.answering import open_form, respond
from bot.platforms.discord.patience import Patience
from bot.platforms.discord.render import sentence
from bot.platforms.discord.screen import Screen

if TYPE_CHECKING:
    from bot.platforms.discord.reception import AnyInteraction


@dataclass
class Refusal:
    """What discord.py reads of a refused request."""

    status: int = 400
    reason: str = "Bad Request"


def refusal(code: int, status: int = 400) -> discord.HTTPException:
    reply = cast("aiohttp.ClientResponse", Refusal(status=status))
    return discord.HTTPException(reply, {"code": code, "message": "no"})


@dataclass
class Scripted:
    """An interaction whose requests end as they are told to, one after the other."""

    first: list[Exception | None] = field(default_factory=list)
    edits: list[Exception | None] = field(default_factory=list)
    shown: list[dict[str, Any]] = field(default_factory=list)
    message: None = None
    deferred: list[dict[str, bool]] = field(default_factory=list)
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def response(self) -> "Scripted":
        return self

    async def defer(self, **how: bool) -> None:
        self.deferred.append(how)
        self.acknowledged.set()
        if self.first and (error := self.first.pop(0)):
            raise error

    async def edit_original_response(self, **screen: Any) -> None:
        if self.edits and (error := self.edits.pop(0)):
            raise error
        self.shown.append(screen)


LOST = aiohttp.ServerDisconnectedError()
ANSWERED, TOO_LATE, CLOSED, MALFORMED = 40060, 10062, 10008, 50035


@pytest.fixture
def done() -> list[str]:
    return []


async def answer(scripted: Scripted, done: list[str]) -> None:
    async def work() -> Screen:
        done.append("worked")
        return sentence("Here it is.")

    await respond(cast("AnyInteraction", scripted), work)


@pytest.mark.parametrize(
    "first", [[], [LOST], [LOST, LOST, LOST], [LOST, refusal(ANSWERED)]], ids=str
)
async def test_a_first_answer_that_got_lost_is_given_again_and_the_work_done_once(
    first: list[Exception | None], done: list[str]
) -> None:
    scripted = Scripted(first=list(first))

    await answer(scripted, done)

    assert done == ["worked"]
    assert scripted.deferred[0] == {"ephemeral": True, "thinking": True}
    assert [one["content"] for one in scripted.shown] == ["Here it is."]


@pytest.mark.parametrize("code", [ANSWERED, TOO_LATE])
async def test_what_somebody_else_has_answered_or_nobody_can_is_not_done(
    code: int, done: list[str]
) -> None:
    scripted = Scripted(first=[refusal(code)])

    await answer(scripted, done)

    assert done == []
    assert scripted.shown == []


async def test_an_edit_that_got_lost_is_made_again(done: list[str]) -> None:
    scripted = Scripted(edits=[LOST])

    await answer(scripted, done)

    assert [one["content"] for one in scripted.shown] == ["Here it is."]


async def test_a_closed_message_is_left_alone(done: list[str]) -> None:
    scripted = Scripted(edits=[refusal(CLOSED, 404)])

    await answer(scripted, done)

    assert scripted.shown == []


async def test_nobody_waits_for_an_answer_that_discord_does_not_take(done: list[str]) -> None:
    scripted = Scripted(edits=[refusal(MALFORMED)])

    await answer(scripted, done)

    (told,) = scripted.shown
    assert "stumbled over itself" in told["content"]


async def test_a_refusal_is_one_sentence() -> None:
    async def work() -> Screen:
        raise RuleError("*Night Drive* is full.", rule="intake_cap")

    scripted = Scripted()
    await respond(cast("AnyInteraction", scripted), work)

    assert [one["content"] for one in scripted.shown] == [r"\*Night Drive\* is full."]


async def test_who_asks_for_a_form_that_takes_too_long_is_answered_within_a_second() -> None:
    scripted, patience, end = Scripted(), Patience(), asyncio.Event()
    loop = asyncio.get_running_loop()

    async def make() -> ui.Modal:
        await end.wait()
        return ui.Modal(title="Too late")

    began = loop.time()
    opening = asyncio.create_task(
        open_form(cast("AnyInteraction", scripted), make, patience=patience)
    )
    await scripted.acknowledged.wait()
    took_s = loop.time() - began
    end.set()
    await opening
    await patience.close()

    assert took_s < 1.0
    assert "busy at the moment" in scripted.shown[0]["content"]
