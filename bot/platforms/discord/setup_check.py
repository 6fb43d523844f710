"""What the bot finds of a server's set-up: what is still there, what it lacks, who reads along."""

from dataclasses import dataclass, replace

import discord

from bot.chat_texts import SETUP_SAME_CHANNEL_TEXT, open_channel_text
from bot.platforms.discord.permissions import Missing, missing_in_review, missing_in_submit
from db.workspace_settings import ChatSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`there` is what was chosen without what is gone; `exposed` says who sees too much."""

    chosen: ChatSettings
    there: ChatSettings
    missing: tuple[Missing, ...] = ()
    exposed: str = ""

    @property
    def flawless(self) -> bool:
        return self.there == self.chosen and not self.missing and not self.exposed


def look_around(guild: discord.Guild | None, chosen: ChatSettings) -> Found:
    """Compare what was chosen with the server as the bot sees it at this moment."""
    # Of a server that has not told its channels yet nothing can be said.
    if guild is None or guild.unavailable:
        return Found(chosen=chosen, there=chosen)
    review = text_channel(guild, chosen.review_channel)
    submit = text_channel(guild, chosen.submit_channel)
    role = guild.get_role(int(chosen.curator_role)) if chosen.curator_role else None
    there = replace(
        chosen,
        review_channel=chosen.review_channel if review else None,
        submit_channel=chosen.submit_channel if submit else None,
        curator_role=chosen.curator_role if role else None,
    )
    lacking = [
        missing_in_review(review, guild.me) if review else None,
        missing_in_submit(submit, guild.me) if submit and submit != review else None,
    ]
    return Found(
        chosen=chosen,
        there=there,
        missing=tuple(one for one in lacking if one is not None),
        exposed=_exposed(guild, review, submit),
    )


def text_channel(guild: discord.Guild | None, channel_id: str | None) -> discord.TextChannel | None:
    found = guild.get_channel(int(channel_id)) if guild is not None and channel_id else None
    return found if isinstance(found, discord.TextChannel) else None


def _exposed(
    guild: discord.Guild, review: discord.TextChannel | None, submit: discord.TextChannel | None
) -> str:
    """Say where artists would read what is for curators; nothing where they would not."""
    if review is None:
        return ""
    if review == submit:
        return SETUP_SAME_CHANNEL_TEXT
    if review.permissions_for(guild.default_role).view_channel:
        return open_channel_text(review.name)
    return ""
