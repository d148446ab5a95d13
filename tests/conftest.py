"""Fixtures that every folder of tests shares."""

import logging
import os
from pathlib import Path

import keyring
import pytest
import structlog
from keyring.backends import fail

from server_stub.monitoring import logs
from tests.services import fresh_database, postgres, redis_server, redis_url  # noqa: F401 - fixtures for all

# A server within a test says what goes wrong, and not each request; a traceback with locals takes seconds.
structlog.configure(
    wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ],
)
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("EVERTILL_DATA_DIR", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session", autouse=True)
def _no_keyring_of_this_machine() -> None:
    """Tests never write into the keyring of whoever runs them: the headless fallback is what they use."""
    keyring.set_keyring(fail.Keyring())


@pytest.fixture
def logs_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server's command configures the log of its process; here that is the whole test run's."""
    monkeypatch.setattr(logs, "configure", lambda _level: None)


@pytest.fixture
def data_dir() -> Path:
    """The folder of real data; the test is skipped, and says so, where there is none."""
    if not DATA.is_dir():
        pytest.skip(f"no real data at {DATA} (set EVERTILL_DATA_DIR)")
    return DATA


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that a server's rate limits go by where no Redis counts; a test moves it."""
    now = [1_750_000_000.0]
    monkeypatch.setattr("limits.aio.storage.memory.time.time", lambda: now[0])
    return now
