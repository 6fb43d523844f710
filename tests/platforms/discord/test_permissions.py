from urllib.parse import parse_qs, urlsplit

from bot.platforms.discord.client import intents
from bot.platforms.discord.permissions import invite_url, needed

# By hand from Discord's table of permission bits (topics/permissions.mdx).
VIEW, SEND, EMBED, ATTACH, READ = 1 << 10, 1 << 11, 1 << 14, 1 << 15, 1 << 16
PUBLIC_THREADS, SEND_IN_THREADS, PIN = 1 << 35, 1 << 38, 1 << 51


def test_the_invitation_asks_for_exactly_what_is_used() -> None:
    link = urlsplit(invite_url(42))

    asked = parse_qs(link.query)
    assert (link.scheme, link.netloc, link.path) == ("https", "discord.com", "/oauth2/authorize")
    assert asked["client_id"] == ["42"]
    assert asked["scope"] == ["bot applications.commands"]
    assert int(asked["permissions"][0]) == (
        VIEW | SEND | EMBED | ATTACH | READ | PUBLIC_THREADS | SEND_IN_THREADS | PIN
    )


def test_nothing_that_could_do_harm_is_asked_for() -> None:
    asked = needed()

    assert not asked.administrator
    assert not asked.manage_guild
    assert not asked.manage_messages
    assert not asked.mention_everyone


def test_no_privileged_intent_is_used() -> None:
    asked = intents()

    assert not asked.message_content
    assert not asked.members
    assert not asked.presences
    assert asked.guilds
