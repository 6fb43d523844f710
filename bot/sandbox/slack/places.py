"""The Web API's `conversations.*`, `users.*`, `usergroups.*` and `team.*`."""

from collections.abc import Callable

from bot.sandbox.slack.core import Asked, Core, Refusal
from bot.sandbox.slack.wire import channel_json, user_json
from bot.sandbox.slack.world import Json, UserGroup

Method = Callable[[Core, Asked], Json]


def methods() -> dict[str, Method]:
    return {
        "conversations.open": _open,
        "conversations.info": _info,
        "conversations.members": _members,
        "conversations.join": _join,
        "conversations.list": _list,
        "users.info": _user,
        "users.conversations": _mine,
        "team.info": _team,
        "usergroups.list": _groups,
        "usergroups.users.list": _group_users,
    }


def _open(core: Core, asked: Asked) -> Json:
    user = core.world.users.get(asked.text("users"))
    if user is None:
        raise Refusal("user_not_found")
    if not user.present:
        raise Refusal("user_disabled")
    if user.bot:
        raise Refusal("cannot_dm_bot")
    return {"channel": {"id": core.world.direct(asked.team, user.id).id}}


def _info(core: Core, asked: Asked) -> Json:
    return {"channel": channel_json(core.known_channel(asked))}


def _members(core: Core, asked: Asked) -> Json:
    channel = core.known_channel(asked)
    members = set(channel.members)
    if channel.member:
        members.add(asked.team.bot_user_id)
    return {"members": sorted(members), "response_metadata": {"next_cursor": ""}}


def _join(core: Core, asked: Asked) -> Json:
    channel = core.known_channel(asked)
    if channel.private or channel.user is not None:
        raise Refusal("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refusal("is_archived")
    channel.member = True
    core.changes.happened()
    return {"channel": channel_json(channel)}


def _list(core: Core, asked: Asked) -> Json:
    return _channels(core, asked, only_mine=False)


def _mine(core: Core, asked: Asked) -> Json:
    return _channels(core, asked, only_mine=True)


def _channels(core: Core, asked: Asked, *, only_mine: bool) -> Json:
    kinds = asked.text("types") or "public_channel"
    every = [
        channel_json(each)
        for each in core.world.channels.values()
        if each.team_id == asked.team.id
        and each.user is None
        and (each.member or not (each.private or only_mine))
        and ("private_channel" if each.private else "public_channel") in kinds
        and not (each.archived and asked.flag("exclude_archived"))
    ]
    return {"channels": every, "response_metadata": {"next_cursor": ""}}


def _user(core: Core, asked: Asked) -> Json:
    user = core.world.users.get(asked.text("user"))
    if user is None:
        raise Refusal("user_not_found")
    met = any(
        user.id in channel.members and channel.team_id == asked.team.id
        for channel in core.world.channels.values()
    )
    if user.team_id != asked.team.id and not met:
        raise Refusal("user_not_found")
    return {"user": user_json(user, seen_from=asked.team, now=core.clock())}


def _groups(core: Core, asked: Asked) -> Json:
    groups = [each for each in core.world.groups.values() if each.team_id == asked.team.id]
    with_users = asked.flag("include_users")
    return {"usergroups": [_group_json(group, with_users=with_users) for group in groups]}


def _group_json(group: UserGroup, *, with_users: bool) -> Json:
    told: Json = {
        "id": group.id,
        "team_id": group.team_id,
        "is_usergroup": True,
        "is_external": False,
        "name": group.name,
        "handle": group.handle,
        "description": "",
        "date_delete": 0,
        "user_count": len(group.users),
    }
    return told | ({"users": sorted(group.users)} if with_users else {})


def _group_users(core: Core, asked: Asked) -> Json:
    group = core.world.groups.get(asked.text("usergroup"))
    if group is None or group.team_id != asked.team.id:
        raise Refusal("no_such_subteam")
    return {"users": sorted(group.users)}


def _team(_: Core, asked: Asked) -> Json:
    team = asked.team
    return {"team": {"id": team.id, "name": team.name, "domain": team.domain}}
