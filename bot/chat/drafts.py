"""What an artist has typed so far: the form it stands in, and the message that keeps it.

A refusal must not lose anything. So it shows the link and the note again, and its buttons open the
form with all of it filled in. The message is the only place where the draft is kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.chat import replies
from bot.chat.custom_id import CustomId
from bot.chat.forms import (
    MOST_CHOICES,
    Choose,
    File,
    Filled,
    Form,
    Part,
    Text,
    Tick,
    Upload,
    form,
    part,
)
from bot.chat.replies import Reply
from bot.chat_texts import (
    AI_LABELS,
    FORM_AI,
    FORM_ANYWAY_BUTTON,
    FORM_BACK_BUTTON,
    FORM_FILE,
    FORM_FILE_BESIDE,
    FORM_FILE_HINT,
    FORM_LINK,
    FORM_LINK_HINT,
    FORM_NOTE,
    FORM_NOTE_HINT,
    FORM_OWNS,
    FORM_OWNS_HINT,
    FORM_PLAYLIST,
    FORM_PLAYLIST_HINT,
    FORM_TITLE,
    SUBMIT_NOTE_LIMIT,
    YOUR_FILE,
    YOUR_GENRE,
    YOUR_LANGUAGE,
    YOUR_LINK,
    YOUR_NOTE,
    YOUR_TRACK_TEXT,
)
from bot.messages import Button, ButtonStyle, Card, Field, Option, plain
from db.types import AiUse

_LINK_LIMIT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A playlist that can be chosen."""

    playlist_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A submission on its way. `replaces` is the code of the version that it takes the place of.

    `by_file`: the form asks for a file instead of a link. `kept` names a file that is here already,
    as `bot.workflow.kept_files` calls it.
    """

    link: str = ""
    playlist_id: int | None = None
    ai_use: AiUse | None = None
    note: str = ""
    owns: bool = False
    replaces: str = ""
    anyway: bool = False
    by_file: bool = False
    kept: str = ""
    # No form has room for these two: the message keeps them.
    genre: str = ""
    language: str = ""
    # The workspace, where a direct message began it.
    place: int | None = None

    def carried(self, action: str) -> CustomId:
        """Return what a button or a form has to carry; link and note stand in the message."""
        flags = ("o" if self.owns else "") + ("a" if self.anyway else "")
        flags += "f" if self.by_file else ""
        ai_use = self.ai_use.value if self.ai_use else ""
        number = "" if self.playlist_id is None else str(self.playlist_id)
        return CustomId(
            action=action,
            id=f"{self.replaces}_{self.kept}" if self.kept else self.replaces,
            arg=f"{number}.{ai_use}.{flags}",
            place=self.place,
        )


def draft_of(carried: CustomId, told: Mapping[str, str]) -> Draft:
    """Return the draft that a button of a refusal stands for."""
    number, _, rest = carried.arg.partition(".")
    ai_use, _, flags = rest.partition(".")
    replaces, _, kept = carried.id.partition("_")
    return Draft(
        link=told.get(YOUR_LINK, ""),
        playlist_id=int(number) if number.isdigit() else None,
        ai_use=AiUse(ai_use) if ai_use in set(AiUse) else None,
        note=told.get(YOUR_NOTE, ""),
        owns="o" in flags,
        replaces=replaces,
        anyway="a" in flags,
        by_file="f" in flags,
        kept=kept,
        genre=told.get(YOUR_GENRE, ""),
        language=told.get(YOUR_LANGUAGE, ""),
        place=carried.place,
    )


def draft_in(filled: Filled, carried: CustomId, told: Mapping[str, str]) -> Draft:
    """Return the draft that stands in a form that was sent, and in the message that it is from."""
    chosen = filled.choice("playlist") or ""
    ai_use = filled.choice("ai")
    return replace(
        draft_of(carried, told),
        link=filled.text("link"),
        playlist_id=int(chosen) if chosen.isdigit() else None,
        ai_use=AiUse(ai_use) if ai_use in set(AiUse) else None,
        note=filled.text("note"),
        owns="owns" in filled.ticked,
    )


def submit_form(
    draft: Draft,
    choices: Iterable[Choice],
    *,
    roomy: bool = False,
    upload: Upload | None = None,
    kept_name: str = "",
) -> Form:
    """Return the form: link (or file), playlist, AI, note, and the tick of ownership.

    A `roomy` one asks for both, and one of them will do. `upload` is a file that is there already,
    and `kept_name` what the one is called that the draft keeps.
    """
    choices = list(choices)
    made = form(
        FORM_TITLE,
        draft.carried("send"),
        *_what(draft, roomy=roomy, there=upload is not None or bool(draft.kept)),
        part(
            FORM_PLAYLIST,
            _playlists(draft, choices),
            hint=FORM_PLAYLIST_HINT if len(choices) > MOST_CHOICES else "",
        ),
        part(FORM_AI, _ai(draft)),
        part(FORM_NOTE, _note(draft), hint=FORM_NOTE_HINT),
        part(FORM_OWNS, Tick(name="owns", default=draft.owns), hint=FORM_OWNS_HINT),
    )
    return replace(made, upload=upload, attached=upload.filename if upload else kept_name)


def _what(draft: Draft, *, roomy: bool, there: bool) -> Iterable[Part]:
    """Return what asks for the track itself; `there`: its file is there already."""
    if roomy:
        yield _link(draft, required=False)
        if not there:
            yield part(FORM_FILE_BESIDE, File(name="file", required=False), hint=FORM_FILE_HINT)
    elif there:
        if draft.link:
            yield _link(draft, required=False)
    elif draft.by_file:
        yield part(FORM_FILE, File(name="file"), hint=FORM_FILE_HINT)
    else:
        yield _link(draft)


def refused(sentence: str, draft: Draft, *, may_insist: bool, kept: str = "") -> Reply:
    """Return a refusal that keeps what was typed; `kept` says which file is here, and how long."""
    back = draft.carried("form")
    buttons = [Button(action="form", label=FORM_BACK_BUTTON, argument=_argument(back))]
    if may_insist:
        insisting = replace(draft, anyway=True).carried("form")
        buttons.append(
            Button(
                action="form",
                label=FORM_ANYWAY_BUTTON,
                style=ButtonStyle.DANGER,
                argument=_argument(insisting),
            )
        )
    typed = (
        (YOUR_LINK, draft.link),
        (YOUR_NOTE, draft.note),
        (YOUR_GENRE, draft.genre),
        (YOUR_LANGUAGE, draft.language),
    )
    fields = [
        *(
            Field(name=name, value=plain(value, limit=_LINK_LIMIT))
            for name, value in typed
            if value
        ),
        # It is ours, and holds a time that each reader sees in their own zone.
        *([Field(name=YOUR_FILE, value=kept)] if kept else []),
    ]
    return replies.card(
        Card(
            title="" if fields else YOUR_TRACK_TEXT,
            body=sentence,
            fields=tuple(fields),
            buttons=tuple(buttons),
        ),
        place=draft.place,
    )


def _argument(carried: CustomId) -> str:
    return f"{carried.id}|{carried.arg}"


def _link(draft: Draft, *, required: bool = True) -> Part:
    link = Text(
        name="link",
        limit=_LINK_LIMIT,
        default=draft.link[:_LINK_LIMIT],
        placeholder=FORM_LINK_HINT,
        required=required,
    )
    return part(FORM_LINK, link)


def _note(draft: Draft) -> Text:
    return Text(
        name="note",
        limit=SUBMIT_NOTE_LIMIT,
        default=draft.note[:SUBMIT_NOTE_LIMIT],
        required=False,
        long=True,
    )


def _ai(draft: Draft) -> Choose:
    return Choose(
        name="ai",
        options=tuple(Option(value=use.value, label=label) for use, label in AI_LABELS.items()),
        default=draft.ai_use.value if draft.ai_use else "",
    )


def _playlists(draft: Draft, choices: Iterable[Choice]) -> Choose:
    # The one that was chosen before must be among those that fit into a list.
    wanted = sorted(choices, key=lambda one: one.playlist_id != draft.playlist_id)
    chosen = draft.playlist_id
    if chosen is None and len(wanted) == 1:
        chosen = wanted[0].playlist_id
    return Choose(
        name="playlist",
        options=tuple(
            Option(value=str(one.playlist_id), label=one.name) for one in wanted[:MOST_CHOICES]
        ),
        default="" if chosen is None else str(chosen),
        listed=True,
    )
