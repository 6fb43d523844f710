"""What becomes of a message: checked, kept, changed and told to the app."""

import re
from typing import Final

from bot.sandbox.slack.blocks import block_problems
from bot.sandbox.slack.core import Core, Event, Refusal
from bot.sandbox.slack.seen import numbered
from bot.sandbox.slack.wire import message_json
from bot.sandbox.slack.world import (
    Json,
    SlackChannel,
    SlackFile,
    SlackMessage,
    SlackUser,
    Team,
)

_TEXT: Final = 40_000
_LINK: Final = re.compile(r"<(https?://([^/|>\s]+)[^|>\s]*)(?:\|[^>]*)?>")
_BARE_LINK: Final = re.compile(r"(?<![<|\"])https?://[^\s<>]+")


def check_content(core: Core, said: Json) -> None:
    """Refuse a message that says nothing, or that breaks a rule of Slack's."""
    check_blocks(core, said.get("blocks") or [])
    if not said.get("text") and not said.get("blocks"):
        raise Refusal("no_text")
    if len(str(said.get("text") or "")) > _TEXT:
        core.note(["the text of a message is too long"])
        raise Refusal("msg_too_long")
    metadata = said.get("metadata")
    if metadata and not _good_metadata(metadata):
        core.note([f"metadata without event_type and event_payload: {metadata!r}"])
        raise Refusal("invalid_metadata_format")


def check_blocks(core: Core, blocks: object) -> None:
    if not isinstance(blocks, list) or not all(isinstance(each, dict) for each in blocks):
        core.note(["blocks are no list of objects"])
        raise Refusal("invalid_blocks_format")
    problems = list(block_problems(blocks))
    if core.contract is not None:
        problems += core.contract.block_problems(blocks)
    if core.note(problems):
        told = {"messages": [f"[ERROR] {problem}" for problem in problems]}
        raise Refusal("invalid_blocks", errors=problems, response_metadata=told)


def _good_metadata(said: object) -> bool:
    return (
        isinstance(said, dict)
        and isinstance(said.get("event_type"), str)
        and isinstance(said.get("event_payload"), dict)
    )


def post_as_app(
    core: Core,
    team: Team,
    channel: SlackChannel,
    said: Json,
    *,
    ephemeral_to: str | None = None,
    files: list[SlackFile] | None = None,
) -> SlackMessage:
    """Put a message of the app's there, whose content has been checked."""
    world = core.world
    message = SlackMessage(
        channel=channel.id,
        ts=world.next_ts(),
        user_id=team.bot_user_id,
        texts=[str(said.get("text") or "")],
        blocks=numbered(said.get("blocks") or [], world.serial),
        metadata=said.get("metadata") or {},
        by_app=True,
        thread_ts=said.get("thread_ts") or None,
        ephemeral_to=ephemeral_to,
        files=files or [],
    )
    if ephemeral_to is not None:
        world.ephemerals.append(message)
        core.changed(message)
        return message
    _keep(core, team, channel, message)
    if message.metadata:
        payload = _metadata_posted(core, team, message)
        core.publish(Event(team=team, name="message_metadata_posted", payload=payload))
    return message


def linked(text: str) -> str:
    """Return what a person has typed, with what looks like a link in angle brackets."""
    return _BARE_LINK.sub(lambda found: f"<{found[0]}>", text)


def post_as_user(
    core: Core,
    team: Team,
    channel: SlackChannel,
    *,
    user: SlackUser,
    text: str,
    files: list[SlackFile],
    thread_ts: str | None = None,
) -> SlackMessage:
    """Let a person write; Slack puts what looks like a link into angle brackets."""
    message = SlackMessage(
        channel=channel.id,
        ts=core.world.next_ts(),
        user_id=user.id,
        texts=[linked(text)],
        blocks=[],
        thread_ts=thread_ts,
        files=files,
        subtype="file_share" if files else None,
    )
    for file in files:
        file.channels.append(channel.id)
    _keep(core, team, channel, message)
    mention = f"<@{team.bot_user_id}>"
    if mention in message.text and channel.user is None and channel.member:
        payload = _event_json(core, channel, message) | {"type": "app_mention"}
        for key in ("subtype", "channel_type"):
            payload.pop(key, None)
        core.publish(Event(team=team, name="app_mention", payload=payload))
    _tell_links(core, team, channel, message)
    return message


