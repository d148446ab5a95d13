"""One server for all that is thrown at it; it must live through everything."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.live import LiveServer, live_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    home: Path = tmp_path_factory.mktemp("fuzz") / "home"
    with live_server(home) as server:
        yield server
