"""What comes with an acknowledgement: a message to a command, what becomes of a submitted view."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.sandbox.slack import posting
from bot.sandbox.slack.core import Core, Refusal
from bot.sandbox.slack.seen import elements_in
from bot.sandbox.slack.views import Views
from bot.sandbox.slack.world import Json, SlackChannel, SlackUser, Team, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Does what the app answers, and writes down what Slack would not take."""

    core: Core
    views: Views

    def to_command(self, user: SlackUser, team: Team, channel: SlackChannel, said: Json) -> None:
        if not said:
            return
        try:
            posting.check_content(self.core, said)
        except Refusal as refusal:
            self.core.note([f"the answer to a command: {refusal.code}"])
            return
        in_channel = said.get("response_type") == "in_channel"
        posting.post_as_app(
            self.core, team, channel, said, ephemeral_to=None if in_channel else user.id
        )

    def to_submission(
        self, user: SlackUser, team: Team, view: View, said: Json
    ) -> Mapping[str, str]:
        """Close, change or cover the view, and return the errors to show, by label."""
        match said.get("response_action"):
            case None:
                # The app may have closed or replaced it meanwhile.
                self.views.close(view)
            case "clear":
                self.views.close(self.core.world.stack(user.id)[0])
            case "update":
                self._change(view, said)
            case "push":
                self._cover(user, team, said)
            case "errors":
                return self._errors(view, said.get("errors") or {})
            case other:
                self.core.note([f"there is no response_action {other!r}"])
        return {}

    def _change(self, view: View, said: Json) -> None:
        try:
            checked = self.views.checked(said.get("view"), kind="modal", old=view)
        except Refusal as refusal:
            self.core.note([f"the view of an update: {refusal.code}"])
        else:
            self.views.replace(view, checked)

    def _cover(self, user: SlackUser, team: Team, said: Json) -> None:
        try:
            checked = self.views.checked(said.get("view"), kind="modal")
            self.views.put_on_top(user, team, checked)
        except Refusal as refusal:
            self.core.note([f"the view of a push: {refusal.code}"])

    def _errors(self, view: View, errors: Mapping[str, str]) -> Mapping[str, str]:
        labels = {
            each.block_id: each.label
            for each in elements_in(view.blocks)
            if each.block["type"] == "input"
        }
        if not errors:
            self.core.note(["response_action errors without errors"])
        self.core.note(
            f"an error for {block_id!r}, which is no input: {text}"
            for block_id, text in errors.items()
            if block_id not in labels
        )
        return {labels[key]: text for key, text in errors.items() if key in labels}
