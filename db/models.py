"""Every table and every choice, to import from one place; each is explained where it is made."""

from db.status import Status
from db.tables.base import Base
from db.tables.curation import Pin, Reminder, Thread, WeekDigest
from db.tables.people import Block, Identity, JoinCode, Member, Workspace, WorkspaceAccount
from db.tables.playlists import Playlist, PlaylistCurator, PlaylistRole
from db.tables.seeds import Seed
from db.tables.services import CachedReply, ServiceBlock, ServiceCall, SpooledFile
from db.tables.submissions import Decision, DraftFile, Event, Exposure, Submission, Vote
from db.tables.tracks import Score, Track
from db.tables.workers import Lease, Worker
from db.tables.workspace import Mailbox, OutboxMessage, Post, Secret, WorkspaceSetting
from db.types import (
    AiPolicy,
    AiUse,
    Answer,
    BlockKind,
    CodePurpose,
    Delivery,
    DigestOutcome,
    EventKind,
    Level,
    Platform,
    Role,
    Welcome,
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
    "Delivery",
    "DigestOutcome",
    "DraftFile",
    "Event",
    "EventKind",
    "Exposure",
    "Identity",
    "JoinCode",
    "Lease",
    "Level",
    "Mailbox",
    "Member",
    "OutboxMessage",
    "Pin",
    "Platform",
    "Playlist",
    "PlaylistCurator",
    "PlaylistRole",
    "Post",
    "Reminder",
    "Role",
    "Score",
    "Secret",
    "Seed",
    "ServiceBlock",
    "ServiceCall",
    "SpooledFile",
    "Status",
    "Submission",
    "Thread",
    "Track",
    "Vote",
    "WeekDigest",
    "Welcome",
    "Worker",
    "Workspace",
    "WorkspaceAccount",
    "WorkspaceSetting",
]
