"""Several teams: installing by OAuth, being thrown out, guests, and Slack Connect."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from bot.sandbox.clock import HandClock
from bot.sandbox.refusals import RefusedError
from bot.sandbox.slack.config import AppConfig
from bot.sandbox.slack.server import SlackStandIn
from bot.sandbox.slack.world import SlackChannel
from tests.sandbox.slack_stand_in.conftest import by_socket
from tests.sandbox.slack_stand_in.small_app import button, card, client_of, small_app
from tests.sandbox.slack_stand_in.test_web_api import code_of

REDIRECT = "https://earmark.example/slack/oauth_redirect"
PAGE = "https://slack.com/oauth/v2/authorize?" + urlencode(
    {"client_id": "100.200", "scope": "chat:write,commands", "state": "s1"}
    | {"redirect_uri": REDIRECT}
)


async def test_a_team_installs_the_app_and_gets_a_token_of_its_own(slack: SlackStandIn) -> None:
    team = slack.add_team("T0SECOND", "Second", installed=False)
    owner = slack.person("Olga", team=team, admin=True)
    there = slack.allow(owner, PAGE)
    said = dict(parse_qsl(urlsplit(there).query))
    config = slack.config
    told = await client_of(slack).oauth_v2_access(
        client_id=config.client_id,
        client_secret=config.client_secret,
        code=said["code"],
        redirect_uri=REDIRECT,
    )
    mine = client_of(slack, token=told["access_token"])
    lounge = slack.add_channel("C0LOUNGE", team=team)
    review = slack.add_channel("C0REVIEW")

    assert (there.split("?")[0], said["state"]) == (REDIRECT, "s1")
    assert told["team"] == {"id": "T0SECOND", "name": "Second"}
    assert (await mine.auth_test())["team_id"] == "T0SECOND"
    await mine.chat_postMessage(channel=lounge.id, text="Here")
    foreign = mine.chat_postMessage(channel=review.id, text="There")
    assert await code_of(foreign) == "channel_not_found"
    assert await code_of(mine.pins_add(channel=lounge.id, timestamp="1")) == "missing_scope"


async def test_a_code_is_good_once_for_ten_minutes_and_with_the_secret(
    slack: SlackStandIn, clock: HandClock
) -> None:
    olga = slack.person("Olga")
    codes = [dict(parse_qsl(urlsplit(slack.allow(olga, PAGE)).query))["code"] for _ in range(2)]
    client, client_id = client_of(slack), slack.config.client_id
    secret = slack.config.client_secret
    wrong = client.oauth_v2_access(client_id=client_id, client_secret="x", code=codes[0])  # noqa: S106 - wrong on purpose

    assert await code_of(wrong) == "bad_client_secret"
    await client.oauth_v2_access(client_id=client_id, client_secret=secret, code=codes[0])
    again = client.oauth_v2_access(client_id=client_id, client_secret=secret, code=codes[0])
    assert await code_of(again) == "invalid_code"
    clock.forward(601)
    late = client.oauth_v2_access(client_id=client_id, client_secret=secret, code=codes[1])
    assert await code_of(late) == "code_expired"


async def test_an_app_that_is_thrown_out_is_told_and_can_do_nothing_more(
    slack: SlackStandIn,
) -> None:
    ana = slack.person("Ana")
    app = small_app(slack)
    async with by_socket(slack, app):
        await client_of(slack).auth_test()
        slack.uninstall()
        await slack.deliveries.settled()

    assert [each["type"] for each in slack.events] == ["tokens_revoked", "app_uninstalled"]
    assert slack.deliveries.unanswered() == []
    assert await code_of(client_of(slack).auth_test()) == "account_inactive"
    with pytest.raises(RefusedError, match="not installed in Stand-in"):
        await ana.command("/earmark")


async def test_a_person_of_another_team_presses_buttons_and_has_no_commands(
    slack: SlackStandIn, review: SlackChannel
) -> None:
    other = slack.add_team("T0OTHER", "Other", installed=False)
    slack.person("Ana", here=review)
    bea = slack.person("Bea", team=other, here=review)
    app = small_app(slack)
    async with by_socket(slack, app):
        bea.say(review, "Hello")
        await client_of(slack).chat_postMessage(
            channel=review.id, text="One", blocks=card("One", button("Keep", "keep"))
        )
        await bea.click(await bea.reads(review, "One"), "Keep")
        await bea.reads(review, "Kept by U0BEA")
        stranger = (await client_of(slack).users_info(user="U0BEA"))["user"]
        await slack.deliveries.settled()
    (pressed,) = slack.deliveries.of("block_actions")
    message = slack.deliveries.of("message")[0].payload

    assert (stranger["is_stranger"], stranger["team_id"]) == (True, "T0OTHER")
    assert pressed.payload["team"]["id"] == "T0STANDIN"
    assert pressed.payload["user"]["team_id"] == "T0OTHER"
    assert (message["team_id"], message["event"]["user_team"]) == ("T0STANDIN", "T0OTHER")
    assert message["is_ext_shared_channel"] is True
    with pytest.raises(RefusedError, match="not installed in Other"):
        await bea.command("/earmark")


async def test_a_guest_sees_only_where_they_are_a_member(
    slack: SlackStandIn, review: SlackChannel
) -> None:
    lounge = slack.add_channel("C0LOUNGE")
    guest = slack.person("Gus", here=review, ultra_restricted=True)

    with pytest.raises(RefusedError, match="Gus is not in #lounge"):
        guest.say(lounge, "Hello")


MANIFEST = {
    "display_information": {"name": "earmark"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [{"command": "/earmark", "description": "Submit and review"}],
        "shortcuts": [
            {"name": "Submit a track", "type": "global", "callback_id": "submit"},
            {"name": "Send to review queue", "type": "message", "callback_id": "send"},
        ],
        "unfurl_domains": ["open.spotify.com"],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "channels:history", "links:read"]}},
    "settings": {
        "event_subscriptions": {"bot_events": ["message.channels", "link_shared"]},
        "interactivity": {"is_enabled": True},
    },
}


async def test_an_app_is_held_to_its_manifest() -> None:
    async with SlackStandIn.start(config=AppConfig.from_manifest(MANIFEST)) as slack:
        review = slack.add_channel("C0REVIEW")
        ana = slack.person("Ana", here=review)
        ana.say(review, "<@U0EARMARK> look: https://open.spotify.com/track/1")
        with pytest.raises(RefusedError, match="lacks the scope commands"):
            await ana.command("/earmark")
        slack.scopes.add("commands")
        with pytest.raises(RefusedError, match="/other is not a valid command"):
            await ana.command("/other")
        with pytest.raises(RefusedError, match="no shortcut 'Send to review queue'"):
            await ana.shortcut("Send to review queue")
        code = await code_of(client_of(slack).users_info(user="U0ANA"))

        # Nothing of a mention: neither its scope nor its event is declared.
        assert [each["type"] for each in slack.events] == ["message", "link_shared"]
        assert slack.events[1]["links"] == [
            {"url": "https://open.spotify.com/track/1", "domain": "open.spotify.com"}
        ]
        assert code == "missing_scope"
        assert slack.used_scopes == {"channels:history", "links:read", "commands"}


async def test_an_app_hears_of_invitations_changes_and_deletions(
    slack: SlackStandIn,
) -> None:
    lounge = slack.add_channel("C0LOUNGE", member=False)
    ana = slack.person("Ana", here=lounge)
    ana.say(lounge, "Before")
    slack.invite_app(lounge)
    client = client_of(slack)
    posted = await client.chat_postMessage(channel=lounge.id, text="One")
    await client.chat_update(channel=lounge.id, ts=posted["ts"], text="Two")
    slack.delete(await ana.reads(lounge, "Two"))

    assert [(each["type"], each.get("subtype")) for each in slack.events] == [
        ("member_joined_channel", None),
        ("message", None),
        ("message", "message_changed"),
        ("message", "message_deleted"),
    ]
    assert slack.events[1]["bot_id"] == "B0EARMARK"
