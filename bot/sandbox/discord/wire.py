"""Discord's JSON for people, servers, channels and roles."""

from datetime import datetime

from bot.sandbox.discord.world import (
    DIRECT,
    Channel,
    Guild,
    Json,
    Member,
    Role,
    User,
    World,
)

_NO_COLOURS = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}


def stamp(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def user_json(user: User) -> Json:
    return {
        "id": str(user.id),
        "username": user.name.lower().replace(" ", "_"),
        "global_name": None if user.bot else user.name,
        "discriminator": "0001" if user.bot else "0",
        "avatar": None,
        "bot": user.bot,
        "system": False,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "banner": None,
        "accent_color": None,
    }


def own_user_json(user: User) -> Json:
    """Return the bot's own account as only the bot sees it."""
    return {
        **user_json(user),
        "mfa_enabled": False,
        "locale": "en-US",
        "verified": True,
        "email": None,
    }


def role_json(role: Role) -> Json:
    payload: Json = {
        "id": str(role.id),
        "name": role.name,
        "description": None,
        "permissions": str(int(role.permissions)),
        "position": role.position,
        "color": 0,
        "colors": _NO_COLOURS,
        "hoist": False,
        "managed": role.bot_id is not None,
        "mentionable": role.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    return payload if role.bot_id is None else payload | {"tags": {"bot_id": str(role.bot_id)}}


def member_json(member: Member, *, with_user: bool = True) -> Json:
    payload: Json = {
        "roles": [str(role) for role in member.roles],
        "nick": member.nick,
        "avatar": None,
        "banner": None,
        "joined_at": stamp(member.joined_at),
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "flags": 0,
        "mute": False,
        "deaf": False,
    }
    return {**payload, "user": user_json(member.user)} if with_user else payload


def channel_json(world: World, channel: Channel) -> Json:
    """Return a channel of any kind."""
    if channel.kind == DIRECT:
        return _direct_json(world, channel)
    last = max(world.messages[channel.id], default=None)
    payload: Json = {
        "id": str(channel.id),
        "type": channel.kind,
        "flags": 0,
        "guild_id": str(channel.guild_id),
        "name": channel.name,
        "last_message_id": None if last is None else str(last),
        "rate_limit_per_user": 0,
    }
    if channel.is_thread:
        return payload | _thread_json(world, channel)
    return payload | {
        "position": channel.position,
        "topic": channel.topic,
        "nsfw": False,
        "parent_id": None,
        "permission_overwrites": [
            {
                "id": str(each.id),
                "type": int(each.is_member),
                "allow": str(int(each.allow)),
                "deny": str(int(each.deny)),
            }
            for each in channel.overwrites
        ],
    }


def _direct_json(world: World, channel: Channel) -> Json:
    last = max(world.messages[channel.id], default=None)
    return {
        "id": str(channel.id),
        "type": DIRECT,
        "flags": 0,
        "last_message_id": None if last is None else str(last),
        "recipients": [user_json(world.users[channel.recipient_id or 0])],
    }


def _thread_json(world: World, thread: Channel) -> Json:
    said = len(world.messages[thread.id])
    return {
        "parent_id": str(thread.parent_id),
        "owner_id": str(thread.owner_id),
        "message_count": said,
        "total_message_sent": said,
        "member_count": len(thread.members),
        "thread_metadata": {
            "archived": thread.archived,
            "archive_timestamp": stamp(thread.created),
            "auto_archive_duration": thread.auto_archive_minutes,
            "locked": thread.locked,
            "create_timestamp": stamp(thread.created),
        },
    }


def guild_json(guild: Guild) -> Json:
    """Return a server as `GET /guilds/…` does."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner_id),
        "roles": [role_json(role) for role in guild.roles.values()],
        "preferred_locale": guild.locale,
        **dict.fromkeys(
            (
                "icon",
                "description",
                "home_header",
                "splash",
                "discovery_splash",
                "banner",
                "application_id",
                "afk_channel_id",
                "system_channel_id",
                "widget_channel_id",
                "vanity_url_code",
                "rules_channel_id",
                "safety_alerts_channel_id",
                "public_updates_channel_id",
                "incidents_data",
            )
        ),
        "features": [],
        "emojis": [],
        "stickers": [],
        "region": "deprecated",
        "afk_timeout": 300,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "verification_level": 0,
        "default_message_notifications": 1,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
    }


def guild_create_json(world: World, guild: Guild) -> Json:
    """Return a server as the event GUILD_CREATE tells of it to a bot."""
    channels = [channel_json(world, each) for each in world.in_guild(guild) if not each.is_thread]
    threads = [
        channel_json(world, each)
        for each in world.in_guild(guild)
        if each.is_thread and not each.archived
    ]
    own = guild.members[world.app.id]
    return {
        **guild_json(guild),
        "joined_at": stamp(own.joined_at),
        "large": False,
        "hub_type": None,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [member_json(own)],
        "channels": channels,
        "threads": threads,
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }
