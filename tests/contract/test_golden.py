"""The wire, word for word: every message against a golden file, from which any language can be written.

`golden/` holds one file for each model, named after it, and more where a message has several shapes
(`Change.tombstone.json`). Here alone unknown fields are refused: what a model reads it must write again,
key for key. `hashes.json` holds the hashes that tills and servers must agree on, with what is hashed.
"""

import hashlib
import importlib
import json
import pkgutil
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from server_stub.services.visibility import KNOWN, Audience, visible_row
from sync_agent import contract
from sync_agent.contract.aliases import JoinProducts, PartProducts, ProductAliasRow
from sync_agent.contract.audit import entry_hash
from sync_agent.contract.conflicts import Conflict, ReopenConflict, ResolveConflict
from sync_agent.contract.operations import (
    SHIFT_OPERATIONS_MAX,
    CountData,
    Manifest,
    MovementData,
    Operation,
    ProductCreate,
    ProductEdit,
    QuarantineRow,
    ShiftClose,
    ShiftOpen,
    ShiftRow,
    TransactionData,
    TransferData,
    chain_hash,
    content_hash,
)
from sync_agent.contract.stock import (
    LocationRow,
    OversoldRow,
    ProductRow,
    StockLevel,
    StockLevelRow,
    UserRow,
)
from sync_agent.contract.streams import SnapshotPage, row_digest, written_digest
from sync_agent.contract.wire import UtcTime, Wire, canonical_json, format_time, from_ms, to_ms

HERE = Path(__file__).parent
GOLDEN_FILES = sorted((HERE / "golden").glob("*.json"))
HASHES = json.loads((HERE / "hashes.json").read_text(encoding="utf-8"))


def models() -> dict[str, type[Wire]]:
    """Every message model of the contract, by name."""
    names = [module.name for module in pkgutil.iter_modules(contract.__path__, f"{contract.__name__}.")]
    return {
        name: value
        for module in map(importlib.import_module, names)
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, Wire)
        and value is not Wire
        and not name.startswith("_")  # what two messages share, and none itself
        and value.__module__ == module.__name__
    }


MODELS = models()


def model_name(file: Path) -> str:
    return file.name.split(".")[0]


def golden(name: str) -> Any:
    return json.loads((HERE / "golden" / f"{name}.json").read_text(encoding="utf-8"))


each_golden_file = pytest.mark.parametrize("file", GOLDEN_FILES, ids=lambda file: file.stem)


def shape(value: Any) -> Any:
    """A JSON value with its types, since 1, 1.0 and true are equal to Python."""
    if isinstance(value, dict):
        return {key: shape(below) for key, below in value.items()}
    if isinstance(value, list):
        return [shape(below) for below in value]
    return type(value), value


# --- every message -----------------------------------------------------------------------------------


@each_golden_file
def test_a_message_is_written_as_it_was_read(file: Path) -> None:
    wire = golden(file.stem)
    read = MODELS[model_name(file)].model_validate(wire)
    assert shape(read.to_wire()) == shape(wire)


@each_golden_file
def test_a_message_is_the_same_as_json_text(file: Path) -> None:
    model = MODELS[model_name(file)]
    text = file.read_text(encoding="utf-8")
    assert model.model_validate_json(text) == model.model_validate(json.loads(text))
    assert json.loads(model.model_validate_json(text).model_dump_json(exclude_none=True)) == json.loads(text)


def test_every_model_has_a_golden_file_and_every_file_a_model() -> None:
    assert {model_name(file) for file in GOLDEN_FILES} == MODELS.keys()


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_field_of_a_model_stands_in_one_of_its_golden_files(name: str) -> None:
    shown: set[str] = set()
    for file in GOLDEN_FILES:
        if model_name(file) == name:
            shown |= golden(file.stem).keys()
    assert shown == {field.alias for field in MODELS[name].model_fields.values()}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_names_are_camel_case_on_the_wire(name: str) -> None:
    for field in MODELS[name].model_fields.values():
        assert field.alias is not None
        assert field.alias.isalnum(), field.alias
        assert field.alias[0].islower(), field.alias


