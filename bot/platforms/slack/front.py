"""Takes everything that people do with Earmark in Slack: commands, presses and forms."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat import replies
from bot.chat.custom_id import CustomId, parse
from bot.chat.forms import Filled, Form
from bot.chat_texts import OLD_BUTTON_TEXT
from bot.errors import EarmarkError
from bot.platforms.slack.answering import Answer, Place, Whisper, answer_of
from bot.platforms.slack.documents import handed_over
from bot.platforms.slack.raw import shown_view
from bot.platforms.slack.reception import Body, Reception, Visit, key_of
from bot.platforms.slack.routing import FormMaker, Opens, Routes, Work
from bot.platforms.slack.views import View, filled, form_view, loading, refused
from bot.platforms.slack.windows import MODAL, Window, below, opened, pressed

log = logging.getLogger(__name__)

Ack = Callable[..., Awaitable[Any]]

OURS: Final = re.compile(r"^q1\|")
# A form is answered at once where the answer is there within this; Slack waits for three seconds.
_AT_ONCE_S: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One delivery of Slack's: what it says, in which team, and the client to answer with."""

    body: Body
    context: AsyncBoltContext
    client: AsyncWebClient
    carried: CustomId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What follows a form; `taken`: nothing is left to be filled in."""

    view: View
    taken: bool


class Front:
    """`command` is what people type, as `/earmark`."""

    def __init__(self, reception: Reception, routes: Routes, *, command: str) -> None:
        self.reception = reception
        self.command = command
        self._routes = routes
        self._forms: dict[str, asyncio.Task[_Shown]] = {}

    def add_to(self, app: AsyncApp) -> None:
        """Listen to what carries our marks, and to nothing else."""
        app.command(self.command)(self.take_command)
        app.action(OURS)(self.take_press)
        app.view(OURS)(self.take_form)

    async def take_command(
        self, ack: Ack, body: Body, context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        await ack()
        if not self.reception.first_time(key_of(body)):
            return
        call = Call(body=body, context=context, client=client)
        try:
            wish = self._routes.commands(str(body.get("text") or ""))
        except EarmarkError as error:
            await self._whisper(body).show(replies.sentence(str(error)))
            return
        if isinstance(wish, Opens):
            await self.open_form(wish.make, call)
        elif wish.window:
            await self.open_window(wish.work, call)
        else:
            await self._answer(wish.work, self._whisper(body), call)

    async def take_press(
        self, ack: Ack, body: Body, context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        await ack()
        carried = parse(str(body["actions"][0].get("action_id", "")))
        if carried is None or not self.reception.first_time(key_of(body)):
            return
        call = Call(body=body, context=context, client=client, carried=carried)
        kind = (body.get("view") or {}).get("type")
        if carried.action in self._routes.tabs:
            await self.show_home(call)
        elif make := self._routes.opened.get(carried.action):
            await self.open_form(make, call)
        elif kind is None and carried.action not in self._routes.windows:
            whisper = self._whisper(body, replace=_is_ephemeral(body))
            await self._answer(self._work(carried), whisper, call)
        else:
            await self.open_window(self._work(carried), call)

    async def take_form(
        self, ack: Ack, body: Body, context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        """Answer a form in its own modal, at once where the answer is there soon."""
        view, key = body["view"], key_of(body)
        carried = parse(str(view["callback_id"]))
        if carried is None:
            await ack()
            return
        call = Call(body=body, context=context, client=client, carried=carried)
        is_first = self.reception.first_time(key)
        if is_first:
            self._forms[key] = asyncio.create_task(self._sent(call, filled(view)))
        # What Slack sends twice at once gets one answer: an empty one would close the form.
        task = self._forms.get(key)
        if task is None:
            await ack()
            return
        done, _ = await asyncio.wait({task}, timeout=_AT_ONCE_S)
        under = below(view, client, command=self.command)
        shown = task.result() if done else None
        await ack(_acknowledged(shown, closes=under is not None, patience=_patience(key)))
        if is_first:
            try:
                await self._follow(call, await task, under, in_time=bool(done))
            finally:
                del self._forms[key]

    async def _follow(
        self, call: Call, shown: _Shown, under: Window | None, *, in_time: bool
    ) -> None:
        """Show what the acknowledgement of a form could not."""
        if not in_time:
            name = _patience(key_of(call.body))
            window = Window(client=call.client, external_id=name, command=self.command)
            await window.put_when_there(shown.view)
        elif shown.taken and under is not None:
            # The form has closed, and what was done is told where it was opened.
            await under.put(shown.view)
        await self._refresh_card(call)

    async def open_form(self, make: FormMaker, call: Call) -> None:
        """Show a form in a modal, or why there is none."""
        window = await self._window(call)
        if window is None:
            return
        made: list[Form] = []

        async def work() -> Answer:
            made.append(await make(await self._visit(call)))
            return replies.sentence("")

        failed = await answer_of(work)
        if made:
            await window.put(form_view(made[0], command=self.command))
        else:
            await window.show(failed)

    async def open_window(self, work: Work, call: Call) -> None:
        """Show an answer in a modal."""
        window = await self._window(call)
        if window is not None:
            await self._answer(work, window, call)

    async def show_home(self, call: Call) -> None:
        """Publish somebody's Home tab, unless something newer stands there."""
        visit = await self._visit(call)
        view = await self._routes.home(visit)
        shown = call.body.get("view") or (call.body.get("event") or {}).get("view") or {}
        hashed = {"hash": str(shown["hash"])} if shown.get("hash") else {}
        try:
            await call.client.views_publish(user_id=visit.person.external_id, view=view, **hashed)
        except SlackApiError as error:
            if error.response.get("error") != "hash_conflict":
                raise
            log.info("a Home tab was changed meanwhile")

    async def _answer(self, work: Work, place: Place, call: Call) -> None:
        async def run() -> Answer:
            visit = await self._visit(call)
            return await handed_over(visit, await work(visit))

        await place.show(await answer_of(run))

    async def _sent(self, call: Call, told: Filled) -> _Shown:
        """Return what follows a form; one that is refused comes again as it was filled in."""
        why: list[str] = []

        async def run() -> Answer:
            visit = await self._visit(call, told)
            try:
                work = self._routes.sent.get(visit.wish.action, _gone)
                return await handed_over(visit, await work(visit))
            except EarmarkError as error:
                why.append(str(error))
                raise

        answer = await answer_of(run)
        if why:
            again = refused(call.body["view"], why[0], command=self.command)
            return _Shown(view=again, taken=False)
        return _Shown(view=shown_view(answer, command=self.command), taken=True)

    async def _window(self, call: Call) -> Window | None:
        """Return the modal in which a press is answered: the same one, or a new one on top."""
        body, carried = call.body, call.carried
        in_modal = (body.get("view") or {}).get("type") == MODAL
        if in_modal and (carried is None or carried.action not in self._routes.stacked):
            return pressed(body, call.client, command=self.command)
        return await opened(body, call.client, command=self.command)

    def _work(self, carried: CustomId) -> Work:
        return self._routes.pressed.get(carried.action, _gone)

    async def _refresh_card(self, call: Call) -> None:
        """Bring the review card up to date that lies at the bottom, under what was answered."""
        view, carried = call.body["view"], call.carried
        root = view.get("root_view_id")
        if carried is None or carried.action not in self._routes.cards:
            return
        if root in {view["id"], view.get("previous_view_id")}:
            return
        card = Window(client=call.client, view_id=str(root), command=self.command)
        await self._answer(self._routes.pressed["open"], card, call)

    async def _visit(self, call: Call, form: Filled | None = None) -> Visit:
        return await self.reception.visit(
            call.body, call.context, call.client, carried=call.carried, form=form
        )

    def _whisper(self, body: Body, *, replace: bool = False) -> Whisper:
        return Whisper(url=str(body["response_url"]), command=self.command, replace=replace)


def _is_ephemeral(body: Body) -> bool:
    return bool((body.get("container") or {}).get("is_ephemeral"))


def _patience(key: str) -> str:
    """Return the name of the view that stands for an answer which is not there yet."""
    return f"earmark:{key}"


def _acknowledged(shown: _Shown | None, *, closes: bool, patience: str) -> dict[str, Any]:
    """Return what Slack does with a form: shows what follows, asks for patience, or closes it.

    It `closes` where something lies below it and nothing is left to be filled in.
    """
    if shown is not None and shown.taken and closes:
        return {}
    view = loading(patience) if shown is None else shown.view
    return {"response_action": "update", "view": view}


async def _gone(visit: Visit) -> Answer:
    del visit
    return replies.sentence(OLD_BUTTON_TEXT)
