"""People who use the app as they would in Slack: they type, press, fill in, and read.

`ana = stand_in.person("Ana")` makes one. Each deed waits until the app has acknowledged it, and
returns it as a `Reply`:

* `await ana.command("/earmark", "submit https://…")`
* `await ana.shortcut("Submit a track")`, `await ana.message_shortcut("Send to review queue", m)`
* `await ana.click(message_or_view, "Keep")`, with `nth=3` for the fourth of that label
* `await ana.choose(message_or_view, "Oldest first", of="View")`, by the texts of the options
* `await ana.submit_view({"Link": "https://…", "AI": "No", "File": Upload.named(…)})` fills in and
  submits the modal on top; `fields_of(view)` tells the fields
* `await ana.close_view()`, `await ana.open_home()`
* `ana.say(channel, "text", files=[…])`

And they read, each waiting until it is there: `await ana.modal("text in it")`,
`await ana.ephemeral("…")` since her last deed, `await ana.direct("…")`,
`await ana.reads(channel, "…")`, `await ana.home("…")`. What Slack itself would not let them do
raises RefusedError; what the app does not answer raises NoAnswerError.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.sandbox.changes import NothingHappenedError
from bot.sandbox.refusals import NoAnswerError, RefusedError
from bot.sandbox.slack import posting
from bot.sandbox.slack.answers import Answers
from bot.sandbox.slack.core import Core, Event
from bot.sandbox.slack.delivery import Deliveries, Delivery, Kind, NotTakenError
from bot.sandbox.slack.files import Files
from bot.sandbox.slack.filling import answered, fill, missing
from bot.sandbox.slack.payloads import Payloads
from bot.sandbox.slack.seen import BUTTONS, Element, elements_in, text_of
from bot.sandbox.slack.wire import view_json
from bot.sandbox.slack.world import (
    Json,
    SlackChannel,
    SlackMessage,
    SlackUser,
    Team,
    View,
)
from bot.sandbox.upload import Upload

# Real seconds until a test gives up; Slack's own three run on the stand-in's clock.
PATIENCE_S = 5.0

_T = TypeVar("_T")
Shown = SlackMessage | View


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The app's acknowledgement of one deed; `errors` are those of a form, by label."""

    delivery: Delivery
    errors: Mapping[str, str]

    @property
    def answer(self) -> Json:
        return self.delivery.answer

    @property
    def took_s(self) -> float:
        """How long the acknowledgement took, in real seconds."""
        return self.delivery.took_s or 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a person's client works with."""

    core: Core
    deliveries: Deliveries
    payloads: Payloads
    answers: Answers
    files: Files


