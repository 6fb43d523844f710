"""Modals that are opened for an answer, and what may happen to them before it comes."""

from collections.abc import AsyncIterator

import pytest

from bot.chat import replies
from bot.platforms.slack.windows import Window, opened
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.seen import text_of
from bot.sandbox.slack.server import SlackStandIn
from tests.platforms.slack.contract import CONTRACT
from tests.sandbox.slack_stand_in.small_app import client_of


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn.start(contract=CONTRACT) as running:
        yield running
        assert (running.violations, running.flaws) == ([], [])


async def window_of(slack: SlackStandIn, person: Person) -> Window:
    trigger = person._tools.payloads.triggers.make(person.user, person.team, in_modal=False)
    window = await opened({"trigger_id": trigger}, client_of(slack), command="/earmark")
    assert window is not None
    return window


async def test_an_opened_modal_shows_its_answer(slack: SlackStandIn) -> None:
    ana = slack.person("Ana")
    window = await window_of(slack, ana)

    await window.show(replies.sentence("Here it is."))
    assert "Here it is." in text_of(ana.modals()[-1])


async def test_a_second_try_to_show_an_answer_covers_nothing_newer(slack: SlackStandIn) -> None:
    ana = slack.person("Ana")
    window = await window_of(slack, ana)
    await window.show(replies.sentence("The history."))

    # The first try came through and its answer got lost; by the second, Ana has pressed on.
    pressed = Window(client=client_of(slack), view_id=ana.modals()[-1].id, command="/earmark")
    await pressed.show(replies.sentence("The card."))
    await window.show(replies.sentence("The history."))
    assert "The card." in text_of(ana.modals()[-1])
