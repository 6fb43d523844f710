"""People use a stock Bolt app through the stand-in, by Socket Mode and by signed HTTP."""

import pytest

from bot.sandbox.refusals import NoAnswerError, RefusedError
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.seen import fields_of, labels_of, text_of
from bot.sandbox.slack.server import SlackStandIn
from bot.sandbox.slack.world import SlackChannel
from bot.sandbox.upload import Upload
from tests.sandbox.slack_stand_in.small_app import SmallApp, button, card, client_of

LINK = "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC"


@pytest.fixture
def ana(slack: SlackStandIn, review: SlackChannel) -> Person:
    return slack.person("Ana", here=review, tz="Europe/Berlin")


async def test_a_command_is_answered_with_its_acknowledgement(app: SmallApp, ana: Person) -> None:
    reply = await ana.command("/earmark", "dance")
    shown = await ana.ephemeral("There is no")

    assert text_of(shown) == "There is no 'dance'."
    assert reply.answer["text"] == "There is no 'dance'."
    assert 0 < reply.took_s < 3


async def test_what_follows_a_command_is_escaped_where_the_app_wishes_so(
    app: SmallApp, slack: SlackStandIn, ana: Person
) -> None:
    slack.config.escaped.add("/earmark")
    reply = await ana.command("/earmark", f"give {LINK} to @Ana in #review")

    assert reply.delivery.payload["text"] == (
        f"give <{LINK}> to <@U0ANA|ana> in <#C0REVIEW|review>"
    )


async def test_a_form_is_opened_filled_in_and_submitted(
    app: SmallApp, slack: SlackStandIn, ana: Person
) -> None:
    await ana.command("/earmark", "submit")
    form = await ana.modal("Link")
    reply = await ana.submit_view(
        {"Link": LINK, "AI": "Partly", "File": Upload.named("one.mp3", b"ID3")}
    )
    message = await ana.direct("Queued as")
    await slack.deliveries.settled()

    assert fields_of(form) == ["Link", "Note", "AI", "File"]
    assert (reply.errors, ana.modals()) == ({}, [])
    assert message.channel == "D0ANA"
    (values,) = app.heard
    assert values["link"]["value"] == {"type": "url_text_input", "value": LINK}
    assert values["ai"]["value"]["selected_option"]["value"] == "partly"
    assert values["file"]["value"]["files"][0]["name"] == "one.mp3"
    assert slack.deliveries.unanswered() == []


async def test_a_mistake_in_a_form_is_shown_at_its_field_and_nothing_is_lost(
    app: SmallApp, ana: Person
) -> None:
    await ana.command("/earmark", "submit")
    await ana.modal("Link")
    wrong = await ana.submit_view({"Link": "https://example.org/bad", "AI": "No", "Note": "Hi"})
    right = await ana.submit_view({"Link": LINK})

    assert (wrong.errors, right.errors) == ({"Link": "Not a track."}, {})
    assert app.heard[-1]["note"]["value"]["value"] == "Hi"


async def test_a_form_that_is_not_complete_stays_before_the_person(
    app: SmallApp, ana: Person
) -> None:
    await ana.command("/earmark", "submit")
    await ana.modal("Link")

    with pytest.raises(RefusedError, match=r"needs \['AI'\]"):
        await ana.submit_view({"Link": LINK})
    with pytest.raises(RefusedError, match="takes a URL"):
        await ana.submit_view({"Link": "no link", "AI": "No"})
    with pytest.raises(RefusedError, match="does not offer"):
        await ana.submit_view({"Link": LINK, "AI": "Perhaps"})
    with pytest.raises(RefusedError, match=r"not 'one\.wav'"):
        ana.fill({"File": Upload.named("one.wav", b"RIFF")})
    assert len(ana.modals()) == 1


async def test_closing_a_form_is_told_where_the_app_wished_so(app: SmallApp, ana: Person) -> None:
    await ana.command("/earmark", "submit")
    await ana.modal("Link")
    await ana.close_view()

    assert app.heard == [{"closed": False}]
    assert ana.modals() == []


async def test_shortcuts_go_by_the_names_in_the_menus(
    app: SmallApp, slack: SlackStandIn, ana: Person, review: SlackChannel
) -> None:
    slack.config.add_shortcut("Submit a track", "submit")
    slack.config.add_shortcut("Send to review queue", "send", message=True)
    said = ana.say(review, "Listen to this")
    await ana.shortcut("Submit a track")
    await ana.modal("Submit")
    await ana.message_shortcut("Send to review queue", said)

    assert (await ana.modal("Listen to this")).title == "Listen to this"
    with pytest.raises(RefusedError, match="there is no shortcut 'Send'"):
        await ana.shortcut("Send")


async def test_a_button_in_a_channel_changes_the_message_for_all(
    app: SmallApp, slack: SlackStandIn, ana: Person, review: SlackChannel
) -> None:
    bea = slack.person("Bea", here=review)
    await client_of(slack).chat_postMessage(
        channel=review.id, text="One", blocks=card("One", button("Keep", "keep"))
    )
    message = await ana.reads(review, "One")
    await ana.click(message, "Keep")

    assert await bea.reads(review, "Kept by U0ANA") is message
    assert labels_of(message) == []
    with pytest.raises(RefusedError, match="Bea sees no button 'Keep'"):
        await bea.click(message, "Keep")


async def test_an_ephemeral_message_is_replaced_by_its_response_url(
    app: SmallApp, ana: Person
) -> None:
    await ana.command("/earmark", "queue")
    queue = await ana.ephemeral("Queue")
    await ana.click(queue, "Next")

    assert await ana.ephemeral("Page 2") is queue
    assert len(ana.ephemerals()) == 1


async def test_the_home_tab_is_published_and_published_anew(app: SmallApp, ana: Person) -> None:
    home = await ana.open_home("Welcome")
    await ana.choose(home, "Newest", of="Order")

    assert await ana.home("By newest") is home
    with pytest.raises(RefusedError, match="does not offer"):
        await ana.choose(home, "Loudest", of="Order")


async def test_a_link_in_a_channel_is_answered_to_its_writer_alone(
    app: SmallApp, slack: SlackStandIn, ana: Person, review: SlackChannel
) -> None:
    bea = slack.person("Bea", here=review)
    ana.say(review, f"New: {LINK}")
    shown = await ana.ephemeral("Submit this?")

    assert not bea.sees(shown)
    assert app.heard[0]["message"] == f"New: <{LINK}>"


async def test_an_app_that_does_not_answer_is_noticed(app: SmallApp, ana: Person) -> None:
    ana.patience_s = 0.05

    with pytest.raises(NoAnswerError, match="Ana waited for a modal"):
        await ana.modal("never")
    with pytest.raises(NoAnswerError, match="/other failed"):
        await _impatient(ana).command("/other")


def _impatient(person: Person) -> Person:
    person._tools.deliveries.deadline_s = 0.2
    return person
