"""A playlist's rules: the list of all of them, and the forms that change up to five at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.artist_texts import AI_POLICIES, open_words
from bot.chat import replies
from bot.chat.custom_id import CustomId
from bot.chat.forms import Choose, Filled, Form, Text, form, part
from bot.chat.replies import Reply
from bot.chat.seed_screens import seeds_part
from bot.chat_texts import (
    BACK_BUTTONS,
    FORM_BACK_BUTTON,
    PLAYLIST_ADD_TITLE,
    PLAYLIST_AI,
    PLAYLIST_ANSWER,
    PLAYLIST_CHANGE_PICK,
    PLAYLIST_LINK,
    PLAYLIST_LINK_HINT,
    PLAYLIST_NAME,
    playlist_edit_title,
    reviewers_text,
)
from bot.links import find_links
from bot.marks import moment, role
from bot.messages import Button, Card, Field, Option, Select, plain
from bot.seed_texts import SEEDS_BUTTON, SEEDS_LABEL
from bot.workflow.manage import PlaylistView, Setting
from bot.workflow.people import Person
from db.models import Platform

# As many as a form has parts.
_AT_ONCE = 5
_INPUT = 300
# Ids of tracks in one field of a refusal; more of them get another field.
_FIELD_IDS = 40
# More than a form's 4,000 characters hold.
_MOST_IDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlaylist:
    """A playlist on its way: what stands in the form, and what a refusal of it keeps."""

    name: str = ""
    link: str = ""
    seeds: str = ""
    ai_policy: str = "declared"
    answer_days: str = "14"

    @property
    def changes(self) -> dict[str, str]:
        """What is said of its rules, by their keys."""
        said = {
            "spotify_playlist_id": self.link,
            "ai_policy": self.ai_policy,
            "answer_days": self.answer_days,
        }
        return {key: text for key, text in said.items() if text}


def playlist_card(
    view: PlaylistView, *, playlist_id: int, viewer: Person, heading: str = ""
) -> Reply:
    """Return all rules of a playlist, and the select that opens the form for some of them.

    Who manages the place may come from its set-up, and finds the way back to it.
    """
    back = Button(action="setup", label=BACK_BUTTONS["setup"])
    return replies.card(
        Card(
            title=view.name,
            body="\n".join(
                (*([heading] if heading else []), _now(view), *map(_line, view.settings))
            ),
            fields=(Field(name="Curators", value=_reviewers(view, viewer.platform)),),
            buttons=(
                Button(action="seeds", label=SEEDS_BUTTON, argument=str(playlist_id)),
                *((back,) if viewer.admin else ()),
            ),
            select=_menu(view.settings, playlist_id),
        )
    )


def add_form(new: NewPlaylist | None = None) -> Form:
    """Return the form for a new playlist: what is not asked has a proposed value."""
    new = new or NewPlaylist()
    policy = Choose(
        name="ai_policy",
        options=tuple(Option(value=key.value, label=label) for key, label in AI_POLICIES.items()),
        default=new.ai_policy,
    )
    return form(
        PLAYLIST_ADD_TITLE,
        CustomId(action="playlist_added"),
        part(PLAYLIST_NAME, _input("name", default=new.name, limit=100)),
        part(
            PLAYLIST_LINK,
            _input("spotify_playlist_id", default=new.link, required=False),
            hint=PLAYLIST_LINK_HINT,
        ),
        seeds_part(required=False, default=new.seeds),
        part(PLAYLIST_AI, policy),
        part(PLAYLIST_ANSWER, _input("answer_days", default=new.answer_days, limit=3)),
    )


def added_in(filled: Filled) -> NewPlaylist:
    """Return what stands in the form for a new playlist."""
    return NewPlaylist(
        name=filled.text("name"),
        link=filled.text("spotify_playlist_id"),
        seeds=filled.text("seeds"),
        ai_policy=filled.text("ai_policy"),
        answer_days=filled.text("answer_days"),
    )


def refused(sentence: str, new: NewPlaylist) -> Reply:
    """Return why a playlist was not added, with all that was typed and the way back to the form.

    Of pasted tracks their ids are kept: that is all that counts, and it fits into the message.
    """
    ids = find_links(new.seeds, most=_MOST_IDS).tracks
    typed = (
        (PLAYLIST_NAME, new.name),
        (PLAYLIST_LINK, new.link),
        (PLAYLIST_AI, new.ai_policy),
        (PLAYLIST_ANSWER, new.answer_days),
        *(
            (f"{SEEDS_LABEL} ({begin + 1} to {begin + len(part_of)})", " ".join(part_of))
            for begin in range(0, len(ids), _FIELD_IDS)
            if (part_of := ids[begin : begin + _FIELD_IDS])
        ),
    )
    return replies.card(
        Card(
            title="",
            body=sentence,
            fields=tuple(
                Field(name=name, value=plain(said, limit=1000)) for name, said in typed if said
            ),
            buttons=(Button(action="playlist_add", label=FORM_BACK_BUTTON, argument=""),),
        )
    )


def refused_before(told: Mapping[str, str]) -> NewPlaylist:
    """Return what a refusal has kept; where nothing is told, what is proposed."""
    proposed = NewPlaylist()
    kept = [said for name, said in told.items() if name.startswith(SEEDS_LABEL)]
    return NewPlaylist(
        name=told.get(PLAYLIST_NAME, ""),
        link=told.get(PLAYLIST_LINK, ""),
        seeds="\n".join(f"https://open.spotify.com/track/{one}" for one in " ".join(kept).split()),
        ai_policy=told.get(PLAYLIST_AI, proposed.ai_policy),
        answer_days=told.get(PLAYLIST_ANSWER, proposed.answer_days),
    )


def edit_form(view: PlaylistView, keys: Sequence[str], *, playlist_id: int) -> Form:
    """Return the form for these rules, filled in with what holds now."""
    chosen = [one for one in view.settings if one.key in keys][:_AT_ONCE]
    return form(
        playlist_edit_title(view.name),
        CustomId(action="playlist_edited", id=str(playlist_id)),
        *(
            part(
                one.key,
                _input(one.key, default=one.value, required=False),
                hint=one.meaning,
            )
            for one in chosen
        ),
    )


def _menu(settings: Iterable[Setting], playlist_id: int) -> Select:
    return Select(
        action="playlist_edit",
        placeholder=PLAYLIST_CHANGE_PICK,
        options=tuple(
            Option(value=one.key, label=f"{one.key}: {one.value}", description=one.meaning)
            for one in settings
        ),
        argument=str(playlist_id),
        most=_AT_ONCE,
    )


def _now(view: PlaylistView) -> str:
    intake = view.intake
    told = open_words(
        is_open=intake.is_open,
        opens_at=intake.opens_at,
        closes_at=intake.closes_at,
        when=moment,
    )
    return f"It is {told}."


def _line(one: Setting) -> str:
    return f"{one.key}: {one.value}"


def _reviewers(view: PlaylistView, platform: Platform) -> str:
    named = [role(one.name) if one.platform is platform else one.name for one in view.reviewers]
    return reviewers_text(named)


def _input(name: str, *, default: str = "", required: bool = True, limit: int = _INPUT) -> Text:
    return Text(name=name, limit=limit, default=default[:limit], required=required)
