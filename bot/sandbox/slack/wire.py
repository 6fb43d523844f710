"""Slack's JSON of people, channels, messages, files and views."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.sandbox.slack.config import AppConfig
from bot.sandbox.slack.world import (
    Json,
    SlackChannel,
    SlackFile,
    SlackMessage,
    SlackUser,
    Team,
    View,
    World,
)


def user_json(user: SlackUser, *, seen_from: Team, now: datetime) -> Json:
    """Return a person as `users.info` shows them to an app of the team `seen_from`."""
    offset = now.astimezone(ZoneInfo(user.tz)).utcoffset()
    return {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name.lower(),
        "deleted": not user.present,
        "real_name": user.name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
        "locale": user.locale,
        "profile": {
            "real_name": user.name,
            "real_name_normalized": user.name,
            "display_name": user.name,
            "display_name_normalized": user.name,
            "team": user.team_id,
        },
        "is_admin": user.admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.restricted or user.ultra_restricted,
        "is_ultra_restricted": user.ultra_restricted,
        "is_bot": user.bot,
        "is_app_user": False,
        # Somebody of another team, met by Slack Connect.
        "is_stranger": user.team_id != seen_from.id,
        "updated": 0,
    }


def channel_json(channel: SlackChannel) -> Json:
    if channel.user is not None:
        return {
            "id": channel.id,
            "created": 0,
            "is_im": True,
            "is_archived": channel.archived,
            "is_org_shared": False,
            "user": channel.user,
            "context_team_id": channel.team_id,
        }
    shared = sorted({channel.team_id, *channel.shared_with})
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "created": 0,
        "is_channel": not channel.private,
        "is_group": channel.private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_general": False,
        "is_member": channel.member,
        "is_shared": bool(channel.shared_with),
        "is_ext_shared": bool(channel.shared_with),
        "is_org_shared": False,
        "context_team_id": channel.team_id,
        "shared_team_ids": shared,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def file_json(file: SlackFile, base: str) -> Json:
    """Return a file; `base` is the address of the stand-in."""
    private = f"{base}/files-pri/{file.team_id}-{file.id}"
    kind = file.name.rpartition(".")[2].lower()
    return {
        "id": file.id,
        "created": int(file.created.timestamp()),
        "timestamp": int(file.created.timestamp()),
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": kind,
        "pretty_type": kind.upper(),
        "user": file.user_id,
        "user_team": file.team_id,
        "editable": False,
        "size": file.size,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": False,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "file_access": "visible",
        "url_private": f"{private}/{file.name}",
        "url_private_download": f"{private}/download/{file.name}",
        "permalink": f"{base}/files/{file.user_id}/{file.id}/{file.name}",
        "channels": list(file.channels),
        "groups": [],
        "ims": [],
        "comments_count": 0,
    }


def message_json(world: World, message: SlackMessage, base: str) -> Json:
    """Return a message as the app sees it in answers, events and payloads."""
    author = world.users.get(message.user_id)
    team_id = world.channels[message.channel].team_id
    shown: Json = {
        "type": "message",
        "user": message.user_id,
        "team": team_id if author is None else author.team_id,
        "ts": message.ts,
        "text": message.text,
    }
    if message.blocks:
        shown["blocks"] = message.blocks
    if message.by_app:
        shown["bot_id"] = world.teams[team_id].bot_id
    for key, value in (("subtype", message.subtype), ("thread_ts", message.thread_ts)):
        if value is not None:
            shown[key] = value
    if message.files:
        shown["files"] = [file_json(file, base) for file in message.files]
        shown["upload"] = False
    if message.metadata:
        shown["metadata"] = message.metadata
    return shown


def view_json(view: View, team: Team, config: AppConfig) -> Json:
    """Return a view as answers and payloads show it, with what has been filled in."""
    said = view.said
    values: Json = {}
    for (block_id, action_id), value in view.state.items():
        values.setdefault(block_id, {})[action_id] = value
    return {
        "id": view.id,
        "team_id": view.team_id,
        "type": view.kind,
        "blocks": view.blocks,
        "private_metadata": said.get("private_metadata") or "",
        "callback_id": said.get("callback_id") or "",
        "state": {"values": values},
        "hash": view.hash,
        "title": said.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "clear_on_close": bool(said.get("clear_on_close")),
        "notify_on_close": bool(said.get("notify_on_close")),
        "close": said.get("close"),
        "submit": said.get("submit"),
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": config.id,
        "external_id": said.get("external_id") or "",
        "app_installed_team_id": team.id,
        "bot_id": team.bot_id,
    }


def epoch(moment: datetime) -> str:
    """Return a time as Slack writes one in an `action_ts`."""
    return f"{moment.astimezone(UTC).timestamp():.6f}"
