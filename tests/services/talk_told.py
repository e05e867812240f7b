"""The rows of the agreed table about words: who hears what was written. Read by `test_notices`."""

from collections.abc import Callable
from typing import Any

from core.domain.notice import Notice
from core.services import waves
from storage.models.ticket import Ticket
from tests.make.talks import answer, ask, say
from tests.make.tickets import send, take

Event = tuple[Ticket, Callable[[], object]]


def message_of_the_client(scene: Any) -> Event:
    ticket = _both_asked(scene)
    take(scene.world, ticket)
    return ticket, lambda: say(scene.world, scene.people["responsible"], ticket)


def message_of_the_desk(scene: Any) -> Event:
    ticket = _both_asked(scene)
    take(scene.world, ticket)
    return ticket, lambda: say(scene.world, scene.other_desk, ticket)


def question(scene: Any) -> Event:
    ticket = _both_asked(scene)
    return ticket, lambda: ask(scene.world, ticket, actor=scene.people["loser"])


def answered(scene: Any) -> Event:
    ticket = _both_asked(scene)
    asked = ask(scene.world, ticket)
    return ticket, lambda: answer(scene.world, scene.other_desk, asked)


def _both_asked(scene: Any) -> Ticket:
    ticket = send(scene.world)
    assert ticket.search_due_at is not None
    scene.world.now = scene.clock.at = ticket.search_due_at
    waves.sweep(scene.session, 50, now=scene.world.now)
    return ticket


#: In the order of `test_notices.AGREED`; who wrote is answered by a message of his own.
TALK = {
    (message_of_the_client, Notice.MESSAGE): "N N N - - E -",
    (message_of_the_desk, Notice.MESSAGE): "N N N - - E -",
    (question, Notice.QUESTION): "N N - - N NT -",
    (answered, Notice.ANSWERED): "E E N N N E -",
}
