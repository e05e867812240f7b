"""Files that are still at Telegram, whatever they are for: proof of work and documents of skills wait in one line."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.services import certificates, proofs
from core.services.proofs import Facts, Shelf, Wanted


def wanted(session: Session, bot_id: int, limit: int, *, now: datetime) -> tuple[Wanted, ...]:
    """Shots first: somebody on a ladder waits for them."""
    shots = proofs.wanted(session, bot_id, limit, now=now)
    return shots + certificates.wanted(session, bot_id, limit, now=now)


def stored(
    session: Session, one: Wanted, sha256: str, size: int, facts: Facts | None, is_pdf: bool, *, now: datetime
) -> None:
    if one.shelf is Shelf.CERTIFICATE:
        certificates.stored(session, one.row_id, sha256, size, facts, is_pdf=is_pdf, now=now)
    else:
        proofs.stored(session, one.row_id, sha256, size, facts, now=now)


def fetch_failed(session: Session, one: Wanted, *, is_gone: bool, now: datetime) -> None:
    _module(one).fetch_failed(session, one.row_id, is_gone=is_gone, now=now)


def too_large(session: Session, one: Wanted, *, now: datetime) -> None:
    _module(one).too_large(session, one.row_id, now=now)


def _module(one: Wanted) -> Any:
    return certificates if one.shelf is Shelf.CERTIFICATE else proofs
