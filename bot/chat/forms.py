"""Forms, before any platform: what they ask, and what comes back.

A form carries all it needs in `carried`, as a button does, so whichever process gets it back can
read it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.chat.custom_id import CustomId
from bot.messages import Option

# As many as a list holds on Discord; the others are typed.
MOST_CHOICES = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A line to type, or several; `limit` is in characters."""

    name: str
    limit: int
    default: str = ""
    placeholder: str = ""
    required: bool = True
    long: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose:
    """One of some options, side by side; with `listed` in a list that opens."""

    name: str
    options: tuple[Option, ...]
    default: str = ""
    required: bool = True
    listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One thing to say yes to."""

    name: str
    default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """From one to `most` of some options."""

    name: str
    options: tuple[Option, ...]
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file."""

    name: str
    required: bool = True


Asked = Text | Choose | Tick | Checks | File


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One labelled part; `hint` stands under the label."""

    label: str
    asked: Asked
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that the platform keeps for us. `size` is in bytes."""

    filename: str
    size: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """At most five parts, as Discord takes no more; six with a link and a file side by side.

    `upload` is a file that was there before the form: it comes back as if put into it. `attached`
    names the file that goes along with the form, whoever has it.
    """

    title: str
    carried: CustomId
    parts: tuple[Part, ...]
    upload: Upload | None = None
    attached: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a form came back with, by the names of its parts."""

    texts: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ticked: frozenset[str] = frozenset()
    uploads: Mapping[str, tuple[Upload, ...]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.texts.get(name, "").strip()

    def choice(self, name: str) -> str | None:
        """Return the one option that was chosen, or None for none."""
        return next(iter(self.chosen.get(name, ())), None)

    def choices(self, name: str) -> tuple[str, ...]:
        return self.chosen.get(name, ())

    def upload(self, name: str) -> Upload | None:
        return next(iter(self.uploads.get(name, ())), None)


def form(title: str, carried: CustomId, *parts: Part) -> Form:
    return Form(title=title, carried=carried, parts=parts)


def part(label: str, asked: Asked, *, hint: str = "") -> Part:
    return Part(label=label, asked=asked, hint=hint)
