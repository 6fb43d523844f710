"""Files in three steps, as Slack takes them today, and their download with the bot's token."""

import secrets
from collections.abc import Callable

from aiohttp import web

from bot.sandbox.slack import posting
from bot.sandbox.slack.core import Asked, Core, Refusal
from bot.sandbox.slack.wire import file_json
from bot.sandbox.slack.world import Json, SlackFile, SlackUser
from bot.sandbox.upload import Upload

Method = Callable[[Core, Asked], Json]


class Files:
    """`files.getUploadURLExternal`, a POST of the bytes, `files.completeUploadExternal`."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._places: dict[str, SlackFile] = {}

    def attach(self, app: web.Application) -> None:
        app.router.add_post("/upload/{place}", self._take)
        app.router.add_get("/files-pri/{ids}/{name}", self._give)
        app.router.add_get("/files-pri/{ids}/download/{name}", self._give)

    def methods(self) -> dict[str, Method]:
        return {
            "files.getUploadURLExternal": self._place,
            "files.completeUploadExternal": self._complete,
            "files.info": self._info,
            "files.delete": self._delete,
        }

    def hand_in(self, user: SlackUser, upload: Upload) -> SlackFile:
        """Take a file from a person, for a message or for a field of a view."""
        file = SlackFile(
            id=self._core.world.next_id("F"),
            team_id=user.team_id,
            user_id=user.id,
            name=upload.filename,
            title=upload.filename,
            mimetype=upload.content_type,
            size=len(upload.content),
            created=self._core.clock(),
            content=upload.content,
        )
        self._core.world.files[file.id] = file
        return file

    def _place(self, core: Core, asked: Asked) -> Json:
        name, length = asked.text("filename"), asked.text("length")
        if not name or not length.isdigit() or int(length) < 1:
            raise Refusal("invalid_arguments")
        upload = Upload.named(name, b"")
        file = SlackFile(
            id=core.world.next_id("F"),
            team_id=asked.team.id,
            user_id=asked.team.bot_user_id,
            name=name,
            title=name,
            mimetype=upload.content_type,
            size=int(length),
            created=core.clock(),
        )
        place = secrets.token_hex(16)
        self._places[place] = core.world.files[file.id] = file
        return {"upload_url": f"{core.url}/upload/{place}", "file_id": file.id}

    async def _take(self, request: web.Request) -> web.Response:
        file = self._places.get(request.match_info["place"])
        if file is None:
            return web.Response(status=404, text="Not Found")
        content = await _content(request)
        if len(content) != file.size:
            self._core.note([f"{len(content)} bytes of a file that has {file.size}"])
            return web.Response(status=400, text="the length is not what was said")
        file.content = content
        del self._places[request.match_info["place"]]
        return web.Response(text=f"OK - {len(content)}")

    def _complete(self, core: Core, asked: Asked) -> Json:
        files = []
        for said in asked.said.get("files") or ():
            file = core.world.files.get(said["id"])
            if file is None or file.team_id != asked.team.id or file.content is None:
                raise Refusal("file_not_found")
            file.title = said.get("title") or file.name
            files.append(file)
        if not files:
            raise Refusal("invalid_arguments")
        listed = asked.text("channels") or asked.text("channel_id")
        for channel_id in [each for each in listed.split(",") if each]:
            self._share(core, asked, channel_id, files)
        return {"files": [file_json(file, core.url) for file in files]}

    def _share(self, core: Core, asked: Asked, channel_id: str, files: list[SlackFile]) -> None:
        place = Asked(method=asked.method, said={"channel": channel_id}, team=asked.team)
        channel = core.channel(place)
        blocks, comment = asked.said.get("blocks"), asked.text("initial_comment")
        if blocks:
            posting.check_blocks(core, blocks)
        said = {"text": comment, "blocks": blocks, "thread_ts": asked.said.get("thread_ts")}
        posting.post_as_app(core, asked.team, channel, said, files=files)
        for file in files:
            file.channels.append(channel.id)

    def _info(self, core: Core, asked: Asked) -> Json:
        return {"file": file_json(self._found(core, asked), core.url)}

    def _delete(self, core: Core, asked: Asked) -> Json:
        file = self._found(core, asked)
        if file.user_id != asked.team.bot_user_id:
            raise Refusal("cant_delete_file")
        del core.world.files[file.id]
        return {}

    def _found(self, core: Core, asked: Asked) -> SlackFile:
        file = core.world.files.get(asked.text("file"))
        if file is None or file.content is None:
            raise Refusal("file_not_found")
        return file

    async def _give(self, request: web.Request) -> web.Response:
        """Return the bytes, or Slack's login page where the token or its scope is missing."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        file = self._core.world.files.get(request.match_info["ids"].partition("-")[2])
        allowed = any(
            team.installed and team.token == token and "files:read" in team.scopes
            for team in self._core.world.teams.values()
        )
        if not allowed:
            page = "<!DOCTYPE html><html><title>Sign in to Slack</title></html>"
            return web.Response(text=page, content_type="text/html")
        self._core.used_scopes.add("files:read")
        if file is None or file.content is None:
            return web.Response(status=404, text="Not Found")
        return web.Response(body=file.content, content_type=file.mimetype)


async def _content(request: web.Request) -> bytes:
    """Return the bytes, which come bare or as the one file of a form."""
    if request.content_type != "multipart/form-data":
        return await request.read()
    form = await request.post()
    for value in form.values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""
