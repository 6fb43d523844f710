"""Deezer's preview host: links are signed and die after fifteen minutes."""

import hashlib
import hmac
import secrets

from aiohttp import web

from bot.sandbox.bundled import clip
from bot.sandbox.catalogue import Catalogue, made_up_hash
from bot.sandbox.clock import Clock

# Every preview link recorded in 2026 expired 900 s after the answer that named it.
LIFETIME_S = 900


class PreviewHost:
    """Mints links and serves the bundled clips behind them, as they are."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._files = {
            _path(twin_id): song.clip
            for twin_id, (song, twin) in catalogue.twins.items()
            if song.clip is not None and twin.readable
        }

    def attach(self, app: web.Application) -> None:
        app.router.add_get("/{path:.*}", self._serve)

    def mint(self, base: str, twin_id: int) -> str:
        """Return a fresh link, or "" where the service has no preview."""
        path = _path(twin_id)
        if path not in self._files:
            return ""
        expires = int(self._clock().timestamp()) + LIFETIME_S
        claims = f"exp={expires}~acl={path}*~data=user_id=0,application_id=42"
        return f"{base}{path}?hdnea={claims}~hmac={self._sign(claims)}"

    def _sign(self, claims: str) -> str:
        return hmac.new(self._key, claims.encode(), hashlib.sha256).hexdigest()

    async def _serve(self, request: web.Request) -> web.Response:
        file = self._files.get(request.path)
        if file is None or not self._allows(request):
            page = "<html><body><h1>403 Forbidden</h1></body></html>"
            return web.Response(status=403, text=page, content_type="text/html")
        found = clip(file)
        return web.Response(body=found.path.read_bytes(), content_type=found.content_type)

    def _allows(self, request: web.Request) -> bool:
        """Check what Deezer's host checks: our signature, this path, and the time."""
        claims, _, signature = request.query.get("hdnea", "").rpartition("~hmac=")
        if not hmac.compare_digest(self._sign(claims).encode(), signature.encode()):
            return False
        named = dict(part.partition("=")[::2] for part in claims.split("~"))
        in_time = self._clock().timestamp() < int(named["exp"])
        return in_time and named["acl"] == f"{request.path}*"


def _path(twin_id: int) -> str:
    """Return where a twin's preview lies; the host files them under their hash."""
    name = made_up_hash(f"preview {twin_id}")
    return f"/api/1/1/{name[0]}/{name[1]}/{name[2]}/0/{name}.mp3"
