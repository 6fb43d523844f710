"""The payloads of commands, shortcuts, presses and views, as Slack sends them."""

import re
from dataclasses import dataclass

from bot.sandbox.slack.core import Core
from bot.sandbox.slack.filling import initial_state
from bot.sandbox.slack.posting import linked
from bot.sandbox.slack.seen import Element
from bot.sandbox.slack.triggers import ResponseUrls, Triggers
from bot.sandbox.slack.wire import epoch, message_json, view_json
from bot.sandbox.slack.world import Json, SlackChannel, SlackMessage, SlackUser, Team, View

_TOKEN = "verification-token"  # noqa: S105 - Slack's old way; nobody goes by it


@dataclass(frozen=True, slots=True, kw_only=True)
class Payloads:
    """Makes payloads, with the trigger and the response_url that belong to each deed."""

    core: Core
    triggers: Triggers
    urls: ResponseUrls

    def command(
        self, user: SlackUser, team: Team, channel: SlackChannel, *, name: str, text: str
    ) -> Json:
        payload = {
            "token": _TOKEN,
            "team_id": team.id,
            "team_domain": team.domain,
            "channel_id": channel.id,
            "channel_name": channel_name(channel),
            "user_id": user.id,
            "user_name": user.name.lower(),
            "command": name,
            "text": self._escaped(text) if name in self.core.config.escaped else text,
            "api_app_id": self.core.config.id,
            "is_enterprise_install": "false",
            "response_url": self.urls.make(user, team, channel),
            "trigger_id": self.triggers.make(user, team),
        }
        self.core.check_payload("command", payload)
        return payload

    def _escaped(self, text: str) -> str:
        """Return what was typed after a command with the ids of what it names."""
        world = self.core.world
        for user in world.users.values():
            name = user.name.lower()
            text = re.sub(
                rf"@{re.escape(name)}\b", f"<@{user.id}|{name}>", text, flags=re.IGNORECASE
            )
        for channel in world.channels.values():
            if channel.user is None:
                whole = f"<#{channel.id}|{channel.name}>"
                text = re.sub(rf"#{re.escape(channel.name)}\b", whole, text)
        return linked(text)

    def shortcut(self, user: SlackUser, team: Team, callback_id: str) -> Json:
        return self._common(user, team, "shortcut") | {
            "action_ts": epoch(self.core.clock()),
            "callback_id": callback_id,
            "trigger_id": self.triggers.make(user, team),
        }

    def message_shortcut(
        self, user: SlackUser, team: Team, callback_id: str, message: SlackMessage
    ) -> Json:
        channel = self.core.world.channels[message.channel]
        return self._common(user, team, "message_action") | {
            "action_ts": epoch(self.core.clock()),
            "callback_id": callback_id,
            "trigger_id": self.triggers.make(user, team),
            "response_url": self.urls.make(user, team, channel, message=message),
            "message_ts": message.ts,
            "channel": {"id": channel.id, "name": channel_name(channel)},
            "message": message_json(self.core.world, message, self.core.url),
        }

    def action_in_message(
        self, user: SlackUser, team: Team, message: SlackMessage, element: Element, chosen: Json
    ) -> Json:
        channel = self.core.world.channels[message.channel]
        state = initial_state(message.blocks)
        if element.key in state:
            state[element.key] = chosen
        payload = self._common(user, team, "block_actions") | {
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": channel.id,
                "is_ephemeral": message.ephemeral_to is not None,
            },
            "trigger_id": self.triggers.make(user, team),
            "channel": {"id": channel.id, "name": channel_name(channel)},
            "state": {"values": _nested(state)},
            "response_url": self.urls.make(user, team, channel, message=message),
            "actions": [self._action(element, chosen)],
        }
        if message.ephemeral_to is None:
            # Slack shows an app no more of an ephemeral message than its place.
            payload["message"] = message_json(self.core.world, message, self.core.url)
        self.core.check_payload("block_actions", payload)
        return payload

    def action_in_view(
        self, user: SlackUser, team: Team, view: View, element: Element, chosen: Json
    ) -> Json:
        in_modal = view.kind == "modal"
        payload = self._common(user, team, "block_actions") | {
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self.triggers.make(user, team, in_modal=in_modal),
            "view": view_json(view, team, self.core.config),
            "actions": [self._action(element, chosen)],
        }
        self.core.check_payload("block_actions", payload)
        return payload

    def submission(self, user: SlackUser, team: Team, view: View) -> Json:
        payload = self._common(user, team, "view_submission") | {
            "trigger_id": self.triggers.make(user, team, in_modal=True),
            "view": view_json(view, team, self.core.config),
            "response_urls": [],
        }
        self.core.check_payload("view_submission", payload)
        return payload

    def closed(self, user: SlackUser, team: Team, view: View, *, cleared: bool) -> Json:
        return self._common(user, team, "view_closed") | {
            "view": view_json(view, team, self.core.config),
            "is_cleared": cleared,
        }

    def _common(self, user: SlackUser, team: Team, kind: str) -> Json:
        name = user.name.lower()
        return {
            "type": kind,
            "user": {
                "id": user.id,
                "username": name,
                "name": name,
                "team_id": user.team_id,
            },
            "api_app_id": self.core.config.id,
            "token": _TOKEN,
            "team": {"id": team.id, "domain": team.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _action(self, element: Element, chosen: Json) -> Json:
        action = {
            "type": element.kind,
            "action_id": element.action_id,
            "block_id": element.block_id,
            "action_ts": epoch(self.core.clock()),
        }
        for key in ("text", "value", "url", "placeholder", "initial_option"):
            if key in element.json:
                action[key] = element.json[key]
        return action | chosen


def channel_name(channel: SlackChannel) -> str:
    return "directmessage" if channel.user is not None else channel.name


def _nested(state: dict[tuple[str, str], Json]) -> Json:
    values: Json = {}
    for (block_id, action_id), value in state.items():
        values.setdefault(block_id, {})[action_id] = value
    return values