@each_golden_file
def test_a_field_of_a_newer_server_is_ignored(file: Path) -> None:
    model = MODELS[model_name(file)]
    wire = golden(file.stem)
    newer = wire | {"addedInTheNextRelease": {"deeply": [1, None]}}
    assert model.model_validate(newer) == model.model_validate(wire)
    assert model.model_validate(newer).to_wire() == wire


def test_a_message_is_never_changed_once_it_was_read() -> None:
    operation = Operation.model_validate(golden("Operation.sale"))
    for name in Operation.model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(operation, name, "another")


# --- what travels inside other messages ---------------------------------------------------------------

DATA_OF_OPERATION: dict[str, type[Wire]] = {
    "sale": TransactionData,
    "count": CountData,
    "movement": MovementData,
    "product_create": ProductCreate,
    "product_edit": ProductEdit,
    "product_join": JoinProducts,
    "product_part": PartProducts,
    "resolution": ResolveConflict,
    "reopening": ReopenConflict,
    "transfer": TransferData,
    "shift_open": ShiftOpen,
    "shift_close": ShiftClose,
    "plain": CountData,
}
ROW_OF_CHANGE: dict[str, type[Wire]] = {
    "product": ProductRow,
    "product_alias": ProductAliasRow,
    "location": LocationRow,
    "user": UserRow,
    "stock_level": StockLevelRow,
    "conflict": Conflict,
    "oversold": OversoldRow,
    "shift": ShiftRow,
    "quarantine": QuarantineRow,
}
ROW_OF_SNAPSHOT: dict[str, type[Wire]] = {"product": ProductRow, "stock_level": StockLevel}


