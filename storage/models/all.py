"""Imports every table, so that metadata is whole wherever it is needed."""

from storage.base import Base

metadata = Base.metadata
