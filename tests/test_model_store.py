"""Installed models: what is in use, what was before, and what a crash leaves behind."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import AlreadyDoneError, SettingsError
from bot.model_store import MODEL, PACKAGED, POINTER, ModelStore, model_in_use, packaged_model
from bot.settings import Settings

ONE, TWO = b"model one", b"model two"


def _name(content: bytes) -> str:
    return sha256(content).hexdigest()


def _files(content: bytes) -> Mapping[str, bytes]:
    return {MODEL: content, "model.json": b"card of " + content, "model.golden.npz": b"golden"}


def _install(store: ModelStore, content: bytes) -> None:
    store.install(_files(content), sha256=_name(content))


def _content_in_use(store: ModelStore) -> bytes:
    path = store.in_use()
    return b"packaged" if path is None else path.read_bytes()


class KilledError(Exception):
    """The process dies here."""


class DyingStore(ModelStore):
    """Dies at the write that comes after `writes` good ones, before or after the file is there."""

    def __init__(self, folder: Path, *, writes: int, after: bool) -> None:
        super().__init__(folder)
        self._writes = writes
        self._after = after

    def _replace(self, path: Path, content: bytes) -> None:
        self._writes -= 1
        if self._writes < 0 and not self._after:
            (path.parent / ".part").write_bytes(content[:3])
            raise KilledError
        super()._replace(path, content)
        if self._writes < 0:
            raise KilledError


def test_nothing_installed_means_the_packaged_model(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "none")

    assert store.in_use() is None
    assert [(one.sha256, one.in_use) for one in store.all()] == [(PACKAGED, True)]
    assert not (tmp_path / "none").exists()


def test_an_installed_model_is_in_use_with_all_that_came_with_it(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")

    _install(store, ONE)

    path = store.in_use()
    assert path is not None
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == _files(ONE)


def test_a_rollback_goes_back_one_model_at_a_time(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    _install(store, ONE)
    _install(store, TWO)

    assert store.roll_back() == tmp_path / _name(ONE) / MODEL
    assert _content_in_use(store) == ONE
    assert store.roll_back() is None
    assert _content_in_use(store) == b"packaged"
    with pytest.raises(AlreadyDoneError, match="none to go back to"):
        store.roll_back()


def test_a_model_that_was_rolled_back_can_be_put_into_use_again(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    _install(store, ONE)
    store.roll_back()

    _install(store, ONE)

    assert _content_in_use(store) == ONE
    assert [one.in_use for one in store.all()] == [False, True]


def test_installing_the_model_in_use_again_leaves_the_way_back(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    _install(store, ONE)
    _install(store, TWO)
    _install(store, TWO)

    store.roll_back()

    assert _content_in_use(store) == ONE


def test_installing_a_damaged_model_again_mends_it(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    _install(store, ONE)
    path = store.in_use()
    assert path is not None
    path.write_bytes(b"damaged")

    _install(store, ONE)

    assert _content_in_use(store) == ONE


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("writes", range(4))
def test_a_process_killed_at_any_write_leaves_the_old_model_or_the_whole_new_one(
    tmp_path: Path, writes: int, *, after: bool
) -> None:
    _install(ModelStore(tmp_path), ONE)

    with pytest.raises(KilledError):
        _install(DyingStore(tmp_path, writes=writes, after=after), TWO)

    store = ModelStore(tmp_path)
    # The pointer is the last of four writes.
    assert _content_in_use(store) == (TWO if (writes, after) == (3, True) else ONE)
    assert all((one.path is None) or one.path.is_file() for one in store.all())
    _install(store, TWO)
    assert _content_in_use(store) == TWO
    store.roll_back()
    assert _content_in_use(store) == ONE


@pytest.mark.parametrize("after", [False, True])
def test_a_process_killed_in_a_rollback_leaves_a_model_in_use(
    tmp_path: Path, *, after: bool
) -> None:
    _install(ModelStore(tmp_path), ONE)
    _install(ModelStore(tmp_path), TWO)

    with pytest.raises(KilledError):
        DyingStore(tmp_path, writes=0, after=after).roll_back()

    assert _content_in_use(ModelStore(tmp_path)) == (ONE if after else TWO)


def test_a_rollback_to_a_model_that_is_gone_changes_nothing(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    _install(store, ONE)
    _install(store, TWO)
    (tmp_path / _name(ONE) / MODEL).unlink()

    with pytest.raises(SettingsError, match="is gone from"):
        store.roll_back()

    assert _content_in_use(store) == TWO


@pytest.mark.parametrize(
    "pointer",
    [
        "",
        "{}",
        "[]",
        '{"history": []}',
        '{"history": "packaged"}',
        '{"history": ["../../etc"]}',
        '{"history": [1]}',
    ],
)
def test_a_pointer_that_points_nowhere_is_an_error_and_never_a_path(
    tmp_path: Path, pointer: str
) -> None:
    (tmp_path / POINTER).write_text(pointer, encoding="utf-8")

    with pytest.raises(SettingsError, match="does not say which model is in use"):
        ModelStore(tmp_path).in_use()


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file", encoding="utf-8")

    with pytest.raises(SettingsError, match="cannot be changed"):
        _install(ModelStore(tmp_path / "models"), ONE)


# Each step waits for the disk a few times.
@settings(max_examples=15)
@given(st.lists(st.sampled_from([ONE, TWO, b"three", None]), max_size=12))
def test_the_model_in_use_is_the_one_that_the_history_says(
    tmp_path_factory: pytest.TempPathFactory, steps: list[bytes | None]
) -> None:
    store = ModelStore(tmp_path_factory.mktemp("models"))
    history = [b"packaged"]
    for step in steps:
        if step is not None:
            _install(store, step)
            history += [step] if history[-1] != step else []
        elif len(history) > 1:
            store.roll_back()
            history.pop()

    assert _content_in_use(store) == history[-1]
    assert sum(one.in_use for one in store.all()) == 1


def test_the_setting_comes_before_the_installed_model_and_that_before_the_packaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    chosen = Settings(data_dir=tmp_path)
    assert model_in_use(chosen) == packaged_model()

    _install(ModelStore(tmp_path / "models"), ONE)

    assert model_in_use(chosen) == tmp_path / "models" / _name(ONE) / MODEL
    own = chosen.model_copy(update={"model_file": tmp_path / "own.onnx"})
    assert model_in_use(own) == tmp_path / "own.onnx"
