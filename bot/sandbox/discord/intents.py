"""Which events a session gets, by the intents that it asked for."""

from enum import IntFlag

from bot.sandbox.discord.core import Event
from bot.sandbox.discord.world import Json


class Intent(IntFlag):
    """Numbered as Discord documents them."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
# The highest bit that has a meaning is 25.
ALL_INTENTS = (1 << 26) - 1
_SAID = {"content": "", "embeds": [], "attachments": [], "components": []}


def wanted(event: Event, intents: int) -> bool:
    """Say whether a session with these intents gets the event. Interactions always come."""
    match event.name.split("_"):
        case ["INTERACTION", *_]:
            return True
        case ["MESSAGE", *_] if event.direct:
            return bool(intents & Intent.DIRECT_MESSAGES)
        case ["MESSAGE", *_]:
            return bool(intents & Intent.GUILD_MESSAGES)
        case ["GUILD", "MEMBER", *_]:
            return bool(intents & Intent.GUILD_MEMBERS)
        case _:
            return bool(intents & Intent.GUILDS) or event.direct


def as_seen(event: Event, intents: int, *, app_id: int) -> Json:
    """Return the payload without what people said, unless the bot may read it.

    It always may in private, where it is mentioned, and what it said itself.
    """
    payload = event.payload
    if event.direct or not event.name.startswith("MESSAGE_") or "author" not in payload:
        return payload
    meant = {payload["author"]["id"], *(user["id"] for user in payload["mentions"])}
    if intents & Intent.MESSAGE_CONTENT or str(app_id) in meant:
        return payload
    return payload | _SAID
