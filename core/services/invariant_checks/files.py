"""Invariant of files, beside the others because it looks at the store too: every stored file has its bytes."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.domain.proof import ProofStatus
from core.services.invariants import Result
from storage.blobs import Blobs
from storage.models.contractor import Certificate
from storage.models.visit import Proof


def stored_bytes(session: Session, media_dir: Path, *, now: datetime) -> Result:
    """Each row's file is there, of that size and with that sha256; what was refused after it came is kept too."""
    blobs = Blobs(media_dir)
    kept = or_(Proof.status == ProofStatus.STORED, Proof.sha256.is_not(None))
    rows = session.execute(select(Proof.id, Proof.sha256, Proof.size).where(kept)).all()
    papers = select(Certificate.id, Certificate.sha256, Certificate.size).where(Certificate.sha256.is_not(None))
    kinds = [("proof", row) for row in rows] + [("certificate", row) for row in session.execute(papers)]
    broken = []
    for kind, (row_id, sha256, size) in kinds:
        if sha256 is None or not blobs.exists(sha256):
            broken.append(f"{kind} {row_id} has no file")
        elif blobs.path(sha256).stat().st_size != size or not blobs.verify(sha256):
            broken.append(f"{kind} {row_id}: its file is not what was stored")
    return Result("24b", "every stored file is whole", tuple(broken), len(kinds))
