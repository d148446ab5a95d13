"""A day of a real shop's history on three tills with outages: file, server and tills come to the same sums.

The expected sums are taken here, straight from the file, and compared with the report, with the server's
database and with each till's.
"""

import asyncio
import csv
import lzma
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from app.replay.outages import BadOutages
from app.replay.report import ReplayReport, write_report
from app.replay.run import ReplayOptions, replay
from app.replay.till import ReplayFailed
from tests.kit.books import read_rows
from tests.kit.processes import demo_server

FILE = "online_retail_uci.csv.xz"
DAY = "2011-02-18"
OUTAGES = "1:cut:5-12,3:cut:3-15"
TILLS = 3
NOT_GOODS = {"POST", "DOT", "C2", "M", "m", "D", "S", "B", "CRUK", "BANK CHARGES", "AMAZONFEE"}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a server in its own process, with the demonstration's shop."""
    async with demo_server(tmp_path / "server") as server:
        yield server.url


def options(file: Path, server: str, work: Path, **changes: Any) -> ReplayOptions:
    day = date.fromisoformat(DAY)
    asked: dict[str, Any] = {
        "file": file,
        "server": server,
        "tills": TILLS,
        "from_date": day,
        "to_date": day,
        "outages": OUTAGES,
        "password": "evertill-demo",
        "work": work,
    }
    return ReplayOptions(**(asked | changes))


def no_progress(_stage: str, _done: int, _of: int) -> None:
    return None


# --- the day as this test reads it -------------------------------------------------------------------


def goods_of_the_day(file: Path) -> list[dict[str, str]]:
    with lzma.open(file, "rt", encoding="utf-8", newline="") as text:
        rows = [row for row in csv.DictReader(text) if row["InvoiceDate"].startswith(DAY)]
    return [
        row for row in rows if row["StockCode"] not in NOT_GOODS and not row["StockCode"].startswith("gift_")
    ]


def stock_movements(rows: list[dict[str, str]]) -> dict[str, int]:
    moved: Counter[str] = Counter()
    for row in rows:
        quantity = int(row["Quantity"])
        if row["InvoiceNo"].startswith("C"):
            moved[row["StockCode"]] += abs(quantity)
        elif quantity > 0:
            moved[row["StockCode"]] -= quantity
        else:
            moved[row["StockCode"]] += quantity
    return dict(moved)


# --- what server and tills hold on their disks -------------------------------------------------------


def by_code(rows: Iterable[tuple[str | None, int]]) -> dict[str, int]:
    """By the file's codes: of two that differ only in case, the later is stored as "85123a (2)"."""
    return {sku.partition(" (")[0]: figure for sku, figure in rows if sku is not None}


def sums_on_server(home: Path) -> dict[str, int]:
    sql = (
        "SELECT p.sku, sum(m.delta) FROM stock_movement m JOIN product p ON p.id = m.product_id"
        " WHERE m.device_id IS NOT NULL GROUP BY p.sku"
    )
    return by_code(read_rows(home / "server.sqlite3", sql))


def sums_on_till(home: Path) -> dict[str, int]:
    sql = (
        "SELECT c.sku, sum(m.delta) FROM movement m JOIN catalogue c ON c.product_id = m.product_id"
        " WHERE m.device_id IS NOT NULL GROUP BY c.sku"
    )
    return by_code(read_rows(home / "till.sqlite", sql))


def on_hand_at_till(home: Path) -> dict[str, int]:
    """The projection, made here: what the server confirmed, with whatever is unconfirmed on top."""
    sql = (
        "SELECT c.sku, sum(s.quantity) FROM (SELECT product_id, quantity FROM stock_level"
        " UNION ALL SELECT product_id, quantity FROM overlay) s"
        " JOIN catalogue c ON c.product_id = s.product_id GROUP BY c.sku"
    )
    return by_code(read_rows(home / "till.sqlite", sql))


# --- the stories -------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.data
async def test_a_day_with_outages_comes_to_the_same_sums_everywhere(
    data_dir: Path, server: str, tmp_path: Path
) -> None:
    rows = await asyncio.to_thread(goods_of_the_day, data_dir / FILE)
    expected = stock_movements(rows)
    work = tmp_path / "tills"
    report = await replay(options(data_dir / FILE, server, work), no_progress)

    assert report.settled, report.unfinished
    assert report.agree, report.disagreeing
    assert {code: sums.csv for code, sums in report.codes.items()} == expected
    assert {code: sums.server for code, sums in report.codes.items()} == expected
    for number in range(TILLS):
        assert {code: sums.tills[number] for code, sums in report.codes.items()} == expected

    assert sums_on_server(tmp_path / "server") == expected
    for number in range(1, TILLS + 1):
        home = work / f"till-{number}"
        assert sums_on_till(home) == expected
        assert {code: on_hand_at_till(home)[code] for code in expected} == expected

    check_counts(report, rows)
    check_history_kept_its_time(tmp_path / "server")
    check_written(report, tmp_path / "report.json")


