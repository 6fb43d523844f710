"""Who hears of a message, whatever it says."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.clock import HandClock
from bot.sandbox.discord.mentions import allowed_mentions_problems, pinged
from bot.sandbox.discord.permissions import ALL
from bot.sandbox.discord.world import Channel, Message, World


def _room() -> tuple[World, Channel]:
    """Return a server where the bot may do everything, and everybody has a role to be called by."""
    world = World(HandClock())
    mo, ana = world.add_user("Mo"), world.add_user("Ana")
    guild = world.add_guild("Night Drive", owner=mo, bot_permissions=ALL)
    role = world.add_role(guild, "Curators", mentionable=True)
    world.join(guild, ana, roles=[role.id])
    return world, world.add_channel(guild, "review")


WORLD, ROOM = _room()
NAMES = {user.name: user.id for user in WORLD.users.values()}
ROLE = max(WORLD.guilds[ROOM.guild_id or 0].roles)
PIECES = st.sampled_from(
    [
        "@everyone",
        "@here",
        f"<@{NAMES['Ana']}>",
        f"<@!{NAMES['Mo']}>",
        f"<@&{ROLE}>",
        "`",
        "*",
        " x ",
    ]
)


def _heard(text: str, allowed: dict[str, Any] | None) -> set[str]:
    message = Message(
        id=1, channel_id=ROOM.id, author=WORLD.app, created=WORLD.clock(), content=text
    )
    people = pinged(WORLD, message, allowed).people
    return {WORLD.users[each].name for each in people}


@given(st.lists(PIECES).map("".join))
def test_nobody_hears_of_a_message_that_may_ping_nobody(text: str) -> None:
    assert _heard(text, {"parse": []}) == set()


@given(st.lists(PIECES).map("".join), st.sets(st.sampled_from(["users", "roles", "everyone"])))
def test_what_is_let_through_is_never_more_than_without_a_limit(text: str, kinds: set[str]) -> None:
    assert _heard(text, {"parse": sorted(kinds)}) <= _heard(text, None)


@pytest.mark.parametrize(
    ("text", "allowed", "people"),
    [
        ("@everyone", None, {"Ana", "Mo"}),
        ("@here", {"parse": ["everyone"]}, {"Ana", "Mo"}),
        ("@everyone", {"parse": ["users", "roles"]}, set()),
        (f"<@&{ROLE}>", None, {"Ana"}),
        (f"<@&{ROLE}>", {"roles": [str(ROLE)]}, {"Ana"}),
        (f"<@&{ROLE}>", {"roles": ["1"]}, set()),
        (f"<@{NAMES['Mo']}> <@{NAMES['Ana']}>", {"users": [NAMES["Mo"]]}, {"Mo"}),
        ("```\n@everyone\n``` `<@1>`", None, set()),
        ("<@1> <@&1>", None, set()),
    ],
)
def test_a_mention_reaches(text: str, allowed: dict[str, Any] | None, people: set[str]) -> None:
    assert _heard(text, allowed) == people


def test_an_embed_pings_nobody() -> None:
    embed = {"description": "@everyone"}
    message = Message(
        id=1, channel_id=ROOM.id, author=WORLD.app, created=WORLD.clock(), embeds=[embed]
    )

    assert pinged(WORLD, message, None).people == set()


@pytest.mark.parametrize(
    ("allowed", "path"),
    [
        ({"parse": ["people"]}, "allowed_mentions.parse"),
        ({"parse": ["users"], "users": ["1"]}, "allowed_mentions"),
        ({"roles": [str(number) for number in range(101)]}, "allowed_mentions.roles"),
    ],
)
def test_allowed_mentions_that_do_not_fit_are_told(allowed: dict[str, Any], path: str) -> None:
    assert [problem.path for problem in allowed_mentions_problems(allowed)] == [path]
