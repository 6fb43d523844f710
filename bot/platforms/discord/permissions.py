"""What the bot must be allowed to do, where, and how to say what is missing.

No privileged intent is among it: commands, buttons, forms and direct messages need none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import discord

# Each permission as Discord's own settings call it, with what it is for.
NEEDED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "view_channel": ("View Channel", "to see the channel at all"),
        "send_messages": ("Send Messages", "to post cards, the board and the digest"),
        "embed_links": ("Embed Links", "to show titles and reasons"),
        "attach_files": ("Attach Files", "to show pictures"),
        "read_message_history": ("Read Message History", "to change what it has posted"),
        "pin_messages": ("Pin Messages", "to pin the live board"),
        "create_public_threads": ("Create Public Threads", "to open a thread about a track"),
        "send_messages_in_threads": ("Send Messages in Threads", "to post into that thread"),
    }
)
# A submit channel only ever gets a short mention.
_IN_SUBMIT_CHANNEL = ("view_channel", "send_messages")
# A thread hangs on a card that is posted for it.
_FOR_THREAD = (
    "view_channel",
    "send_messages",
    "embed_links",
    "attach_files",
    "create_public_threads",
)
# Bots need the first for threads and messages, the second for slash commands.
SCOPES = ("bot", "applications.commands")


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What the bot lacks in a channel: each permission as Discord calls it, and what it is for."""

    channel: str
    permissions: tuple[tuple[str, str], ...]


def needed() -> discord.Permissions:
    """Return exactly what the bot needs."""
    return discord.Permissions(**dict.fromkeys(NEEDED, True))


def invite_url(application_id: int) -> str:
    """Return the link that adds the bot to a server with exactly these permissions."""
    return discord.utils.oauth_url(application_id, permissions=needed(), scopes=SCOPES)


def missing_in_review(channel: discord.abc.GuildChannel, me: discord.Member) -> Missing | None:
    return _missing(channel, me, NEEDED)


def missing_in_submit(channel: discord.abc.GuildChannel, me: discord.Member) -> Missing | None:
    return _missing(channel, me, _IN_SUBMIT_CHANNEL)


def missing_for_thread(channel: discord.abc.GuildChannel, me: discord.Member) -> Missing | None:
    return _missing(channel, me, _FOR_THREAD)


def _missing(
    channel: discord.abc.GuildChannel, me: discord.Member, names: Iterable[str]
) -> Missing | None:
    has = channel.permissions_for(me)
    lacking = [name for name in names if not getattr(has, name)]
    # Who does not see a channel has nothing there; the others come back with this one.
    if "view_channel" in lacking:
        lacking = ["view_channel"]
    if not lacking:
        return None
    return Missing(channel=channel.name, permissions=tuple(NEEDED[name] for name in lacking))
