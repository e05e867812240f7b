"""What people are called, for those who may read it: asking who may is up to the caller."""

from sqlalchemy.orm import Session

from storage.models.people import Person


def of(session: Session, person_id: int | None) -> str:
    """Nobody has no name."""
    return session.get_one(Person, person_id).name if person_id is not None else ""
