"""Proof: a photo, video or document that shows the work, and when it counts."""

from enum import StrEnum


class ProofKind(StrEnum):
    PHOTO = "photo"
    VIDEO = "video"
    DOCUMENT = "document"  #: a file; a picture sent as a file counts as a shot and keeps its EXIF
    VOICE = "voice"


class ProofStage(StrEnum):
    REQUEST = "request"  #: what the client showed when reporting
    BEFORE = "before"
    AFTER = "after"
    UNSORTED = "unsorted"  #: came at an unexpected moment; the sender is asked what it is
    COMPLAINT = "complaint"  #: what is wrong, in the client's eyes
    TALK = "talk"  #: sent to the other side instead of words; it shows no work
    HOLD = "hold"  #: why work waits: the evidence of a pause


class ProofStatus(StrEnum):
    PENDING = "pending"  #: known to us, its bytes are still at Telegram
    STORED = "stored"
    REFERENCE = "reference"  #: too large to fetch; kept by its Telegram id
    REFUSED = "refused"  #: unreadable, forwarded or a repeat: kept, does not count


class Refusal(StrEnum):
    UNREADABLE = "unreadable"
    REPEAT = "repeat"
    FORWARDED = "forwarded"
    GONE = "gone"  #: Telegram no longer gives the file


#: Pictures of these stages are counted against what the service demands.
COUNTED = frozenset({ProofStage.BEFORE, ProofStage.AFTER})
