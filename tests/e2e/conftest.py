"""The small market of the browser tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from frontend.home.figures import forget_figures
from tests.e2e.world import World, build_world


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    forget_figures()
    yield build_world()
    forget_figures()
