"""What holds for every test: our own log, no keyring, the fixtures of tests/kit."""

import gc
import logging
import os
from collections.abc import Iterator

import keyring
import pytest
import structlog
from keyring.core import load_keyring

from server_stub.monitoring import logs

pytest.register_assert_rewrite("tests.kit")
pytest_plugins = ["tests.kit.fixtures"]

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


def pytest_collection_finish() -> None:
    """What is imported and collected lives to the end: no later collection looks at it again.

    One of all of it takes 0.25 s, and each test of a window ends with one (ui/conftest.py).
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _no_keyring_of_this_machine() -> None:
    """Tests never write into the user's keyring: they use the headless fallback."""
    keyring.set_keyring(load_keyring("keyring.backends.fail.Keyring"))


@pytest.fixture(autouse=True)
def _umask_stays() -> Iterator[None]:
    """A command sets the umask of its process, which here is the test run's."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture
def logs_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server's command configures the log of its process, which here is the test run's."""
    monkeypatch.setattr(logs, "configure", lambda _level: None)


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that a server's rate limits go by where no Redis counts; a test moves it."""
    now = [1_750_000_000.0]
    monkeypatch.setattr("limits.aio.storage.memory.time.time", lambda: now[0])
    return now
