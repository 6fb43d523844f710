"""Modals: a form, an answer, and what stands there until one of them is made."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Final

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    InputBlock,
    InputInteractiveElement,
    PlainTextInputElement,
    RadioButtonsElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.blocks.block_elements import FileInputElement

from bot.chat.forms import Asked, Checks, Choose, File, Filled, Form, Part, Text, Tick, Upload
from bot.chat.replies import Reply
from bot.chat_texts import (
    CLOSE_BUTTON,
    MODAL_TITLE,
    ONE_MOMENT_TEXT,
    SEND_BUTTON,
    attached_text,
)
from bot.messages import Option, plain
from bot.platforms.slack import limits
from bot.platforms.slack.render import Blocks, option, reply_blocks
from bot.platforms.slack.text import COMMAND, flat, words

View = dict[str, Any]

# What a modal that shows an answer is called; a form is called by what it carries.
ANSWER: Final = "q1|answer||"
_YES: Final = "yes"
# What Slack says was typed or chosen, and how it is told so beforehand.
_INITIAL: Mapping[str, str] = MappingProxyType(
    {
        "value": "initial_value",
        "selected_option": "initial_option",
        "selected_options": "initial_options",
    }
)


def loading(external_id: str = "") -> View:
    """Return what is opened at once, as the right to open something ends after three seconds.

    By its `external_id` it is found again where Slack's answer got lost.
    """
    view = _view(MODAL_TITLE, ANSWER, [_said(ONE_MOMENT_TEXT)])
    return view | ({"external_id": external_id} if external_id else {})


def answer_view(reply: Reply, *, command: str = COMMAND) -> View:
    """Return an answer as a modal. What does not fit into a view is left out."""
    return of_blocks(reply_blocks(reply, command=command))


def of_blocks(blocks: Blocks) -> View:
    """Return blocks as a modal that answers."""
    view = _view(MODAL_TITLE, ANSWER, [])
    view["blocks"] = blocks[: limits.VIEW_BLOCKS]
    return view


def form_view(form: Form, *, refusal: str = "", command: str = COMMAND) -> View:
    """Return a form as a modal; `refusal` says why what was sent before was not taken."""
    blocks: list[Block] = []
    if refusal:
        blocks.append(SectionBlock(text=words(refusal, limits.SECTION_TEXT, command=command)))
    if form.attached:
        blocks.append(_said(attached_text(form.attached)))
    blocks += [_input(part) for part in form.parts]
    view = _view(form.title, str(form.carried), blocks)
    view["submit"] = flat(SEND_BUTTON, limits.MODAL_BUTTON).to_dict()
    if form.upload is not None:
        view["private_metadata"] = json.dumps({"file": asdict(form.upload)})
    return view


def filled(view: Mapping[str, Any]) -> Filled:
    """Return what a form came back with."""
    found = _Found()
    for block_id, actions in view.get("state", {}).get("values", {}).items():
        for state in actions.values():
            found.take(block_id, state)
    # Slack keeps it for us: who fills the form in can neither see nor change it.
    for name, upload in json.loads(view.get("private_metadata") or "{}").items():
        found.uploads[name] = (Upload(**upload),)
    return Filled(
        texts=found.texts,
        chosen=found.chosen,
        ticked=frozenset(found.ticked),
        uploads=found.uploads,
    )


def refused(view: Mapping[str, Any], why: str, *, command: str = COMMAND) -> View:
    """Return a form that came back, with why it was not taken and all that was typed into it.

    Files have to be chosen again: Slack lets no app do that.
    """
    values = view.get("state", {}).get("values", {})
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    filled_in = [_kept(block, values) for block in inputs]
    said = [SectionBlock(text=words(why, limits.SECTION_TEXT, command=command)).to_dict()]
    again = {key: view[key] for key in ("type", "callback_id", "title", "close", "submit")}
    if kept := view.get("private_metadata"):
        again["private_metadata"] = kept
        said += [
            _said(attached_text(one["filename"])).to_dict() for one in json.loads(kept).values()
        ]
    return again | {"blocks": [*said, *filled_in]}


def _kept(block: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    element = dict(block["element"])
    state = values.get(block["block_id"], {}).get(element["action_id"], {})
    for said, initial in _INITIAL.items():
        element.pop(initial, None)
        if state.get(said):
            element[initial] = state[said]
    return {**block, "element": element}


@dataclass(slots=True)
class _Found:
    texts: dict[str, str]
    chosen: dict[str, tuple[str, ...]]
    uploads: dict[str, tuple[Upload, ...]]
    ticked: set[str]

    def __init__(self) -> None:
        self.texts, self.chosen, self.uploads, self.ticked = {}, {}, {}, set()

    def take(self, name: str, state: Mapping[str, Any]) -> None:
        match state.get("type"):
            case "plain_text_input":
                if state.get("value") is not None:
                    self.texts[name] = str(state["value"])
            case "static_select" | "radio_buttons":
                if state.get("selected_option") is not None:
                    self.chosen[name] = (str(state["selected_option"]["value"]),)
                    self.texts[name] = self.chosen[name][0]
            case "checkboxes":
                values = tuple(str(one["value"]) for one in state.get("selected_options") or ())
                if values == (_YES,):
                    self.ticked.add(name)
                elif values:
                    self.chosen[name] = values
            case "file_input":
                self.uploads[name] = tuple(upload_of(one) for one in state.get("files") or ())


def upload_of(found: Mapping[str, Any]) -> Upload:
    """Return a file as Slack describes it in a form, in a message, or when asked."""
    return Upload(
        filename=str(found.get("name") or found["id"]),
        size=int(found.get("size") or 0),
        url=str(found.get("url_private_download") or found.get("url_private") or ""),
    )


def _view(title: str, callback_id: str, blocks: list[Block]) -> View:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": flat(plain(title, limit=limits.MODAL_TITLE), limits.MODAL_TITLE).to_dict(),
        "close": flat(CLOSE_BUTTON, limits.MODAL_BUTTON).to_dict(),
        "blocks": [block.to_dict() for block in blocks],
    }


def _said(text: str) -> Block:
    return SectionBlock(text=flat(text, limits.SECTION_TEXT))


def _input(part: Part) -> InputBlock:
    asked = part.asked
    match asked:
        case Text() | Choose() | File():
            required = asked.required
        case _:
            required = isinstance(asked, Checks)
    return InputBlock(
        block_id=asked.name,
        label=flat(plain(part.label, limit=limits.INPUT_LABEL), limits.INPUT_LABEL),
        hint=flat(part.hint, limits.INPUT_HINT) if part.hint else None,
        optional=not required,
        element=_element(asked),
    )


def _element(asked: Asked) -> InputInteractiveElement:
    match asked:
        case Text():
            return PlainTextInputElement(
                action_id=asked.name,
                initial_value=asked.default[: asked.limit] or None,
                placeholder=flat(asked.placeholder, limits.PLACEHOLDER)
                if asked.placeholder
                else None,
                multiline=asked.long,
                max_length=min(asked.limit, limits.TEXT_INPUT),
            )
        case Choose():
            return _choice(asked)
        case Tick():
            yes = option(Option(value=_YES, label="Yes"))
            return CheckboxesElement(
                action_id=asked.name,
                options=[yes],
                initial_options=[yes] if asked.default else None,
            )
        case Checks():
            options = [option(one) for one in asked.options[: limits.CHOICES]]
            return CheckboxesElement(action_id=asked.name, options=options)
        case File():
            return FileInputElement(action_id=asked.name, max_files=1)


def _choice(asked: Choose) -> StaticSelectElement | RadioButtonsElement:
    most = limits.SELECT_OPTIONS if asked.listed else limits.CHOICES
    options = [option(one) for one in asked.options[:most]]
    chosen = next((one for one in options if one.value == asked.default), None)
    kind = StaticSelectElement if asked.listed else RadioButtonsElement
    return kind(action_id=asked.name, options=options, initial_option=chosen)
