"""Reading the body of a request: JSON, or a form with JSON and files in it."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from bot.sandbox.discord.errors import ApiError
from bot.sandbox.upload import Upload

_FILE = re.compile(r"files\[(\d+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The JSON of a request, and its files by the number in `files[n]`."""

    json: Any = None
    files: dict[int, Upload] = field(default_factory=dict)


async def read_body(request: web.Request) -> Body:
    """Return the body, or raise ApiError for what is no JSON."""
    if request.content_type == "multipart/form-data":
        return await _read_form(request)
    text = await request.text()
    if not text:
        return Body()
    if request.content_type != "application/json":
        raise ApiError(415, 0, "415: Unsupported Media Type")
    return Body(json=_parse(text))


async def _read_form(request: web.Request) -> Body:
    form = await request.post()
    files = {}
    text = ""
    for name, value in form.items():
        if name == "payload_json":
            text = value if isinstance(value, str) else ""
        elif (match := _FILE.fullmatch(name)) and isinstance(value, FileField):
            files[int(match[1])] = Upload.named(value.filename, value.file.read())
    return Body(json=_parse(text or "{}"), files=files)


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        message = "The request body contains invalid JSON."
        raise ApiError(400, 50109, message) from error
