"""Imports every table, so that metadata is whole wherever it is needed."""

from storage.base import Base
from storage.models import (
    clock,
    contractor,
    desk,
    directory,
    offer,
    people,
    post,
    quality,
    talk,
    ticket,
    visit,
)

#: The modules are named so that nobody takes the imports for unused.
MODULES = (clock, contractor, desk, directory, offer, people, post, quality, talk, ticket, visit)

metadata = Base.metadata
