"""Where files that were sent lie: signed addresses that end after a day."""

import hashlib
from datetime import timedelta
from urllib.parse import quote

from aiohttp import web

from bot.sandbox.clock import Clock
from bot.sandbox.discord.world import Attachment, Json, World

LINK_LIFE = timedelta(hours=24)
GONE = "This content is no longer available."


class Cdn:
    """Mints addresses of attachments below `base`, and serves them while they are good."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.base = ""
        self._world = world
        self._clock = clock

    def attach(self, app: web.Application) -> None:
        for folder in ("attachments", "ephemeral-attachments"):
            app.router.add_get(f"/{folder}/{{channel}}/{{id}}/{{name}}", self._file)

    def url(self, file: Attachment) -> str:
        now = self._clock()
        ends, begins = (f"{int(time.timestamp()):x}" for time in (now + LINK_LIFE, now))
        folder = "ephemeral-attachments" if file.ephemeral else "attachments"
        path = f"/{folder}/{file.channel_id}/{file.id}/{quote(file.filename)}"
        signed = _signature(file.id, ends, begins)
        return f"{self.base}{path}?ex={ends}&is={begins}&hm={signed}&"

    def attachment_json(self, file: Attachment) -> Json:
        url = self.url(file)
        payload: Json = {
            "id": str(file.id),
            "filename": file.filename,
            "size": len(file.content),
            "url": url,
            "proxy_url": url,
            "content_type": file.content_type,
        }
        if file.description is not None:
            payload["description"] = file.description
        if file.ephemeral:
            payload["ephemeral"] = True
        return payload

    async def _file(self, request: web.Request) -> web.Response:
        number = request.match_info["id"]
        file = self._world.files.get(int(number)) if number.isdigit() else None
        if file is None or not self._good(request, file):
            return web.Response(status=404, text=GONE)
        return web.Response(body=file.content, headers={"Content-Type": file.content_type})

    def _good(self, request: web.Request, file: Attachment) -> bool:
        ends, begins = request.query.get("ex", ""), request.query.get("is", "")
        if request.query.get("hm") != _signature(file.id, ends, begins):
            return False
        return self._clock().timestamp() < int(ends, 16)


def _signature(number: int, ends: str, begins: str) -> str:
    """Return what makes up the `hm` of an address; it keeps nothing secret here."""
    return hashlib.sha256(f"{number} {ends} {begins}".encode()).hexdigest()
