"""A link or a file that is posted where artists are: offered to be submitted, never unasked."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from slack_sdk.errors import SlackApiError

from bot.chat import artist_work, replies
from bot.chat.drafts import Draft
from bot.chat.forms import Form, Upload
from bot.chat.replies import Reply
from bot.chat_texts import (
    FILE_GONE_TEXT,
    FOREIGN_FILE_TEXT,
    SUBMIT_THIS_BUTTON,
    SUBMIT_THIS_TEXT,
)
from bot.errors import NotAllowedError, NotFoundError
from bot.links import find_links
from bot.messages import Button, ButtonStyle
from bot.platforms.slack.reception import Visit
from bot.platforms.slack.views import upload_of

# What Slack calls the kinds of files that a scorer can hear; it knows most of them as audio.
_SHORT_WORD: Final = re.compile(r"[0-9A-Za-z_-]{1,32}")
_HEARD: Final = frozenset({"aac", "aiff", "flac", "m4a", "mp3", "ogg", "opus", "wav"})


def offer_for(text: str, files: Iterable[Mapping[str, Any]]) -> Reply | None:
    """Return what is offered for a message, or None where it holds no track."""
    link = artist_work.link_in(text)
    if link:
        return _offer("offer", _carried(link))
    file = audio_in(files)
    return None if file is None else _offer("offer_file", str(file["id"]))


def audio_in(files: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the first file that may be heard."""
    return next((one for one in files if _is_audio(one)), None)


async def open_link(visit: Visit) -> Form:
    """Return the form with the track that somebody posted."""
    track, host = visit.wish.id, visit.wish.arg
    link = f"https://{host or 'open.spotify.com/track'}/{track}" if track else ""
    return await artist_work.new_form(visit, Draft(link=link))


async def open_file(visit: Visit) -> Form:
    """Return the form with the file that somebody posted; it is theirs alone to submit."""
    try:
        told = (await visit.client.files_info(file=visit.wish.id))["file"]
    except SlackApiError as error:
        raise NotFoundError(FILE_GONE_TEXT) from error
    return await artist_work.new_form(visit, Draft(), upload=_own(visit, told))


async def form_for(visit: Visit, message: Mapping[str, Any]) -> Form:
    """Return the form with the link or the file of a message."""
    link = artist_work.link_in(str(message.get("text") or ""))
    file = audio_in(message.get("files") or ())
    upload = None if link or file is None else _own(visit, file)
    return await artist_work.new_form(visit, Draft(link=link), upload=upload)


def _own(visit: Visit, file: Mapping[str, Any]) -> Upload:
    if file.get("user") != visit.person.external_id:
        raise NotAllowedError(FOREIGN_FILE_TEXT)
    return upload_of(file)


def _offer(action: str, argument: str) -> Reply:
    button = Button(
        action=action, label=SUBMIT_THIS_BUTTON, style=ButtonStyle.PRIMARY, argument=argument
    )
    return replies.sentence(SUBMIT_THIS_TEXT, buttons=(button,))


def _carried(link: str) -> str:
    """Return a link as a button can carry it: a track's id, or a short link's word and host.

    The few that do not fit open an empty form.
    """
    found = find_links(link)
    if found.tracks:
        return found.tracks[0]
    short = urlsplit(link)
    word = short.path.strip("/")
    return f"{word}|{short.hostname}" if _SHORT_WORD.fullmatch(word) else ""


def _is_audio(file: Mapping[str, Any]) -> bool:
    kind = str(file.get("mimetype") or "")
    return kind.startswith("audio/") or file.get("filetype") in _HEARD
