"""Reference files that lie beside the checkout, not in it. Where they are absent, tests that need them say so."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parent.parent.parent / "shared"


def shared(name: str) -> Path:
    """The file, or a skip that names it."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"reference file is not here: shared/{name}")
    return path
