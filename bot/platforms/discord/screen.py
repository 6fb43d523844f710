"""One message of ours, ready for discord.py to send, or to put in the place of an older one."""

import io
from dataclasses import dataclass
from typing import Any, TypedDict

import discord
from discord import ui

from bot.chat.replies import Document
from bot.messages import Image

# Whoever is named in a message of ours is not called by it.
NOBODY = discord.AllowedMentions.none()

PICTURE = "picture.png"


class Sending(TypedDict, total=False):
    """The arguments of `send` that a new message needs, and no other."""

    content: str
    embed: discord.Embed
    files: list[discord.File]
    # A view or a layout: discord.py's overloads want to know which, and it matters to nobody else.
    view: Any
    allowed_mentions: discord.AllowedMentions


class Editing(TypedDict, total=False):
    """The arguments of `edit`: all that an older message has and this one has not is cleared."""

    content: str | None
    embeds: list[discord.Embed]
    attachments: list[discord.File]
    view: ui.LayoutView | ui.View | None
    allowed_mentions: discord.AllowedMentions


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A message. With a `layout` (components alone) there is no content, embed or picture."""

    content: str = ""
    embed: discord.Embed | None = None
    image: Image | None = None
    document: Document | None = None
    view: ui.View | None = None
    layout: ui.LayoutView | None = None

    def __post_init__(self) -> None:
        if self.layout is not None and (
            self.content or self.embed or self.view or self.image or self.document
        ):
            raise ValueError("a message of components alone holds nothing else")

    def sending(self) -> Sending:
        """Return what a new message takes. Call it for each try: a file is read only once."""
        told = Sending(allowed_mentions=NOBODY)
        if self.layout is not None:
            told["view"] = self.layout
            return told
        if self.content:
            told["content"] = self.content
        if self.embed is not None:
            told["embed"] = self.embed
        if files := self._files():
            told["files"] = files
        if self.view is not None:
            told["view"] = self.view
        return told

    def editing(self) -> Editing:
        """Return what turns an older message into this one. Call it for each try."""
        if self.layout is not None:
            return Editing(view=self.layout, attachments=[], allowed_mentions=NOBODY)
        return Editing(
            content=self.content or None,
            embeds=[self.embed] if self.embed else [],
            attachments=self._files(),
            view=self.view,
            allowed_mentions=NOBODY,
        )

    def _files(self) -> list[discord.File]:
        files = []
        if self.image is not None:
            picture = io.BytesIO(self.image.png)
            files.append(discord.File(picture, filename=PICTURE, description=self.image.alt))
        if self.document is not None:
            content = io.BytesIO(self.document.content)
            files.append(discord.File(content, filename=self.document.name))
        return files
