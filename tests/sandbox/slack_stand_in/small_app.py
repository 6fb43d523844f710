"""A stock Bolt app, small, that does each thing once that the stand-in can tell an app of."""

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackStandIn

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(label: str, action_id: str, value: str = "T-4F7K") -> Json:
    return {"type": "button", "text": plain(label), "action_id": action_id, "value": value}


def card(title: str, *buttons: Json) -> list[Json]:
    return [
        {"type": "header", "text": plain(title)},
        {"type": "actions", "block_id": "do", "elements": list(buttons)},
    ]


def modal(title: str, *blocks: Json, submit: str | None = "Send", **more: Any) -> Json:
    shown = list(blocks) or [{"type": "section", "text": plain("Loading")}]
    view = {"type": "modal", "title": plain(title), "blocks": shown, "callback_id": "form"} | more
    return view | ({"submit": plain(submit)} if submit else {})


def field(label: str, element: Json, **more: Any) -> Json:
    return (
        {"type": "input", "block_id": label.lower(), "label": plain(label)}
        | more
        | {"element": {"action_id": "value"} | element}
    )


LINK = field("Link", {"type": "url_text_input"})
NOTE = field("Note", {"type": "plain_text_input", "max_length": 200}, optional=True)
AI = field(
    "AI",
    {
        "type": "radio_buttons",
        "options": [{"text": plain(each), "value": each.lower()} for each in ("No", "Partly")],
    },
)
FILE = field("File", {"type": "file_input", "filetypes": ["mp3"], "max_files": 1}, optional=True)


def client_of(slack: SlackStandIn, *, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token=token or slack.token, base_url=slack.url, retry_handlers=[])


class SmallApp(AsyncApp):
    """What it heard is in `heard`, oldest first."""

    def __init__(self, slack: SlackStandIn) -> None:
        super().__init__(client=client_of(slack), signing_secret=slack.config.signing_secret)
        self.heard: list[Json] = []


def small_app(slack: SlackStandIn) -> SmallApp:
    """Return an app that hears of everything."""
    app = SmallApp(slack)
    for listen in (_commands, _forms, _actions, _shortcuts, _events):
        listen(app)
    return app


def _commands(app: SmallApp) -> None:
    @app.command("/earmark")
    async def command(ack: Any, body: Json, client: Any, respond: Any) -> None:
        if body["text"] == "submit":
            await ack()
            opened = await client.views_open(
                trigger_id=body["trigger_id"], view=modal("Submit", submit=None)
            )
            await client.views_update(
                view_id=opened["view"]["id"],
                hash=opened["view"]["hash"],
                view=modal("Submit", LINK, NOTE, AI, FILE, notify_on_close=True),
            )
        elif body["text"] == "queue":
            await ack()
            await respond(text="Queue", blocks=card("Queue", button("Next", "next")))
        else:
            await ack(f"There is no {body['text']!r}.")


def _forms(app: SmallApp) -> None:
    @app.view("form")
    async def form(ack: Any, body: Json, client: Any) -> None:
        values = body["view"]["state"]["values"]
        app.heard.append(values)
        if values["link"]["value"]["value"].endswith("bad"):
            await ack(response_action="errors", errors={"link": "Not a track."})
            return
        await ack()
        await client.chat_postMessage(channel=body["user"]["id"], text="Queued as T-4F7K")

    @app.view_closed("form")
    async def closed(ack: Any, body: Json) -> None:
        await ack()
        app.heard.append({"closed": body["is_cleared"]})


def _actions(app: SmallApp) -> None:
    @app.action("keep")
    async def keep(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.chat_update(
            channel=body["channel"]["id"],
            ts=body["message"]["ts"],
            text="Kept",
            blocks=[{"type": "header", "text": plain(f"Kept by {body['user']['id']}")}],
        )

    @app.action("next")
    async def next_page(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="Page 2", replace_original=True)

    @app.action("view")
    async def choose(ack: Any, body: Json, client: Any) -> None:
        await ack()
        chosen = body["actions"][0]["selected_option"]["value"]
        await client.views_publish(user_id=body["user"]["id"], view=home(f"By {chosen}"))


def _shortcuts(app: SmallApp) -> None:
    @app.shortcut("submit")
    async def shortcut(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal("Submit", LINK))

    @app.shortcut("send")
    async def send(ack: Any, body: Json, client: Any) -> None:
        await ack()
        said = body["message"]["text"]
        await client.views_open(trigger_id=body["trigger_id"], view=modal(said[:24], LINK))


def _events(app: SmallApp) -> None:
    @app.event("app_home_opened")
    async def opened(event: Json, client: Any) -> None:
        await client.views_publish(user_id=event["user"], view=home("Welcome"))

    @app.event("message")
    async def message(event: Json, body: Json, client: Any) -> None:
        if "subtype" in event:
            return
        app.heard.append({"message": event["text"], "event_id": body["event_id"]})
        if "open.spotify.com" in event["text"]:
            await client.chat_postEphemeral(
                channel=event["channel"],
                user=event["user"],
                text="Submit this?",
                blocks=card("Submit this?", button("Submit", "next")),
            )

    for name in ("app_mention", "tokens_revoked", "app_uninstalled", "link_shared"):

        @app.event(name)
        async def other(event: Json) -> None:
            app.heard.append(event)


def home(text: str) -> Json:
    options = [{"text": plain(each), "value": each.lower()} for each in ("Oldest", "Newest")]
    select = {
        "type": "static_select",
        "action_id": "view",
        "placeholder": plain("Order"),
        "options": options,
    }
    blocks = [
        {"type": "section", "text": plain(text)},
        {"type": "actions", "elements": [select, button("Start review", "next")]},
    ]
    return {"type": "home", "blocks": blocks}
