"""The Web API's `views.*`: a stack of three modals, and one home tab a person."""

import secrets
from collections.abc import Callable, Iterator
from typing import Final

from bot.sandbox.slack.blocks import VIEW_BLOCKS, block_problems
from bot.sandbox.slack.core import Asked, Core, Refusal
from bot.sandbox.slack.filling import initial_state
from bot.sandbox.slack.measures import texts, too_long
from bot.sandbox.slack.seen import numbered
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.wire import view_json
from bot.sandbox.slack.world import Json, SlackUser, Team, View

STACK: Final = 3
Method = Callable[[Core, Asked], Json]


class Views:
    """Opens, pushes, changes and publishes views, and lets people close them."""

    def __init__(self, core: Core, triggers: Triggers) -> None:
        self._core = core
        self._triggers = triggers

    def methods(self) -> dict[str, Method]:
        return {
            "views.open": self._open,
            "views.push": self._push,
            "views.update": self._update,
            "views.publish": self._publish,
        }

    def _open(self, core: Core, asked: Asked) -> Json:
        trigger = self._triggers.use(asked.text("trigger_id"), asked.team)
        said = self.checked(asked.said.get("view"), kind="modal")
        for view in core.world.stack(trigger.user.id):
            view.open = False
        core.world.stack(trigger.user.id).clear()
        return self._told(self.put_on_top(trigger.user, asked.team, said), asked.team)

    def _push(self, core: Core, asked: Asked) -> Json:
        trigger = self._triggers.use(asked.text("trigger_id"), asked.team)
        if not trigger.in_modal or not core.world.stack(trigger.user.id):
            raise Refusal("invalid_trigger_id")
        said = self.checked(asked.said.get("view"), kind="modal")
        return self._told(self.put_on_top(trigger.user, asked.team, said), asked.team)

    def put_on_top(self, user: SlackUser, team: Team, said: Json) -> View:
        """Show a person another modal; the stack takes three."""
        stack = self._core.world.stack(user.id)
        if len(stack) >= STACK:
            self._core.note([f"a stack of more than {STACK} views"])
            raise Refusal("push_limit_reached")
        view = self._new(user, team, said)
        view.previous_id = stack[-1].id if stack else None
        view.root_id = stack[0].id if stack else view.id
        stack.append(view)
        self._core.changed(view)
        return view

    def _update(self, _: Core, asked: Asked) -> Json:
        view = self._found(asked)
        said = self.checked(asked.said.get("view"), kind=view.kind, old=view)
        self._same_hash(view, asked)
        self.replace(view, said)
        return self._told(view, asked.team)

    def replace(self, view: View, said: Json) -> None:
        """Change what a view shows; what is typed stays where the ids of a field stay."""
        core = self._core
        typed = view.state
        view.said = said | {"blocks": numbered(said["blocks"], core.world.next())}
        view.hash = _new_hash(core)
        fresh = initial_state(view.blocks)
        kept = {
            key: typed[key]
            for key, value in fresh.items()
            if key in typed and typed[key]["type"] == value["type"]
        }
        view.state = fresh | kept
        core.changed(view)

    def _publish(self, core: Core, asked: Asked) -> Json:
        user = core.world.users.get(asked.text("user_id"))
        if user is None or user.team_id != asked.team.id:
            raise Refusal("invalid_arguments")
        if not core.config.home:
            raise Refusal("not_enabled")
        said = self.checked(asked.said.get("view"), kind="home")
        home = core.world.homes.get((asked.team.id, user.id))
        if home is None:
            home = self._new(user, asked.team, said)
            home.root_id = home.id
            core.world.homes[asked.team.id, user.id] = home
            core.changed(home)
        else:
            self._same_hash(home, asked)
            self.replace(home, said)
        return self._told(home, asked.team)

    def checked(self, said: object, *, kind: str, old: View | None = None) -> Json:
        """Return a view that breaks no rule, or refuse it with all that is wrong.

        `old` is the view that it shall replace.
        """
        core = self._core
        if not isinstance(said, dict) or not isinstance(said.get("blocks"), list):
            core.note(["a view without blocks"])
            raise Refusal("invalid_arguments")
        problems = list(view_problems(said, kind=kind))
        if core.contract is not None:
            problems += core.contract.view_problems(said)
        if core.note(problems):
            told = {"messages": [f"[ERROR] {problem}" for problem in problems]}
            raise Refusal("invalid_arguments", response_metadata=told)
        external = said.get("external_id")
        others = (view for view in core.world.views.values() if view.open and view is not old)
        if external and any(view.said.get("external_id") == external for view in others):
            raise Refusal("duplicate_external_id")
        return said

    def team_of(self, view: View) -> Team:
        """Return the team whose app made this view."""
        return self._core.world.teams[view.app_team_id]

    def close(self, view: View) -> None:
        """Take a modal, and all above it, from a person's stack."""
        stack = self._core.world.stack(view.user_id)
        while view in stack:
            top = stack.pop()
            top.open = False
            self._core.changed(top)

    def _new(self, user: SlackUser, team: Team, said: Json) -> View:
        world = self._core.world
        blocks = numbered(said["blocks"], world.next())
        view = View(
            id=world.next_id("V"),
            team_id=user.team_id,
            app_team_id=team.id,
            user_id=user.id,
            said=said | {"blocks": blocks},
            hash=_new_hash(self._core),
            state=initial_state(blocks),
        )
        world.views[view.id] = view
        return view

    def _found(self, asked: Asked) -> View:
        external = asked.text("external_id")
        for view in self._core.world.views.values():
            named = view.id == asked.text("view_id")
            if view.open and (named or (external and view.said.get("external_id") == external)):
                return view
        raise Refusal("not_found")

    def _same_hash(self, view: View, asked: Asked) -> None:
        if asked.text("hash") not in ("", view.hash):
            raise Refusal("hash_conflict")

    def _told(self, view: View, team: Team) -> Json:
        return {"view": view_json(view, team, self._core.config)}


def view_problems(view: Json, *, kind: str) -> Iterator[str]:
    """Return what breaks a rule in a view that should be a modal or a home tab."""
    if view.get("type") != kind:
        yield f"a view of type {view.get('type')!r} where a {kind} is"
    blocks = view["blocks"]
    yield from block_problems(blocks, most=VIEW_BLOCKS, in_modal=kind == "modal")
    yield from too_long("private_metadata", view.get("private_metadata"), 3000)
    for key in ("callback_id", "external_id"):
        yield from too_long(f"a {key}", view.get(key), 255)
    parts = ("title", "submit", "close")
    if kind == "home":
        yield from (f"a home tab has no {key}" for key in parts if view.get(key))
        return
    for key in parts:
        if key == "title" or view.get(key):
            yield from texts(f"the {key} of a modal", view.get(key), 24, plain=True)
    if not blocks:
        yield "a modal without blocks"
    if any(block.get("type") == "input" for block in blocks) and not view.get("submit"):
        yield "a modal with an input needs a submit"


def _new_hash(core: Core) -> str:
    return f"{core.clock().timestamp():.0f}.{secrets.token_hex(4)}"
