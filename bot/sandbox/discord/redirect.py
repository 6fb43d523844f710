"""Sending a stock Discord client to the stand-in."""

from typing import Any

from aiohttp import TCPConnector

_API_HOST = "discord.com"
_GATEWAY_HOST = "gateway.discord.gg"


class Redirect(TCPConnector):
    """A connector that takes to the stand-in what is meant for Discord, and nothing else.

    discord.py 2.7 has its addresses in two class attributes (`discord.http.Route.BASE` and
    `discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY`; it never asks `GET /gateway/bot` unless it
    is sharded). Setting those would change every client of the process. A connector is an
    argument: `discord.Client(connector=stand_in.connector())`. Its client then speaks of
    `https://discord.com` as ever, webhooks and answers to interactions included, and the bytes go
    to 127.0.0.1. A connector belongs to one client, which closes it.
    """

    def __init__(self, *, host: str, port: int, **more: Any) -> None:
        super().__init__(**more)
        self._host = host
        self._port = port

    async def connect(self, req: Any, *args: Any, **more: Any) -> Any:
        if req.url.host in (_API_HOST, _GATEWAY_HOST):
            req.url = self._there(req.url)
        return await super().connect(req, *args, **more)

    def _there(self, url: Any) -> Any:
        """Return the same address at the stand-in, where the gateway lives below `/gateway`."""
        if url.host == _GATEWAY_HOST:
            url = url.with_path("/gateway", keep_query=True)
        return url.with_scheme("http").with_host(self._host).with_port(self._port)
