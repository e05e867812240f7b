"""Imports every table, so that metadata is whole wherever it is needed."""

from storage.base import Base
from storage.models import (
    contractor,
    desk,
    directory,
    offer,
    people,
    post,
    ticket,
    visit,
)

#: The modules are named so that nobody takes the imports for unused.
MODULES = (contractor, desk, directory, offer, people, post, ticket, visit)

metadata = Base.metadata
