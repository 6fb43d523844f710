"""The Web API's `chat.*`, `pins.*` and `bookmarks.*`."""

from collections.abc import Callable
from typing import Final

from bot.sandbox.slack import posting
from bot.sandbox.slack.core import Asked, Core, Refusal
from bot.sandbox.slack.wire import message_json
from bot.sandbox.slack.world import Json, SlackChannel, SlackMessage

Method = Callable[[Core, Asked], Json]

PAUSE_S: Final = 1.0


class Chat:
    """`pace` is when a channel last got a message: Slack takes about one a second and channel."""

    def __init__(self) -> None:
        self._last_post: dict[str, float] = {}

    def methods(self) -> dict[str, Method]:
        return {
            "chat.postMessage": self._post,
            "chat.postEphemeral": _post_ephemeral,
            "chat.update": _update,
            "chat.delete": _delete,
            "chat.getPermalink": _permalink,
            "chat.unfurl": _unfurl,
            "pins.add": _pin,
            "pins.remove": _unpin,
            "bookmarks.add": _add_bookmark,
            "bookmarks.edit": _edit_bookmark,
            "bookmarks.list": _list_bookmarks,
            "bookmarks.remove": _remove_bookmark,
        }

    def _post(self, core: Core, asked: Asked) -> Json:
        channel = self._place(core, asked)
        if channel.user is not None and not core.takes_direct(channel.user):
            raise Refusal("messages_tab_disabled")
        thread = asked.text("thread_ts")
        if thread and (channel.id, thread) not in core.world.messages:
            raise Refusal("thread_not_found")
        self._keep_pace(core, channel)
        posting.check_content(core, asked.said)
        message = posting.post_as_app(core, asked.team, channel, asked.said)
        return {
            "channel": channel.id,
            "ts": message.ts,
            "message": message_json(core.world, message, core.url),
        }

    def _place(self, core: Core, asked: Asked) -> SlackChannel:
        """Return the channel; a person's id stands for the app's messages with them."""
        user = core.world.users.get(asked.text("channel"))
        if user is not None and user.team_id == asked.team.id:
            return core.world.direct(asked.team, user.id)
        if "chat:write.public" in asked.team.scopes:
            core.used_scopes.add("chat:write.public")
            channel = core.known_channel(asked)
            if channel.archived:
                raise Refusal("is_archived")
            return channel
        return core.channel(asked)

    def _keep_pace(self, core: Core, channel: SlackChannel) -> None:
        now = core.clock().timestamp()
        if now - self._last_post.get(channel.id, -PAUSE_S) < PAUSE_S:
            raise Refusal("ratelimited", status=429)
        self._last_post[channel.id] = now


def _post_ephemeral(core: Core, asked: Asked) -> Json:
    channel = core.channel(asked)
    user = core.world.users.get(asked.text("user"))
    if user is None or not core.world.sees(user, channel):
        raise Refusal("user_not_in_channel")
    posting.check_content(core, asked.said)
    message = posting.post_as_app(core, asked.team, channel, asked.said, ephemeral_to=user.id)
    return {"message_ts": message.ts}


def _update(core: Core, asked: Asked) -> Json:
    message = _message(core, asked)
    if not message.by_app:
        raise Refusal("cant_update_message")
    posting.check_content(core, asked.said)
    posting.change(core, message, asked.said)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": message_json(core.world, message, core.url),
    }


def _delete(core: Core, asked: Asked) -> Json:
    message = _message(core, asked)
    if not message.by_app:
        raise Refusal("cant_delete_message")
    posting.delete(core, message)
    return {"channel": message.channel, "ts": message.ts}


def _permalink(core: Core, asked: Asked) -> Json:
    message = _message(core, asked, ts="message_ts")
    link = f"https://{asked.team.domain}.slack.com/archives/{message.channel}/p"
    return {"channel": message.channel, "permalink": link + message.ts.replace(".", "")}


def _unfurl(core: Core, asked: Asked) -> Json:
    _message(core, asked)
    for unfurl in (asked.said.get("unfurls") or {}).values():
        posting.check_blocks(core, unfurl.get("blocks") or [])
    return {}


def _pin(core: Core, asked: Asked) -> Json:
    message = _message(core, asked, ts="timestamp")
    if message.pinned:
        raise Refusal("already_pinned")
    message.pinned = True
    core.changed(message)
    return {}


def _unpin(core: Core, asked: Asked) -> Json:
    message = _message(core, asked, ts="timestamp")
    if not message.pinned:
        raise Refusal("no_pin")
    message.pinned = False
    core.changed(message)
    return {}


def _message(core: Core, asked: Asked, *, ts: str = "ts") -> SlackMessage:
    channel = core.channel(asked)
    message = core.world.messages.get((channel.id, asked.text(ts)))
    if message is None:
        raise Refusal("message_not_found")
    return message


def _add_bookmark(core: Core, asked: Asked) -> Json:
    channel = core.channel(asked, "channel_id")
    bookmark = {
        "id": core.world.next_id("Bk"),
        "channel_id": channel.id,
        "title": asked.text("title"),
        "link": asked.text("link"),
        "type": asked.text("type"),
    }
    channel.bookmarks.append(bookmark)
    core.changes.happened()
    return {"bookmark": bookmark}


def _edit_bookmark(core: Core, asked: Asked) -> Json:
    bookmark = _bookmark(core, asked)
    bookmark |= {key: asked.said[key] for key in ("title", "link") if asked.said.get(key)}
    core.changes.happened()
    return {"bookmark": bookmark}


def _list_bookmarks(core: Core, asked: Asked) -> Json:
    return {"bookmarks": core.channel(asked, "channel_id").bookmarks}


def _remove_bookmark(core: Core, asked: Asked) -> Json:
    core.channel(asked, "channel_id").bookmarks.remove(_bookmark(core, asked))
    core.changes.happened()
    return {}


def _bookmark(core: Core, asked: Asked) -> Json:
    wanted = asked.text("bookmark_id")
    for bookmark in core.channel(asked, "channel_id").bookmarks:
        if bookmark["id"] == wanted:
            return bookmark
    raise Refusal("not_found")