def without_nulls(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


@pytest.mark.parametrize("name", DATA_OF_OPERATION)
def test_an_operations_data_is_that_of_its_resource(name: str) -> None:
    data = golden(f"Operation.{name}")["data"]
    assert shape(DATA_OF_OPERATION[name].model_validate(data).to_wire()) == shape(data)


def test_a_product_is_deleted_without_any_data() -> None:
    assert golden("Operation.product_delete")["data"] == {}


@pytest.mark.parametrize("name", ROW_OF_CHANGE)
def test_a_change_carries_the_whole_row_of_its_resource(name: str) -> None:
    change = golden(f"Change.{name}")
    assert change["resourceType"] == name
    assert shape(ROW_OF_CHANGE[name].model_validate(change["row"]).to_wire()) == shape(
        without_nulls(change["row"])
    )


@pytest.mark.parametrize("name", ROW_OF_SNAPSHOT)
def test_a_snapshot_page_is_columns_and_rows_of_its_resource(name: str) -> None:
    page = SnapshotPage.model_validate(golden(f"SnapshotPage.{name}"))
    assert page.resource_type == name
    for values in page.rows:
        row = dict(zip(page.columns, values, strict=True))
        assert shape(ROW_OF_SNAPSHOT[name].model_validate(row).to_wire()) == shape(without_nulls(row))


def test_an_offline_queue_item_of_a_plain_client_is_read_whole() -> None:
    beside = {"tenantId": "demo", "userId": "bob", "retryCount": 2, "status": "pending"}
    plain = golden("Operation.plain")
    assert Operation.model_validate(plain | beside) == Operation.model_validate(plain)


def test_a_product_edit_tells_a_field_that_is_emptied_from_one_that_is_left_alone() -> None:
    edit = ProductEdit.model_validate({"set": {"barcode": None}, "base": {"barcode": "4006381333931"}})
    assert edit.set.model_fields_set == {"barcode"}
    assert edit.set.barcode is None


def test_a_stream_carries_a_quarantined_sale_without_what_was_in_it() -> None:
    assert "payload" in golden("QuarantineRow")
    assert "payload" not in golden("Change.quarantine")["row"]


# --- what a shift says it sent -------------------------------------------------------------------------


@pytest.mark.parametrize("count", [96, 98, 0])
def test_a_manifest_that_does_not_add_up_is_refused(count: int) -> None:
    with pytest.raises(ValidationError, match="count: not as many"):
        Manifest.model_validate(golden("Manifest") | {"count": count})


def test_a_shift_without_operations_has_no_number_from_first_to_last() -> None:
    quiet = Manifest.model_validate(golden("Manifest.quiet_day"))
    assert range(quiet.first_device_seq, quiet.last_device_seq + 1) == range(1118, 1118)


def test_a_manifest_names_as_many_operations_as_a_shift_can_have_and_no_more() -> None:
    def of(count: int) -> dict[str, Any]:
        return dict(golden("Manifest")) | {"count": count, "firstDeviceSeq": 5, "lastDeviceSeq": count + 4}

    assert Manifest.model_validate(of(SHIFT_OPERATIONS_MAX)).count == SHIFT_OPERATIONS_MAX
    with pytest.raises(ValidationError, match=str(SHIFT_OPERATIONS_MAX)):
        Manifest.model_validate(of(SHIFT_OPERATIONS_MAX + 1))


@pytest.mark.parametrize("quantity", [0, -6])
def test_only_a_positive_quantity_can_be_transferred(quantity: int) -> None:
    line = golden("TransferLine") | {"quantity": quantity}
    with pytest.raises(ValidationError, match="greater than 0"):
        TransferData.model_validate(golden("TransferData") | {"lines": [line]})


# --- numbers -----------------------------------------------------------------------------------------

EXACT_NUMBERS = [
    pytest.param(file, name, id=f"{file.stem}-{name}")
    for file in GOLDEN_FILES
    for name, value in golden(file.stem).items()
    if type(value) is int
]


@pytest.mark.parametrize(("file", "name"), EXACT_NUMBERS)
def test_only_a_whole_number_is_a_quantity_money_or_a_version(file: Path, name: str) -> None:
    wire = golden(file.stem)
    for odd in (float(wire[name]), wire[name] + 0.5, str(wire[name]), True, 2**53 + 1, -(2**53) - 1):
        with pytest.raises(ValidationError):
            MODELS[model_name(file)].model_validate(wire | {name: odd})


def test_a_float_in_json_text_is_no_quantity_either() -> None:
    assert MovementData.model_validate_json('{"delta": -3, "reason": "waste"}').delta == -3
    for odd in ("-3.0", '"-3"', "-3e0", "true", "null"):
        with pytest.raises(ValidationError):
            MovementData.model_validate_json(f'{{"delta": {odd}, "reason": "waste"}}')


@pytest.mark.parametrize("limit", [10**12, -(10**12)])
def test_quantities_and_money_go_up_to_a_million_millions_either_way(limit: int) -> None:
    beyond = limit + (1 if limit > 0 else -1)
    assert MovementData.model_validate({"delta": limit, "reason": "found"}).delta == limit
    with pytest.raises(ValidationError):
        MovementData.model_validate({"delta": beyond, "reason": "found"})
    payment = golden("TransactionData")
    assert TransactionData.model_validate(payment | {"totalMinor": limit}).total_minor == limit
    with pytest.raises(ValidationError):
        TransactionData.model_validate(payment | {"totalMinor": beyond})


# --- times -------------------------------------------------------------------------------------------

TIME: TypeAdapter[datetime] = TypeAdapter(UtcTime)


@pytest.mark.parametrize(
    ("received", "written"),
    [
        ("2026-03-14T09:00:05.123Z", "2026-03-14T09:00:05.123Z"),
        ("2026-03-14T09:00:05Z", "2026-03-14T09:00:05.000Z"),
        ("2026-03-14T09:00:05", "2026-03-14T09:00:05.000Z"),
        ("2026-03-14T10:00:05.123+01:00", "2026-03-14T09:00:05.123Z"),
        ("2026-03-13T23:30:05.5-09:30", "2026-03-14T09:00:05.500Z"),
        ("2026-03-14T09:00:05.123999Z", "2026-03-14T09:00:05.123Z"),
    ],
)
def test_a_time_is_written_in_utc_with_milliseconds(received: str, written: str) -> None:
    read = TIME.validate_python(received)
    assert read.utcoffset() == timedelta(0)
    assert TIME.dump_python(read, mode="json") == written
    assert json.loads(TIME.dump_json(read)) == written
    assert format_time(from_ms(to_ms(read))) == written


def test_a_time_without_a_zone_is_utc_and_one_with_a_zone_the_same_moment() -> None:
    naive = datetime(2026, 3, 14, 9, 0, 5)  # noqa: DTZ001 - what a careless client sends
    paris = datetime(2026, 3, 14, 10, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    utc = datetime(2026, 3, 14, 9, 0, 5, tzinfo=UTC)
    assert TIME.validate_python(naive) == TIME.validate_python(paris) == utc


@pytest.mark.parametrize("beyond", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_beyond_the_calendar_is_refused_in_words(beyond: str) -> None:
    with pytest.raises(ValidationError, match="beyond the calendar"):
        TIME.validate_python(beyond)


# --- hashes ------------------------------------------------------------------------------------------


def turned_round(value: Any) -> Any:
    """The same value with the keys of every object the other way about."""
    if isinstance(value, dict):
        return {key: turned_round(below) for key, below in reversed(value.items())}
    if isinstance(value, list):
        return [turned_round(below) for below in value]
    return value


def content_of(hashed: dict[str, Any], data: Any) -> str:
    return content_hash(hashed["operation"], hashed["resourceType"], hashed["resourceId"], data)


each_hash = pytest.mark.parametrize("hashed", HASHES["operations"], ids=lambda hashed: hashed["resourceType"])


@each_hash
def test_what_is_hashed_is_spelled_in_one_way(hashed: dict[str, Any]) -> None:
    asked = [hashed["operation"], hashed["resourceType"], hashed["resourceId"], hashed["data"]]
    assert canonical_json(asked).decode() == hashed["canonical"]
    link = [hashed["prevHash"], hashed["id"], hashed["deviceSeq"], hashed["contentHash"]]
    assert canonical_json(link).decode() == hashed["chained"]


@each_hash
def test_an_operations_content_has_its_golden_hash(hashed: dict[str, Any]) -> None:
    assert content_of(hashed, hashed["data"]) == hashed["contentHash"]


@each_hash
def test_the_order_of_keys_does_not_matter_to_the_hash(hashed: dict[str, Any]) -> None:
    assert content_of(hashed, turned_round(hashed["data"])) == hashed["contentHash"]


def test_the_order_of_lines_does_matter_to_the_hash() -> None:
    assert content_hash("create", "transaction", None, {"lines": [1, 2]}) != content_hash(
        "create", "transaction", None, {"lines": [2, 1]}
    )


@each_hash
def test_another_operation_resource_or_content_has_another_hash(hashed: dict[str, Any]) -> None:
    asked = (hashed["operation"], hashed["resourceType"], hashed["resourceId"], hashed["data"])
    for place in range(len(asked)):
        other = [*asked[:place], "other", *asked[place + 1 :]]
        assert content_hash(other[0], other[1], other[2], other[3]) != hashed["contentHash"]


def test_the_chain_ties_each_operation_to_all_before_it() -> None:
    previous = ""
    for hashed in HASHES["operations"]:
        assert hashed["prevHash"] == previous
        previous = chain_hash(previous, hashed["id"], hashed["deviceSeq"], hashed["contentHash"])
        assert hashed["chainHash"] == previous


# --- digests of rows ---------------------------------------------------------------------------------------

each_row = pytest.mark.parametrize("row", HASHES["rows"], ids=lambda row: row["hashed"][-8:])


def digest_of(row: dict[str, Any]) -> int:
    return row_digest(row["resourceId"], row["version"], row.get("quantity"))


@each_row
def test_a_row_has_its_golden_digest(row: dict[str, Any]) -> None:
    assert written_digest(digest_of(row)) == row["digest"]
    assert hashlib.sha256(row["hashed"].encode()).hexdigest()[:32] == row["digest"]


@each_row
def test_another_version_or_quantity_has_another_digest(row: dict[str, Any]) -> None:
    quantity = row.get("quantity")
    assert row_digest(row["resourceId"], row["version"] + 1, quantity) != digest_of(row)
    assert row_digest(row["resourceId"], row["version"], (quantity or 0) + 1) != digest_of(row)


def test_digests_of_rows_are_summed_modulo_two_to_the_128() -> None:
    total = 0
    for row in HASHES["rows"]:
        total += digest_of(row)
        assert written_digest(total) == row["sum"]
    assert total >= 2**128, "the golden rows no longer show what happens beyond 128 bits"


def test_the_digest_of_rows_is_the_same_in_any_order() -> None:
    digests = [digest_of(row) for row in HASHES["rows"]]
    assert written_digest(sum(reversed(digests))) == HASHES["rows"][-1]["sum"]


def test_the_digest_of_no_rows_is_all_noughts() -> None:
    assert written_digest(0) == "0" * 32


# --- the audit trail's chain -------------------------------------------------------------------------------

each_line = pytest.mark.parametrize("line", HASHES["auditTrail"], ids=lambda line: line["entry"]["kind"])


@each_line
def test_an_audit_line_is_spelled_in_one_way_and_has_its_golden_hash(line: dict[str, Any]) -> None:
    assert canonical_json([line["prevHash"], line["entry"]]).decode() == line["canonical"]
    assert entry_hash(line["prevHash"], line["entry"]) == line["hash"]
    assert entry_hash(line["prevHash"], turned_round(line["entry"])) == line["hash"]


@each_line
def test_an_audit_line_with_anything_else_in_it_has_another_hash(line: dict[str, Any]) -> None:
    for name in line["entry"]:
        assert entry_hash(line["prevHash"], line["entry"] | {name: "other"}) != line["hash"]
        without = {other: value for other, value in line["entry"].items() if other != name}
        assert entry_hash(line["prevHash"], without) != line["hash"]


def test_the_chain_ties_each_audit_line_to_all_before_it() -> None:
    previous = ""
    for line in HASHES["auditTrail"]:
        assert line["prevHash"] == previous
        previous = entry_hash(previous, line["entry"])
        assert line["hash"] == previous


def test_whoever_reads_the_trail_can_check_each_line_by_what_stands_in_it() -> None:
    for line in golden("AuditPage")["entries"]:
        told = {name: value for name, value in line.items() if name not in {"hash", "prevHash"}}
        assert entry_hash(line["prevHash"], told) == line["hash"]


# --- a newer server's rows, as a till of 0.1.0 is sent them ---------------------------------------------

NEWER_ROWS = {
    "stock_movement": ("StockMovement.newer",),
    "product": ("ProductRow.newer",),
    "user": ("UserRow.newer",),
    "transaction": ("TransactionRow.newer",),
    "conflict": ("Conflict.newer", "Conflict.resolved_newer"),
    "shift": ("ShiftRow.newer",),
    "quarantine": ("QuarantineRow.newer",),
}


@pytest.mark.parametrize(
    ("resource_type", "name"), [(of, name) for of in NEWER_ROWS for name in NEWER_ROWS[of]]
)
def test_a_newer_row_is_sent_to_0_1_0_in_words_that_it_knows(resource_type: str, name: str) -> None:
    row = golden(name)
    old = visible_row(resource_type, row, Audience(is_till=True, is_tolerant=False))
    assert old is not None
    assert old != row
    for (of, field), words in KNOWN.items():
        if of == resource_type and field in old:
            assert old[field] in words.known
    assert old.get("unit", "each") in {"each", "kg"}
    methods = {payment["method"] for payment in old.get("payments", ())}
    assert methods <= KNOWN["payment", "method"].known
