"""Whatever moment a till names, and whatever its clock is off by, each operation gets a final result.

A result that says "send it again" for ever would hold up the till's queue for good.
"""

import sqlite3
import uuid
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.live import LiveServer, budget
from tests.kit.operations import close_shift, count, movement, open_shift, operation, sale, transfer

pytestmark = [pytest.mark.xdist_group("fuzz-http"), pytest.mark.slow]

FINAL = {"applied", "rejected", "quarantined", "conflict"}
TIMES = frozenset({"timestamp", "occurredAt", "countedAt", "openedAt", "closedAt", "at"})
"""The fields of operations that hold a moment."""
MOMENTS = st.one_of(
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.sampled_from(
        [
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "0001-01-01T12:00:00-14:00",
            "1969-12-31T23:59:59.999Z",
            "1970-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999Z",
            "9999-12-31T23:59:59-14:00",
            "9999-12-31T12:00:00+14:00",
        ]
    ),
)
OFFSETS = st.one_of(
    st.none(),
    st.integers(-(2**53), 2**53),
    st.sampled_from([0, 9 * 10**15, -9 * 10**15, 2**53, -(2**53), 253_402_300_799_999]),
)
RATE = {
    "name": "Standard",
    "steps": [
        {"ratePpm": 200_000},
        {"from": "0001-01-02", "ratePpm": 210_000},
        {"from": "2026-02-26", "ratePpm": 220_000},
        {"from": "9999-12-31", "ratePpm": 230_000},
    ],
}
ZONES = {"main": "Pacific/Kiritimati", "annex": "Pacific/Pago_Pago"}
"""The zones with the earliest and the latest calendar."""


@pytest.fixture(scope="module")
def shop(server: LiveServer) -> LiveServer:
    """The demonstration shop with a named rate, and its places at the two ends of the calendar."""
    with closing(sqlite3.connect(server.home / "server.sqlite3", timeout=10)) as connection:
        for place, zone in ZONES.items():
            connection.execute("UPDATE location SET time_zone = ? WHERE id = ?", (zone, place))
        connection.commit()
    server.ask("PATCH", "/api/v1/settings", "manager", json={"taxRates": {"std": RATE}})
    return server


def kinds_of_operations(product: str, place: str) -> list[dict[str, Any]]:
    """One of each kind that a till sends, with all fields that hold a moment."""
    shift = str(uuid.uuid4())
    named = sale({product: 2}, shiftId=shift, locationId=place)
    named["data"]["lines"][0] |= {"taxName": "std", "taxRatePpm": 220_000, "taxMinor": 36}
    named["approvals"] = [{"approver": "alice", "right": "sell", "at": "2026-03-01T10:00:00Z"}]
    back = sale({product: 1}, kind="refund", locationId=place)
    back["data"]["refundOf"] = named["id"]
    other = "annex" if place == "main" else "main"
    return [
        open_shift(shift, locationId=place),
        named,
        back,
        movement(product, 3, locationId=place),
        movement(product, -1, locationId=place),
        count(product, 4, 0, locationId=place),
        transfer({product: 1}, to=other, locationId=place),
        operation("product", {"name": "Tea"}, operation="create", resourceId=str(uuid.uuid4())),
        operation("setting", {"value": 3, "base": None}, resourceId="low_stock"),
        close_shift(1, 3, shift=shift, locationId=place),
    ]


def put_moments(data: st.DataObject, value: Any) -> Any:
    """The value with each moment in it replaced by a drawn one."""
    if isinstance(value, list):
        return [put_moments(data, inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        name: data.draw(MOMENTS) if name in TIMES and isinstance(inner, str) else put_moments(data, inner)
        for name, inner in value.items()
    }


@budget(60)
@given(data=st.data(), place=st.sampled_from(sorted(ZONES)), role=st.sampled_from(["device", "manager"]))
def test_an_operation_of_any_moment_gets_a_final_result(
    shop: LiveServer, data: st.DataObject, place: str, role: str
) -> None:
    product = shop.known["productId"][0]
    items = [put_moments(data, item) for item in kinds_of_operations(product, place)]
    for item in items:
        item["clockOffsetMs"] = data.draw(OFFSETS)
    answer = shop.ask("POST", "/api/v1/realtime/offline-queue", role, json={"items": items})
    assert {result["status"] for result in answer["results"]} <= FINAL
    stream = f"tenant-demo-location-{place}"
    for path in (f"stock/{product}", "realtime/conflicts", f"realtime/snapshot?stream={stream}"):
        shop.ask("GET", f"/api/v1/{path}", "manager")
