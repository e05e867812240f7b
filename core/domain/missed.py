"""Why a job went by a contractor, beside the rules that keep him from being asked."""

from enum import StrEnum

from core.domain.offer import Exclusion


class Miss(StrEnum):
    NEARER = "nearer"  #: he could have been asked, but others stood before him and one of them took it
    SILENT = "silent"  #: asked, and did not answer
    FASTER = "faster"  #: asked, but somebody else said yes first


Why = Exclusion | Miss
