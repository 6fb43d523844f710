"""Every table, to import from one place; each is explained where it is defined."""

from db.tables.base import Base
from db.tables.people import Identity, Member, Workspace
from db.tables.playlists import Playlist, PlaylistCurator
from db.tables.services import CachedReply, ServiceBlock, ServiceCall
from db.tables.submissions import Decision, Event, Exposure, Submission, Vote
from db.tables.tracks import Score, Track
from db.tables.workspace import OutboxMessage, Secret, WorkspaceSetting

__all__ = [
    "Base",
    "CachedReply",
    "Decision",
    "Event",
    "Exposure",
    "Identity",
    "Member",
    "OutboxMessage",
    "Playlist",
    "PlaylistCurator",
    "Score",
    "Secret",
    "ServiceBlock",
    "ServiceCall",
    "Submission",
    "Track",
    "Vote",
    "Workspace",
    "WorkspaceSetting",
]
