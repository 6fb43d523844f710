"""What each method of the Web API needs, as its page in Slack's documentation says."""

from collections.abc import Mapping
from typing import Final

# One of these scopes is enough.
SCOPES: Final[Mapping[str, tuple[str, ...]]] = {
    "bookmarks.add": ("bookmarks:write",),
    "bookmarks.edit": ("bookmarks:write",),
    "bookmarks.list": ("bookmarks:read",),
    "bookmarks.remove": ("bookmarks:write",),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.unfurl": ("links:write",),
    "chat.update": ("chat:write",),
    "conversations.join": ("channels:join",),
    "conversations.open": ("im:write",),
    "files.completeUploadExternal": ("files:write",),
    "files.delete": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.info": ("files:read",),
    "pins.add": ("pins:write",),
    "pins.remove": ("pins:write",),
    "team.info": ("team:read",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "users.info": ("users:read",),
}
# These need the scope that goes with the kind of the channel.
READS_CHANNELS: Final = frozenset(
    {"conversations.info", "conversations.list", "conversations.members", "users.conversations"}
)
READ_SCOPES: Final = ("channels:read", "groups:read", "im:read")
# What an event needs to be heard at all.
EVENT_SCOPES: Final[Mapping[str, str]] = {
    "app_mention": "app_mentions:read",
    "link_shared": "links:read",
    "member_joined_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message_metadata_posted": "metadata.message:read",
}
# Nothing that an app does here goes by these two: they are refused, and noted.
FORBIDDEN: Final = frozenset({"conversations.history", "conversations.replies"})


def everything() -> set[str]:
    """Return all scopes that anything here needs."""
    methods = {scope for scopes in SCOPES.values() for scope in scopes}
    return {*methods, *READ_SCOPES, *EVENT_SCOPES.values(), "commands"}
