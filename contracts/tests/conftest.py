"""One world for all tests; each test starts from the same state."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from world import World  # noqa: E402


@pytest.fixture(scope="session")
def built():
    return World()


@pytest.fixture
def world(built):
    built.chain.restore(built.start)
    yield built
    built.chain.restore(built.start)