class Person:
    """One account, in one channel at a time: `here`.

    It waits `patience_s` real seconds for anything before it gives up.
    """

    def __init__(self, tools: Tools, *, user: SlackUser, here: SlackChannel) -> None:
        self.user = user
        self.here = here
        self.patience_s = PATIENCE_S
        self._tools = tools
        self._core = tools.core
        self._since = 0

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def team(self) -> Team:
        return self._core.world.teams[self.user.team_id]

    async def command(self, name: str, text: str = "") -> Reply:
        """Use a slash command here; in a thread Slack has none."""
        self._at_home()
        known = self._core.config.commands
        if known is not None and name not in known:
            raise RefusedError(f"{name} is not a valid command: {sorted(known)}")
        payload = self._tools.payloads.command(
            self.user, self.team, self.here, name=name, text=text
        )
        delivery = Delivery(kind=Kind.COMMAND, name=name, payload=payload, takes_answer=True)
        reply = await self._do(delivery)
        self._tools.answers.to_command(self.user, self.team, self.here, reply.answer)
        return reply

    async def shortcut(self, name: str) -> Reply:
        """Use an entry of the lightning menu."""
        self._at_home()
        callback_id = self._callback_id(name, "global")
        payload = self._tools.payloads.shortcut(self.user, self.team, callback_id)
        return await self._interact(payload)

    async def message_shortcut(self, name: str, message: SlackMessage) -> Reply:
        """Use an entry of a message's menu."""
        self._at_home()
        callback_id = self._callback_id(name, "message")
        self._look_at(message)
        if message.ephemeral_to is not None:
            raise RefusedError("an ephemeral message has no menu")
        payload = self._tools.payloads.message_shortcut(self.user, self.team, callback_id, message)
        return await self._interact(payload)

    async def click(
        self, where: Shown, label: str = "", /, *, action_id: str = "", nth: int = 0
    ) -> Reply:
        """Press a button, by its text or by its action_id."""
        self._look_at(where)
        every = [each for each in elements_in(where.blocks) if each.kind in BUTTONS]
        fitting = [
            each
            for each in every
            if (label and each.label == label) or (action_id and each.action_id == action_id)
        ]
        if nth >= len(fitting):
            seen = [each.label for each in every]
            raise RefusedError(f"{self.user.name} sees no button {label or action_id!r}: {seen}")
        return await self._act(where, fitting[nth], {})

    async def choose(
        self, where: Shown, /, *choices: Any, of: str = "", action_id: str = "", nth: int = 0
    ) -> Reply:
        """Choose in a select, a menu, radio buttons or checkboxes by the texts of the options.

        `of` is its placeholder or the label of its input. People and channels are chosen as
        objects.
        """
        self._look_at(where)
        fitting = [
            each
            for each in elements_in(where.blocks)
            if each.kind not in BUTTONS
            and (not of or each.label == of)
            and (not action_id or each.action_id == action_id)
        ]
        if nth >= len(fitting):
            raise RefusedError(f"{self.user.name} sees nothing to choose in {of or action_id!r}")
        element = fitting[nth]
        if element.block["type"] == "input" and not element.block.get("dispatch_action"):
            raise RefusedError(f"{element.label!r} is sent only with the whole form")
        given = choices[0] if len(choices) == 1 else list(choices)
        chosen = answered(element, given, self._upload, self._core.url)
        if isinstance(where, View) and element.key in where.state:
            where.state[element.key] = chosen
        return await self._act(where, element, chosen)

    def fill(self, answers: Mapping[str, Any]) -> View:
        """Fill in fields of the modal on top, by their labels, without submitting it."""
        view = self._top()
        fill(view, answers, self._upload, self._core.url)
        return view

    async def submit_view(self, answers: Mapping[str, Any] | None = None, /) -> Reply:
        """Fill in the modal on top, by the labels of its fields, and submit it."""
        view = self.fill(answers or {})
        if not view.said.get("submit"):
            raise RefusedError(f"{view.title!r} cannot be submitted")
        if left := missing(view):
            raise RefusedError(f"{view.title!r} needs {left}")
        team = self._app_of(view)
        payload = self._tools.payloads.submission(self.user, team, view)
        reply = await self._interact(payload, takes_answer=True)
        errors = self._tools.answers.to_submission(self.user, team, view, reply.answer)
        return Reply(delivery=reply.delivery, errors=errors)

    async def close_view(self, *, everything: bool = False) -> None:
        """Close the modal on top, or all of them; the app is told if it wished so."""
        view = self._top()
        stack = self._core.world.stack(self.id)
        closed = list(reversed(stack)) if everything else [view]
        self._tools.answers.views.close(stack[0] if everything else view)
        for each in closed:
            if each.said.get("notify_on_close"):
                team = self._app_of(each)
                payload = self._tools.payloads.closed(self.user, team, each, cleared=everything)
                await self._interact(payload)

    async def open_home(self, text: str = "") -> View:
        """Open the app's home tab, and return it once the app has published it anew."""
        self._at_home("")
        team = self.team
        home = self._core.world.homes.get((team.id, self.id))
        before = 0 if home is None else home.change
        payload: Json = {
            "type": "app_home_opened",
            "user": self.id,
            "channel": self._core.world.direct(team, self.id).id,
            "tab": "home",
        }
        if home is not None:
            payload["view"] = view_json(home, team, self._core.config)
        self._core.publish(Event(team=team, name="app_home_opened", payload=payload))
        return await self.home(text, after=before)

    def say(
        self,
        channel: SlackChannel,
        text: str,
        *,
        files: Iterable[Upload] = (),
        thread: SlackMessage | None = None,
    ) -> SlackMessage:
        """Write a message; what looks like a link becomes one."""
        if not self._core.world.sees(self.user, channel):
            raise RefusedError(f"{self.user.name} is not in #{channel.name}")
        if channel.user is not None and not self._core.config.writable:
            raise RefusedError("sending messages to this app has been turned off")
        return posting.post_as_user(
            self._core,
            self._core.world.teams[channel.team_id],
            channel,
            user=self.user,
            text=text,
            files=[self._upload(each) for each in files],
            thread_ts=None if thread is None else thread.ts,
        )

    def write(self, text: str, *, files: Iterable[Upload] = ()) -> SlackMessage:
        """Write to the app in private."""
        return self.say(self._core.world.direct(self.team, self.id), text, files=files)

    def sees(self, message: SlackMessage) -> bool:
        """Say whether the message is there for this person."""
        channel = self._core.world.channels.get(message.channel)
        if channel is None or message.gone or message.ephemeral_to not in (None, self.id):
            return False
        return self._core.world.sees(self.user, channel)

    def read(self, channel: SlackChannel | None = None) -> list[SlackMessage]:
        """Return what this person sees in a channel now, oldest first."""
        place = channel or self.here
        world = self._core.world
        every = [*world.in_channel(place.id), *world.ephemerals]
        seen = [each for each in every if each.channel == place.id and self.sees(each)]
        return sorted(seen, key=lambda each: each.ts)

    async def reads(self, channel: SlackChannel, text: str = "") -> SlackMessage:
        """Return the latest message in a channel with this text in it, once it is there."""
        return await self.until(
            lambda: _latest(self.read(channel), text), f"{text!r} in #{channel.name}"
        )

    async def direct(self, text: str = "") -> SlackMessage:
        """Return the latest message of the app to this person in private, once it is there."""
        place = self._core.world.direct(self.team, self.id)
        return await self.until(
            lambda: _latest([each for each in self.read(place) if each.by_app], text),
            f"a direct message {text!r}",
        )

    async def ephemeral(self, text: str = "") -> SlackMessage:
        """Return the latest message that this person sees alone, since their last deed."""
        return await self.until(
            lambda: _latest(self.ephemerals(since=self._since), text),
            f"an ephemeral message {text!r}",
        )

    def ephemerals(self, *, since: int = 0) -> list[SlackMessage]:
        """Return all that this person sees alone now, oldest first."""
        every = self._core.world.ephemerals
        return [each for each in every if each.ephemeral_to == self.id and each.change > since]

    async def modal(self, text: str = "") -> View:
        """Return the modal on top once one with this text in it is there."""
        return await self.until(
            lambda: _latest(self._core.world.stack(self.id)[-1:], text), f"a modal {text!r}"
        )

    def modals(self) -> list[View]:
        """Return the modals that are open now, the one on top last."""
        return list(self._core.world.stack(self.id))

    async def home(self, text: str = "", *, after: int = 0) -> View:
        """Return the home tab once it shows this text."""

        def look() -> View | None:
            home = self._core.world.homes.get((self.team.id, self.id))
            fresh = home is not None and home.change > after
            return _latest([home], text) if home is not None and fresh else None

        return await self.until(look, f"a home tab {text!r}")

    async def until(self, look: Callable[[], _T | None], what: str) -> _T:
        """Wait until `look` finds something in what is shown, or raise NoAnswerError."""
        try:
            return await self._core.changes.until(look, what=what, within_s=self.patience_s)
        except NothingHappenedError as error:
            raise NoAnswerError(f"{self.user.name} waited for {what}") from error

    async def _act(self, where: Shown, element: Element, chosen: Json) -> Reply:
        team = self._app_of(where)
        payloads = self._tools.payloads
        if isinstance(where, View):
            payload = payloads.action_in_view(self.user, team, where, element, chosen)
        else:
            payload = payloads.action_in_message(self.user, team, where, element, chosen)
        return await self._interact(payload)

    async def _interact(self, payload: Json, *, takes_answer: bool = False) -> Reply:
        if not self._core.config.interactive:
            raise RefusedError("this app is not configured to handle interactive responses")
        delivery = Delivery(
            kind=Kind.INTERACTIVE,
            name=payload["type"],
            payload=payload,
            takes_answer=takes_answer,
        )
        return await self._do(delivery)

    async def _do(self, delivery: Delivery) -> Reply:
        self._since = self._core.world.next()
        try:
            await self._tools.deliveries.tell(delivery)
        except NotTakenError as error:
            raise NoAnswerError(f"{delivery.name} failed: {error}") from error
        return Reply(delivery=delivery, errors={})

    def _app_of(self, where: Shown) -> Team:
        """Return the team whose app made this; in a shared channel it may be another's."""
        world = self._core.world
        if isinstance(where, View):
            return self._tools.answers.views.team_of(where)
        return world.teams[world.channels[where.channel].team_id]

    def _look_at(self, where: Shown) -> None:
        if isinstance(where, View):
            if where.kind == "modal" and where is not self._top():
                raise RefusedError(f"{where.title!r} is not on top")
            if where.user_id != self.id:
                raise RefusedError("this view is open before somebody else")
        elif not self.sees(where):
            raise RefusedError(f"{self.user.name} does not see this message")

    def _top(self) -> View:
        stack = self._core.world.stack(self.id)
        if not stack:
            raise RefusedError(f"{self.user.name} has no modal open")
        return stack[-1]

    def _at_home(self, scope: str = "commands") -> None:
        """Commands, shortcuts and the home tab are there where the app is installed."""
        if not self.team.installed:
            raise RefusedError(f"the app is not installed in {self.team.name}")
        if scope and scope not in self.team.scopes:
            raise RefusedError(f"the app lacks the scope {scope}")
        self._core.used_scopes |= {scope} - {""}

    def _callback_id(self, name: str, kind: str) -> str:
        every = [each for each in self._core.config.shortcuts if each.kind == kind]
        for each in every:
            if each.name == name:
                return each.callback_id
        raise RefusedError(f"there is no shortcut {name!r}: {[each.name for each in every]}")

    def _upload(self, upload: Upload) -> Any:
        return self._tools.files.hand_in(self.user, upload)


def _latest(every: list[Any], text: str) -> Any:
    """Return the last one that shows the text, or None."""
    return next((each for each in reversed(every) if text in text_of(each)), None)
