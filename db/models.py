"""Every table and every choice, to import from one place; each is explained where it is made."""

from db.status import Status
from db.tables.base import Base
from db.tables.people import Block, Identity, JoinCode, Member, Workspace, WorkspaceAccount
from db.tables.playlists import Playlist, PlaylistCurator, PlaylistRole
from db.tables.services import CachedReply, ServiceBlock, ServiceCall
from db.tables.submissions import Decision, Event, Exposure, Submission, Vote
from db.tables.tracks import Score, Track
from db.tables.workspace import OutboxMessage, Secret, WorkspaceSetting
from db.types import (
    AiPolicy,
    AiUse,
    Answer,
    BlockKind,
    CodePurpose,
    EventKind,
    Level,
    Platform,
    Role,
)

__all__ = [
    "AiPolicy",
    "AiUse",
    "Answer",
    "Base",
    "Block",
    "BlockKind",
    "CachedReply",
    "CodePurpose",
    "Decision",
    "Event",
    "EventKind",
    "Exposure",
    "Identity",
    "JoinCode",
    "Level",
    "Member",
    "OutboxMessage",
    "Platform",
    "Playlist",
    "PlaylistCurator",
    "PlaylistRole",
    "Role",
    "Score",
    "Secret",
    "ServiceBlock",
    "ServiceCall",
    "Status",
    "Submission",
    "Track",
    "Vote",
    "Workspace",
    "WorkspaceAccount",
    "WorkspaceSetting",
]
