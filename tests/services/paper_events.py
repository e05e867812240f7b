"""What a document that runs out means for jobs, as an event of the table of notices."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from core.domain.ticket import TicketStatus
from core.services import skill_ends
from storage.models.ticket import Ticket
from tests.make.papers import skill_row
from tests.make.tickets import bring


def document_ends(scene: Any) -> tuple[Ticket, Callable[[], object]]:
    """The job was agreed for today, the document ended yesterday."""
    ticket = bring(scene.world, TicketStatus.ASSIGNED)
    skill_row(scene.world).valid_until = scene.world.now.date() - timedelta(days=1)
    return ticket, lambda: skill_ends.sweep(scene.session, 50, now=scene.world.now)
