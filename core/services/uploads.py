"""A workbook loaded from the chat: applied whole or not at all, and answered to the one who sent it."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import NotFound
from core.domain.notice import Notice
from core.imports.book import Workbook
from core.services import imports, notices
from core.services.imports import ImportReport


def confirm(session: Session, actor: Actor, workbook: Workbook, *, now: datetime) -> ImportReport:
    if actor.person_id is None:
        raise NotFound
    report = imports.apply(session, actor, workbook, now=now)
    counts = {title: [c.added, c.changed, c.same, c.wrong] for title, c in report.sheets.items()}
    data = {"sheets": counts, "wrong": len(report.wrong)}
    cause = f"upload {actor.source}"
    notices.reply(session, actor, Notice.IMPORT, cause=cause, now=now, data=data)
    return report
