"""A rolling upgrade: processes of the previous release work with the new schema until they are replaced."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Integer, MetaData, Table, column, insert, select, table, text

from server_stub.services.people import enrolment
from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork, engine_for
from server_stub.store.migrations import config_for
from sync_agent.contract.identity import EnrollRequest
from tests.kit.operations import T0_MS, operation, rfc3339, sale
from tests.kit.rules import MIA, Rules

HOUR_MS = 3_600_000


@pytest.fixture(params=["0001", "0003"])
def former(request: pytest.FixtureRequest, tmp_path: Path) -> list[Table]:
    """The tables of a former schema, each after those that it refers to."""
    url = f"sqlite:///{tmp_path / 'former.sqlite3'}"
    config = config_for(url)
    engine = engine_for(url, connections=1)
    found = MetaData()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, request.param)
        found.reflect(connection)
    engine.dispose()
    return [one for one in found.sorted_tables if one.name != "alembic_version"]


def values_of(former: Table) -> dict[str, object]:
    """A value for each column."""
    return {
        one.name: "former" if one.name == "tenant_id" else 1 if isinstance(one.type, Integer) else "{}"
        for one in former.columns
    }


def test_former_statements_work_with_the_new_schema(rules: Rules, former: list[Table]) -> None:
    """A former process reads its columns of every table, and writes rows of its columns alone."""
    assert {"tenant", "till_transaction", "product", "stock_movement", "device"} <= {
        one.name for one in former
    }

    def work(unit: UnitOfWork) -> None:
        for one in former:
            values = values_of(one)
            as_it_was = table(one.name, *map(column, values))
            unit.execute(insert(as_it_was).values(values))
            written = unit.rows(
                select(as_it_was).where(as_it_was.c.tenant_id == "former").limit(1)
            ).mappings()
            assert dict(written.one()) == values

    rules.database.transact("former", work)


def test_a_tenant_of_before_keeps_its_settings_for_former_processes(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'server.sqlite3'}"
    engine = engine_for(url, connections=1)
    config = config_for(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.execute(
            text(
                "INSERT INTO tenant (tenant_id, name, currency, pin_pepper, settings, created_ms)"
                " VALUES ('t', 'T', 'GBP', '', :settings, 1)"
            ),
            {"settings": '{"refuseUnconditional":true}'},
        )
        command.upgrade(config, "head")
        kept = connection.execute(text("SELECT settings FROM tenant")).scalar_one()
        taken = connection.execute(text("SELECT name, value FROM setting")).all()
    engine.dispose()
    assert kept == '{"refuseUnconditional":true}'
    assert [tuple(row) for row in taken] == [("refuse_unconditional", "true")]


def test_a_sale_that_a_former_process_wrote_is_judged_by_its_own_time(rules: Rules) -> None:
    """Such a row has no corrected time: what was sold after a deletion stays flagged when judged again."""
    request = EnrollRequest(name="Till", location_id="main")
    enrolled = rules.database.transact("t", lambda unit: enrolment.enroll(unit, MIA, request))
    rules.send(None, operation("product", {"name": "Tea"}, operation="create", resourceId="tea"))
    sold = sale({"tea": 1}, at_ms=T0_MS + 3 * HOUR_MS)
    rules.clock.ms += 9 * HOUR_MS
    assert rules.send(enrolled.device_id, sold)[0]["status"] == "applied"
    rules.database.transact(
        "t", lambda unit: unit.execute(t.till_transaction.update().values(corrected_ms=0))
    )
    deletion = operation(
        "product", {}, operation="delete", resourceId="tea", timestamp=rfc3339(T0_MS + 2 * HOUR_MS)
    )
    assert rules.send(None, deletion)[0]["status"] == "applied"
    flags = rules.query("SELECT flags FROM till_transaction")[0][0]
    assert '"deleted_product:tea"' in flags
