"""A server whose books are PostgreSQL's."""

import pytest

from tests.kit.fixtures import DatabaseKind


@pytest.fixture
def database_kind() -> DatabaseKind:
    return "postgresql"
