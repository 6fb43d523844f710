"""Modals and home tabs: triggers, hashes, the stack of three, and what is typed meanwhile."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.clock import HandClock
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.seen import elements_in
from bot.sandbox.slack.server import SlackStandIn
from tests.sandbox.slack_stand_in.small_app import (
    LINK,
    NOTE,
    button,
    client_of,
    field,
    home,
    modal,
    plain,
)
from tests.sandbox.slack_stand_in.test_web_api import code_of

ACTIONS = {"type": "actions", "block_id": "do", "elements": [button("Deeper", "deeper")]}


@pytest.fixture
def client(slack: SlackStandIn) -> AsyncWebClient:
    return client_of(slack)


@pytest.fixture
def ana(slack: SlackStandIn) -> Person:
    return slack.person("Ana")


def trigger(person: Person, *, in_modal: bool = False) -> str:
    return person._tools.payloads.triggers.make(person.user, person.team, in_modal=in_modal)


async def opened(client: AsyncWebClient, person: Person, **view: Any) -> Any:
    told = await client.views_open(trigger_id=trigger(person), view=modal("First", NOTE, **view))
    return told["view"]


async def test_a_trigger_is_good_for_one_view_and_three_seconds(
    client: AsyncWebClient, ana: Person, clock: HandClock
) -> None:
    first, second = trigger(ana), trigger(ana)
    await client.views_open(trigger_id=first, view=modal("First"))
    again = await code_of(client.views_open(trigger_id=first, view=modal("First")))
    clock.forward(3.1)
    late = await code_of(client.views_open(trigger_id=second, view=modal("First")))

    assert (again, late) == ("exchanged_trigger_id", "expired_trigger_id")
    assert await code_of(client.views_open(trigger_id="1.2.3", view=modal("First"))) == (
        "invalid_trigger_id"
    )


async def test_a_fourth_view_does_not_fit_on_the_stack(
    slack: SlackStandIn, client: AsyncWebClient, ana: Person
) -> None:
    await opened(client, ana)
    for title in ("Second", "Third"):
        await client.views_push(trigger_id=trigger(ana, in_modal=True), view=modal(title))
    code = await code_of(
        client.views_push(trigger_id=trigger(ana, in_modal=True), view=modal("Fourth"))
    )

    assert [view.title for view in ana.modals()] == ["First", "Second", "Third"]
    assert (code, slack.violations.pop()) == ("push_limit_reached", "a stack of more than 3 views")
    await ana.close_view()
    assert [view.title for view in ana.modals()] == ["First", "Second"]


async def test_an_update_with_an_old_hash_is_refused(client: AsyncWebClient, ana: Person) -> None:
    view = await opened(client, ana)
    newer = await client.views_update(
        view_id=view["id"], hash=view["hash"], view=modal("Newer", NOTE)
    )
    stale = client.views_update(view_id=view["id"], hash=view["hash"], view=modal("Older", NOTE))

    assert await code_of(stale) == "hash_conflict"
    assert newer["view"]["hash"] != view["hash"]
    assert ana.modals()[-1].title == "Newer"


async def test_what_is_typed_survives_an_update_where_the_ids_stay(
    client: AsyncWebClient, ana: Person
) -> None:
    view = await opened(client, ana)
    ana.fill({"Note": "Half a sen"})
    await client.views_update(view_id=view["id"], view=modal("First", NOTE, LINK))
    kept = ana.modals()[-1].state["note", "value"]["value"]
    await client.views_update(view_id=view["id"], view=modal("First", NOTE | {"block_id": "n"}))

    assert kept == "Half a sen"
    assert ana.modals()[-1].state["n", "value"]["value"] is None


async def test_a_closed_view_cannot_be_updated(client: AsyncWebClient, ana: Person) -> None:
    view = await opened(client, ana)
    await ana.close_view()

    gone = client.views_update(view_id=view["id"], view=modal("First", NOTE))
    assert await code_of(gone) == "not_found"


async def test_a_view_goes_by_its_external_id_which_is_there_once(
    client: AsyncWebClient, ana: Person
) -> None:
    await opened(client, ana, external_id="review-7")
    await client.views_update(external_id="review-7", view=modal("Newer", external_id="review-7"))
    twice = client.views_open(trigger_id=trigger(ana), view=modal("Other", external_id="review-7"))

    assert ana.modals()[-1].title == "Newer"
    assert await code_of(twice) == "duplicate_external_id"


async def test_a_home_tab_belongs_to_one_person(
    slack: SlackStandIn, client: AsyncWebClient, ana: Person
) -> None:
    bea = slack.person("Bea")
    first = await client.views_publish(user_id=ana.id, view=home("Ana's"))
    await client.views_publish(user_id=bea.id, view=home("Bea's"))
    await client.views_publish(user_id=ana.id, hash=first["view"]["hash"], view=home("Ana's two"))
    stale = client.views_publish(user_id=ana.id, hash=first["view"]["hash"], view=home("x"))

    assert await code_of(stale) == "hash_conflict"
    assert (await ana.home()).blocks[0]["text"]["text"] == "Ana's two"
    assert (await bea.home()).blocks[0]["text"]["text"] == "Bea's"


TITLE = "A title that is too long for it"


@pytest.mark.parametrize(
    ("view", "rule"),
    [
        (modal(TITLE), "title of a modal is too long"),
        (modal("x", submit=TITLE), "submit of a modal is too long"),
        (modal("x", close=plain(TITLE)), "close of a modal is too long"),
        (modal("x", NOTE, submit=None), "an input needs a submit"),
        (modal("x", private_metadata="x" * 3001), "private_metadata is too long"),
        (modal("x", callback_id="x" * 256), "callback_id is too long"),
        (modal("x", *[{"type": "divider"}] * 101), "101 blocks are more than 100"),
        (modal("x", NOTE, NOTE), "block_id 'note' is there 2 times"),
        (home("x"), "a view of type 'home'"),
        (modal("x") | {"blocks": []}, "a modal without blocks"),
        (modal("x", field("File", {"type": "file_input", "max_files": 11})), "1 to 10 files"),
    ],
)
async def test_a_view_that_breaks_a_rule_is_refused_and_written_down(
    slack: SlackStandIn, client: AsyncWebClient, ana: Person, view: Any, rule: str
) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client.views_open(trigger_id=trigger(ana), view=view)

    assert refused.value.response["error"] == "invalid_arguments"
    assert any(rule in each for each in refused.value.response["response_metadata"]["messages"])
    assert any(rule in each for each in slack.violations)
    slack.violations.clear()


async def test_a_file_field_is_only_for_modals(
    slack: SlackStandIn, client: AsyncWebClient, ana: Person
) -> None:
    view = home("x")
    view["blocks"].append(field("File", {"type": "file_input"}))
    await code_of(client.views_publish(user_id=ana.id, view=view))

    assert "a file_input is only for modals" in slack.violations
    slack.violations.clear()


async def test_every_element_gets_an_id_that_stays(client: AsyncWebClient, ana: Person) -> None:
    anonymous = {"type": "actions", "elements": [button("One", "") for _ in range(2)]}
    for each in anonymous["elements"]:
        assert isinstance(each, dict)
        del each["action_id"]
    await client.views_open(trigger_id=trigger(ana), view=modal("x", anonymous, submit=None))
    keys = [each.key for each in elements_in(ana.modals()[0].blocks)]

    assert len(set(keys)) == 2
    assert all(block_id and action_id for block_id, action_id in keys)
