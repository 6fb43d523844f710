"""Who comes in: which team's desk, which person, with which press, command or form."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.custom_id import CustomId
from bot.chat.forms import Filled, Upload
from bot.chat.visit import Visit as AnyVisit
from bot.errors import UnusableAudioError
from bot.platforms.slack.people import Caller, Directory
from bot.workflow.desk import Desk
from bot.workflow.people import note_zone
from bot.workflow.places import desk_at
from db.models import Platform

# Slack repeats an event after a minute and after five; these are hours of a busy team.
_REMEMBERED = 10_000
_TIMEOUT = aiohttp.ClientTimeout(total=60)
_CHUNK = 64 * 1024

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(AnyVisit):
    """A visit with what only Slack has."""

    client: AsyncWebClient
    team_id: str
    zone: str | None = None
    channel_id: str | None = None


class Reception:
    """Opens the desk of the team that somebody comes from."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.directory = Directory(desk.now)
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._zones: dict[tuple[str, str], str] = {}

    def first_time(self, key: str) -> bool:
        """Return False for what was delivered before."""
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True

    async def desk_of(self, team_id: str, name: str = "") -> Desk:
        return await desk_at(
            self.desk, platform=Platform.SLACK, external_id=team_id, name=name or team_id
        )

    async def visit(
        self,
        body: Body,
        context: AsyncBoltContext,
        client: AsyncWebClient,
        *,
        carried: CustomId | None = None,
        form: Filled | None = None,
    ) -> Visit:
        """Return the visit that one of Slack's payloads stands for."""
        team_id, user_id = str(context.team_id), str(context.user_id)
        caller = await self.directory.caller(client, team_id, user_id)
        team = body.get("team") or {}
        desk = await self.desk_of(team_id, str(team.get("domain") or body.get("team_domain") or ""))
        await self._note_zone(desk, team_id, caller)
        return Visit(
            desk=desk,
            person=caller.person,
            key=key_of(body),
            fetch=Download(client.token or ""),
            carried=carried,
            values=_values(body.get("actions") or ()),
            filled=form,
            told=_told(body),
            roomy=True,
            client=client,
            team_id=team_id,
            zone=caller.zone,
            channel_id=context.channel_id,
        )

    async def _note_zone(self, desk: Desk, team_id: str, caller: Caller) -> None:
        """Keep where somebody is, once it is known that they are somebody."""
        whose, zone = (team_id, caller.person.external_id), caller.zone
        if zone is None or self._zones.get(whose) == zone:
            return
        async with desk.sessions.begin() as session:
            if await note_zone(
                session, workspace_id=desk.workspace_id, person=caller.person, zone=zone
            ):
                self._zones[whose] = zone


def key_of(body: Body) -> str:
    """Return what is the same when Slack delivers the same thing again."""
    return f"slack:{body.get('event_id') or body.get('trigger_id') or ''}"


class Download:
    """Fetches a file that somebody sent; Slack hands it out to who has the app's token."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def __call__(self, upload: Upload, *, max_bytes: int) -> bytes:
        if upload.size > max_bytes:
            raise _too_large(max_bytes)
        try:
            return await self._fetch(upload.url, max_bytes)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UnusableAudioError(
                "Slack did not hand over that file. Please send it again.", reason="lost"
            ) from error

    async def _fetch(self, url: str, max_bytes: int) -> bytes:
        content = bytearray()
        headers = {"Authorization": f"Bearer {self._token}"}
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as http,
            http.get(url, headers=headers, raise_for_status=True) as reply,
        ):
            async for chunk in reply.content.iter_chunked(_CHUNK):
                content += chunk
                if len(content) > max_bytes:
                    raise _too_large(max_bytes)
        return bytes(content)


def _too_large(max_bytes: int) -> UnusableAudioError:
    return UnusableAudioError(
        f"That file is larger than {max_bytes / 2**20:.0f} MiB. Send a shorter one, or an mp3.",
        reason="too_large",
    )


def _values(actions: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return what was chosen in a select."""
    for action in actions:
        if option := action.get("selected_option"):
            return (str(option["value"]),)
        if options := action.get("selected_options"):
            return tuple(str(one["value"]) for one in options)
        if channel := action.get("selected_conversation"):
            return (str(channel),)
    return ()


def _told(body: Body) -> Mapping[str, str]:
    """Return what the fields of the message or the modal say that was pressed on."""
    place = body.get("message") or body.get("view") or {}
    texts = [
        str(field["text"])
        for block in place.get("blocks") or ()
        for field in block.get("fields") or ()
    ]
    pairs = [text.partition("\n") for text in texts]
    return {name: _unescaped(value) for name, _, value in pairs}


def _unescaped(text: str) -> str:
    # Slack escapes these in what it hands back, in plain text as well.
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