def check_counts(report: ReplayReport, rows: list[dict[str, str]]) -> None:
    cancellations = {row["InvoiceNo"] for row in rows if row["InvoiceNo"].startswith("C")}
    adjustments = [row for row in rows if int(row["Quantity"]) < 0 and not row["InvoiceNo"].startswith("C")]
    sales = {row["InvoiceNo"] for row in rows if int(row["Quantity"]) > 0}
    assert report.sales == len(sales)
    assert report.refunds == len(cancellations)
    assert report.adjustments == len(adjustments)
    assert len(sales | cancellations) + len(adjustments) > 60
    assert report.lines == report.refused_lines + len(rows)
    assert report.refused_lines == sum(refused.lines for refused in report.refused.values())
    assert report.operations == len(report.codes) + report.sales + report.refunds + report.adjustments
    assert sum(till.completed for till in report.by_till) == report.operations
    assert report.sent == report.operations + report.retries
    assert report.duplicates <= report.retries
    assert (report.conflicts, report.dead_letters, report.quarantined) == (0, 0, 0)
    assert report.unsold == []
    assert [(taken.till, taken.cut_before) for taken in report.outages_taken] == [(1, 5), (3, 3)]


def check_history_kept_its_time(server_home: Path) -> None:
    sql = "SELECT min(occurred_ms), max(occurred_ms) FROM stock_movement WHERE device_id IS NOT NULL"
    ((first_ms, last_ms),) = read_rows(server_home / "server.sqlite3", sql)
    # In February the United Kingdom's time is UTC.
    days = {datetime.fromtimestamp(moment_ms / 1000, UTC).date() for moment_ms in (first_ms, last_ms)}
    assert days == {date.fromisoformat(DAY)}


def check_written(report: ReplayReport, path: Path) -> None:
    write_report(report, path)
    written = orjson.loads(path.read_bytes())
    assert written["agree"] is True
    assert written["from_date"] == DAY
    assert written["codes"].keys() == report.codes.keys()
    some = next(iter(report.codes))
    assert written["codes"][some]["tills"] == report.codes[some].tills
    assert "cancellation" in " ".join(written["rules"])


HISTORY = """\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,85123a,white heart,1,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,85123A,WHITE HEART,2,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
C536379,85123A,WHITE HEART,-3,2010-12-01 09:00:00,2.55,17850.0,United Kingdom
536380,85123A,damages,-10,2010-12-01 09:05:00,0.0,,United Kingdom
536381,POST,POSTAGE,1,2010-12-01 09:06:00,18.0,,France
"""


@pytest.mark.slow
async def test_a_second_replay_on_the_same_shop_counts_only_what_it_sold_itself(
    server: str, tmp_path: Path
) -> None:
    file = tmp_path / "history.csv"
    file.write_text(HISTORY)
    asked = options(file, server, tmp_path / "tills", tills=2, from_date=None, to_date=None, outages="")
    first = await replay(asked, no_progress)
    second = await replay(asked, no_progress)
    for report in (first, second):
        assert report.agree, report.disagreeing
        assert {code: sums.server for code, sums in report.codes.items()} == {"85123A": -15, "85123a": -1}
        assert (report.sales, report.refunds, report.adjustments) == (1, 1, 1)
    assert (first.products_created, first.products_reused) == (2, 0)
    assert (second.products_created, second.products_reused) == (0, 2)
    assert second.operations == 3
    assert sums_on_server(tmp_path / "server") == {"85123A": -30, "85123a": -2}


@pytest.mark.slow
async def test_an_adjustments_note_and_a_sales_invoice_reach_the_server(server: str, tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text(HISTORY)
    asked = options(file, server, tmp_path / "tills", tills=1, from_date=None, to_date=None, outages="")
    await replay(asked, no_progress)
    database = tmp_path / "server" / "server.sqlite3"
    wasted = read_rows(database, "SELECT delta, reason, note FROM stock_movement WHERE note IS NOT NULL")
    assert (-10, "waste", "damages") in wasted
    ((data,),) = read_rows(database, "SELECT data FROM till_transaction WHERE kind = 'sale'")
    assert orjson.loads(data)["payments"] == [
        {"method": "cash", "amountMinor": 9 * 255, "reference": "536365"}
    ]


@pytest.mark.slow
async def test_a_folder_of_another_shops_till_is_not_taken(server: str, tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text(HISTORY)
    asked = options(file, server, tmp_path / "tills", tills=1, from_date=None, to_date=None, outages="")
    await replay(asked, no_progress)
    elsewhere = options(file, server, tmp_path / "tills", tills=1, outages="", location="annex")
    with pytest.raises(ReplayFailed, match="is a till of demo, main"):
        await replay(elsewhere, no_progress)


async def test_a_bad_outage_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    asked = options(tmp_path / "no.csv", "http://127.0.0.1:9", tmp_path / "tills", outages="4:cut:1-2")
    with pytest.raises(BadOutages, match="names till 4"):
        await replay(asked, no_progress)
    assert not (tmp_path / "tills").exists()