def change(core: Core, message: SlackMessage, said: Json) -> None:
    """Replace what a message says; the content has been checked."""
    before = _shown(core, message)
    message.texts.append(str(said.get("text") or ""))
    if "blocks" in said or not said.get("text"):
        message.blocks = numbered(said.get("blocks") or [], core.world.next())
    elif said.get("text"):
        # A text alone takes the blocks away.
        message.blocks = []
    if said.get("metadata"):
        message.metadata = said["metadata"]
    core.changed(message)
    after = {"message": _shown(core, message), "previous_message": before}
    _tell_changed(core, message, {"subtype": "message_changed"} | after)


def delete(core: Core, message: SlackMessage) -> None:
    world = core.world
    before = _shown(core, message)
    message.gone = True
    if message.ephemeral_to is None:
        del world.messages[message.channel, message.ts]
        world.deleted.append(message)
    else:
        world.ephemerals.remove(message)
    core.changed(message)
    told = {"subtype": "message_deleted", "deleted_ts": message.ts, "previous_message": before}
    _tell_changed(core, message, told)


def _shown(core: Core, message: SlackMessage) -> Json:
    return message_json(core.world, message, core.url)


def _tell_changed(core: Core, message: SlackMessage, told: Json) -> None:
    """Tell the app of a change in a channel, its own changes too, as Slack does."""
    channel = core.world.channels[message.channel]
    if message.ephemeral_to is not None or not channel.member:
        return
    ts = core.world.next_ts()
    payload = {
        "type": "message",
        "hidden": True,
        "channel": channel.id,
        "channel_type": _channel_type(channel),
        "ts": ts,
        "event_ts": ts,
    }
    team = core.world.teams[channel.team_id]
    core.publish(Event(team=team, name=_event_name(channel), payload=payload | told))


def _keep(core: Core, team: Team, channel: SlackChannel, message: SlackMessage) -> None:
    core.world.messages[channel.id, message.ts] = message
    core.changed(message)
    if channel.member:
        payload = _event_json(core, channel, message)
        external = bool(channel.shared_with)
        core.publish(
            Event(team=team, name=_event_name(channel), payload=payload, external=external)
        )


def _event_name(channel: SlackChannel) -> str:
    kind = {"im": "im", "group": "groups", "channel": "channels"}[_channel_type(channel)]
    return f"message.{kind}"


def _channel_type(channel: SlackChannel) -> str:
    if channel.user is not None:
        return "im"
    return "group" if channel.private else "channel"


def _event_json(core: Core, channel: SlackChannel, message: SlackMessage) -> Json:
    payload = message_json(core.world, message, core.url) | {
        "channel": channel.id,
        "channel_type": _channel_type(channel),
        "event_ts": message.ts,
    }
    author = core.world.users.get(message.user_id)
    if author is not None and author.team_id != channel.team_id:
        payload |= {"user_team": author.team_id, "source_team": author.team_id}
    return payload


def _metadata_posted(core: Core, team: Team, message: SlackMessage) -> Json:
    return {
        "type": "message_metadata_posted",
        "app_id": core.config.id,
        "bot_id": team.bot_id,
        "user_id": team.bot_user_id,
        "team_id": team.id,
        "channel_id": message.channel,
        "metadata": message.metadata,
        "message_ts": message.ts,
        "event_ts": message.ts,
    }


def _tell_links(core: Core, team: Team, channel: SlackChannel, message: SlackMessage) -> None:
    found = _LINK.findall(message.text)
    if not core.config.unfurls(domain for _, domain in found):
        return
    payload = {
        "type": "link_shared",
        "channel": channel.id,
        "user": message.user_id,
        "message_ts": message.ts,
        "is_bot_user_member": channel.member,
        "unfurl_id": f"{channel.id}.{message.ts}",
        "source": "conversations_history",
        "links": [
            {"url": url, "domain": domain} for url, domain in found if domain in core.config.domains
        ],
        "event_ts": message.ts,
    }
    core.publish(Event(team=team, name="link_shared", payload=payload))
