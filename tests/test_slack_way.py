"""Which way Slack reaches us, and that half of a way is named before anything is started."""

import pytest
from pydantic import SecretStr

from bot.errors import SettingsError
from bot.settings import Settings
from bot.slack_way import SlackWay, slack_way

TOKEN, APP, SIGNING = SecretStr("xoxb-1"), SecretStr("xapp-1"), SecretStr("s1")
KEY, CLIENT = SecretStr("k1"), SecretStr("c1")
ANY_TEAM = {
    "slack_client_id": "1.2",
    "slack_client_secret": CLIENT,
    "slack_signing_secret": SIGNING,
    "slack_public_url": "https://earmark.example",
    "secret_key": KEY,
}


@pytest.mark.parametrize(
    ("told", "way"),
    [
        ({}, None),
        # A signing secret alone opens nothing, and is no mistake: the token is yet to come.
        ({"slack_signing_secret": SIGNING}, None),
        ({"slack_token": TOKEN, "slack_app_token": APP}, SlackWay.SOCKET),
        ({"slack_token": TOKEN, "slack_signing_secret": SIGNING}, SlackWay.HTTP),
        (ANY_TEAM, SlackWay.INSTALL),
    ],
)
def test_the_settings_say_which_way_it_is(told: dict[str, object], way: SlackWay | None) -> None:
    assert slack_way(Settings(**told)) is way  # type: ignore[arg-type]  # each as its field wants it


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ({"slack_token": TOKEN}, "EARMARK_SLACK_APP_TOKEN"),
        (
            {"slack_token": TOKEN, "slack_app_token": APP, "slack_signing_secret": SIGNING},
            "Take one of them out",
        ),
        ({"slack_client_id": "1.2"}, "EARMARK_SLACK_CLIENT_SECRET, EARMARK_SLACK_SIGNING_SECRET"),
        (
            {name: value for name, value in ANY_TEAM.items() if name != "secret_key"},
            "needs EARMARK_SECRET_KEY",
        ),
        (ANY_TEAM | {"slack_token": TOKEN}, "EARMARK_SLACK_TOKEN is of one team"),
        (ANY_TEAM | {"slack_app_token": APP}, "EARMARK_SLACK_APP_TOKEN is of one team"),
    ],
)
def test_half_a_way_is_refused_by_name(told: dict[str, object], names: str) -> None:
    with pytest.raises(SettingsError, match=names):
        slack_way(Settings(**told))  # type: ignore[arg-type]  # as above
