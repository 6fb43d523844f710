"""Every table and every choice, to import from one place; each is explained where it is made."""

from db.status import Status
from db.tables.base import Base
from db.tables.people import Identity, Member, Workspace
from db.tables.playlists import Playlist, PlaylistCurator
from db.tables.services import CachedReply, ServiceBlock, ServiceCall
from db.tables.submissions import Decision, Event, Exposure, Submission, Vote
from db.tables.tracks import Score, Track
from db.tables.workspace import OutboxMessage, Secret, WorkspaceSetting
from db.types import AiPolicy, AiUse, Answer, EventKind, Level, Platform, Role

__all__ = [
    "AiPolicy",
    "AiUse",
    "Answer",
    "Base",
    "CachedReply",
    "Decision",
    "Event",
    "EventKind",
    "Exposure",
    "Identity",
    "Level",
    "Member",
    "OutboxMessage",
    "Platform",
    "Playlist",
    "PlaylistCurator",
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
    "WorkspaceSetting",
]
