"""The business numbers in force: what the composition root gave the database, or the defaults."""

from sqlalchemy.orm import Session

from core.domain.defaults import Defaults

KEY = "defaults"


def of(session: Session) -> Defaults:
    given = session.info.get(KEY)
    return given if isinstance(given, Defaults) else Defaults()
