"""A document that proves a skill: sent in the chat, looked at by a checker, valid until a day."""

from enum import StrEnum


class CertificateStatus(StrEnum):
    WAITING = "waiting"  #: for the checker
    APPROVED = "approved"
    REFUSED = "refused"
    REPLACED = "replaced"  #: a newer one was sent before anybody looked at it
