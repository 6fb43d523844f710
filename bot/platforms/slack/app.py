"""What makes any Bolt app an Earmark: commands, shortcuts, buttons, modals, events."""

from datetime import datetime

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat import artist_work
from bot.chat.drafts import Draft
from bot.platforms.slack import offers
from bot.platforms.slack.events import Events, Gone, Saw
from bot.platforms.slack.front import Ack, Call, Front
from bot.platforms.slack.reception import Body, Reception, key_of
from bot.platforms.slack.routes import ROUTES
from bot.platforms.slack.routing import FormMaker
from bot.platforms.slack.text import COMMAND
from bot.workflow.desk import Desk
from db.outbox import Box

SUBMIT_SHORTCUT = "earmark_submit"
SEND_SHORTCUT = "earmark_send"


def register(
    app: AsyncApp,
    desk: Desk,
    *,
    command: str = COMMAND,
    saw: Saw | None = None,
    gone: Gone | None = None,
) -> Front:
    """Let a Bolt app that runs already be an Earmark, too; its own listeners stay as they are.

    `saw` is told of messages of ours that stand in the chat, `gone` of a team that has removed the
    app. The desk stays its opener's to close.
    """
    front = Front(Reception(desk), ROUTES, command=command)
    front.add_to(app)
    _Shortcuts(front).add_to(app)
    Events(front, saw=saw or _unseen, gone=_forgotten(front, gone)).add_to(app)
    return front


class _Shortcuts:
    """Two ways into the form that need no command."""

    def __init__(self, front: Front) -> None:
        self._front = front

    def add_to(self, app: AsyncApp) -> None:
        app.shortcut(SUBMIT_SHORTCUT)(self.submit)
        app.shortcut(SEND_SHORTCUT)(self.send)

    async def submit(
        self, ack: Ack, body: Body, context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        """Open the empty form."""
        call = Call(body=body, context=context, client=client)
        await self._open(lambda visit: artist_work.new_form(visit, Draft()), ack, call)

    async def send(
        self, ack: Ack, body: Body, context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        """Open the form with the link, or the file, that a message holds."""
        call = Call(body=body, context=context, client=client)
        await self._open(lambda visit: offers.form_for(visit, body["message"]), ack, call)

    async def _open(self, make: FormMaker, ack: Ack, call: Call) -> None:
        await ack()
        if self._front.reception.first_time(key_of(call.body)):
            await self._front.open_form(make, call)


async def _unseen(*, box: Box, nonce: str, message_id: str) -> None:
    """Do nothing: the host sends no messages of ours."""
    del box, nonce, message_id


def _forgotten(front: Front, then: Gone | None) -> Gone:
    async def gone(team_id: str, *, at: datetime) -> None:
        front.reception.directory.forget(team_id)
        if then is not None:
            await then(team_id, at=at)

    return gone
