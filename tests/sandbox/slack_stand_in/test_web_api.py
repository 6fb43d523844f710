"""The Web API of the stand-in, asked by a stock slack_sdk: answers, refusals and faults."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox.calls import Service
from bot.sandbox.clock import HandClock
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.slack.server import SlackStandIn
from bot.sandbox.slack.world import SlackChannel
from tests.sandbox.slack_stand_in.conftest import by_socket
from tests.sandbox.slack_stand_in.small_app import SmallApp, client_of


@pytest.fixture
def client(slack: SlackStandIn) -> AsyncWebClient:
    return client_of(slack)


async def code_of(call: Any) -> str:
    """Return the error code with which a call is refused."""
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


async def test_a_second_message_within_a_second_and_channel_gets_a_429(
    slack: SlackStandIn, client: AsyncWebClient, review: SlackChannel
) -> None:
    slack.add_channel("C0OTHER")
    await client.chat_postMessage(channel=review.id, text="One")
    await client.chat_postMessage(channel="C0OTHER", text="Elsewhere")
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=review.id, text="Two")

    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "1"
    assert [each.text for each in slack.in_channel(review.id)] == ["One"]
    assert slack.refusals == [("chat.postMessage", "ratelimited")]


async def test_a_method_without_its_scope_says_which_one_is_missing(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    slack.add_user("U0ANA")
    slack.scopes.remove("users:read")
    with pytest.raises(SlackApiError) as refused:
        await client.users_info(user="U0ANA")

    assert refused.value.response["error"] == "missing_scope"
    assert refused.value.response["needed"] == "users:read"
    assert "users:read" not in slack.used_scopes


async def test_what_was_used_of_the_scopes_is_known(
    slack: SlackStandIn, client: AsyncWebClient, review: SlackChannel
) -> None:
    await client.conversations_info(channel=review.id)
    await client.chat_postMessage(channel=review.id, text="One")

    assert slack.used_scopes == {"channels:read", "channels:history", "chat:write"}


async def test_a_person_is_shown_with_their_zone_and_as_the_guest_they_are(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    slack.person("Bea", tz="America/New_York", restricted=True)
    told = (await client.users_info(user="U0BEA"))["user"]

    assert (told["tz"], told["tz_offset"]) == ("America/New_York", -5 * 3600)
    assert (told["is_restricted"], told["is_stranger"]) == (True, False)
    assert told["team_id"] == "T0STANDIN"


async def test_places_are_told_of_and_joined(slack: SlackStandIn, client: AsyncWebClient) -> None:
    lounge = slack.add_channel("C0LOUNGE", member=False)
    secret = slack.add_channel("C0SECRET", private=True, member=False)
    slack.person("Ana", here=lounge)
    before = (await client.conversations_info(channel=lounge.id))["channel"]["is_member"]
    await client.conversations_join(channel=lounge.id)
    members = (await client.conversations_members(channel=lounge.id))["members"]
    listed = (await client.conversations_list(types="public_channel"))["channels"]

    assert (before, lounge.member) == (False, True)
    assert members == ["U0ANA", "U0EARMARK"]
    assert [each["name"] for each in listed] == ["lounge"]
    assert await code_of(client.conversations_info(channel=secret.id)) == "channel_not_found"


async def test_who_is_in_a_user_group_is_told(slack: SlackStandIn, client: AsyncWebClient) -> None:
    ana = slack.person("Ana")
    slack.add_usergroup("S0CURATORS", "Curators", [ana])
    (bare,) = (await client.usergroups_list())["usergroups"]
    (whole,) = (await client.usergroups_list(include_users=True))["usergroups"]
    users = (await client.usergroups_users_list(usergroup="S0CURATORS"))["users"]

    assert (bare["name"], bare["user_count"], "users" in bare) == ("Curators", 1, False)
    assert whole["users"] == users == ["U0ANA"]


async def test_pins_and_bookmarks_are_kept(
    slack: SlackStandIn, client: AsyncWebClient, review: SlackChannel
) -> None:
    posted = await client.chat_postMessage(channel=review.id, text="Board")
    await client.pins_add(channel=review.id, timestamp=posted["ts"])
    again = await code_of(client.pins_add(channel=review.id, timestamp=posted["ts"]))
    made = await client.bookmarks_add(
        channel_id=review.id, title="Queue", type="link", link="https://example.org"
    )
    await client.bookmarks_edit(
        channel_id=review.id, bookmark_id=made["bookmark"]["id"], title="Board"
    )

    assert (slack.in_channel(review.id)[0].pinned, again) == (True, "already_pinned")
    assert [each["title"] for each in review.bookmarks] == ["Board"]
    await client.bookmarks_remove(channel_id=review.id, bookmark_id=made["bookmark"]["id"])
    assert review.bookmarks == []


async def test_only_its_own_messages_can_be_changed_by_the_app(
    slack: SlackStandIn, client: AsyncWebClient, review: SlackChannel
) -> None:
    said = slack.person("Ana", here=review).say(review, "Mine")

    update = client.chat_update(channel=review.id, ts=said.ts, text="Yours")
    assert await code_of(update) == "cant_update_message"
    assert await code_of(client.chat_delete(channel=review.id, ts=said.ts)) == "cant_delete_message"


async def test_a_text_without_blocks_takes_the_old_blocks_away(
    slack: SlackStandIn, client: AsyncWebClient, review: SlackChannel
) -> None:
    blocks = [{"type": "divider"}]
    posted = await client.chat_postMessage(channel=review.id, text="One", blocks=blocks)
    await client.chat_update(channel=review.id, ts=posted["ts"], text="Two")

    assert slack.in_channel(review.id)[0].blocks == []


async def test_history_is_never_read(client: AsyncWebClient, slack: SlackStandIn) -> None:
    assert await code_of(client.conversations_history(channel="C0")) == "unknown_method"
    assert slack.violations.pop() == "conversations.history: nothing is ever rebuilt from history"


async def test_a_wrong_token_and_an_app_token_open_nothing(slack: SlackStandIn) -> None:
    wrong = client_of(slack, token="xoxb-wrong")  # noqa: S106 - wrong on purpose

    assert await code_of(wrong.auth_test()) == "invalid_auth"
    assert (
        await code_of(wrong.apps_connections_open(app_token=slack.token))
        == "not_allowed_token_type"
    )


async def test_a_response_url_lasts_for_five_uses_and_thirty_minutes(
    slack: SlackStandIn, clock: HandClock, review: SlackChannel
) -> None:
    ana = slack.person("Ana", here=review)
    async with by_socket(slack, SmallApp(slack)):
        slack.deliveries.deadline_s = 0.5
        urls = []
        for _ in range(2):
            payload = ana._tools.payloads.command(
                ana.user, ana.team, review, name="/earmark", text=""
            )
            urls.append(AsyncWebhookClient(payload["response_url"]))
        told = [(await urls[0].send(text=f"{n}")).body for n in range(6)]
        clock.forward(30 * 60 + 1)
        late = await urls[1].send(text="late")

    assert told == ["ok"] * 5 + ['{"ok": false, "error": "used_url"}']
    assert (late.status_code, late.body) == (404, '{"ok": false, "error": "expired_url"}')
    assert len(ana.ephemerals()) == 5


@pytest.mark.parametrize(
    ("kind", "error"),
    [(FaultKind.FORBIDDEN, "no_permission"), (FaultKind.RATE_LIMITED, "ratelimited")],
)
async def test_faults_are_worded_as_slack_words_them(
    slack: SlackStandIn, client: AsyncWebClient, kind: FaultKind, error: str
) -> None:
    slack.set_fault(Fault(service=Service.SLACK, kind=kind, path="/api/auth.test", times=1))

    assert await code_of(client.auth_test()) == error
    assert (await client.auth_test())["team_id"] == "T0STANDIN"
