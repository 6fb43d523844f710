from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.chat.forms import Upload
from bot.errors import UnusableAudioError
from bot.platforms.discord.downloads import download
from bot.sandbox.listening import listening


@dataclass
class Files:
    """A server of files whose answers (status and body) are told beforehand."""

    url: str = ""
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    asked: int = 0

    async def serve(self, _: web.Request) -> web.Response:
        self.asked += 1
        status, body = self.answers.pop(0)
        return web.Response(status=status, body=body)

    def upload(self, *, size: int = 4) -> Upload:
        return Upload(filename="song.mp3", size=size, url=self.url)


@pytest.fixture
async def files() -> AsyncIterator[Files]:
    files = Files()
    app = web.Application()
    app.router.add_get("/song.mp3", files.serve)
    async with listening(app) as url:
        files.url = f"{url}/song.mp3"
        yield files


async def test_a_file_comes_as_it_was_sent(files: Files) -> None:
    files.answers = [(200, b"RIFF")]

    assert await download(files.upload(), max_bytes=4) == b"RIFF"


async def test_a_file_that_is_said_to_be_too_large_is_not_even_fetched(files: Files) -> None:
    with pytest.raises(UnusableAudioError, match="larger than"):
        await download(files.upload(size=5), max_bytes=4)

    assert files.asked == 0


async def test_a_file_that_is_larger_than_it_was_said_to_be_is_not_taken(files: Files) -> None:
    files.answers = [(200, b"RIFF and much more")]

    with pytest.raises(UnusableAudioError, match="larger than"):
        await download(files.upload(), max_bytes=4)


async def test_a_file_whose_address_has_run_out_has_to_be_sent_again(files: Files) -> None:
    files.answers = [(404, b"This content is no longer available.")]

    with pytest.raises(UnusableAudioError, match="send it again"):
        await download(files.upload(), max_bytes=4)

    assert files.asked == 1


async def test_a_server_that_stumbles_is_asked_again(files: Files) -> None:
    files.answers = [(503, b""), (200, b"RIFF")]

    assert await download(files.upload(), max_bytes=4) == b"RIFF"


async def test_a_server_that_stays_down_is_given_up(files: Files) -> None:
    files.answers = [(503, b"")] * 3

    with pytest.raises(UnusableAudioError, match="send it again"):
        await download(files.upload(), max_bytes=4)

    assert files.asked == 3
