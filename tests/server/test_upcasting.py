"""Old forms of operations are brought up to date on their way in; newer ones wait, and nothing is lost."""

from typing import Any

from server_stub.operations.upcasting import NewerForm, to_current
from sync_agent.contract.operations import OPERATION_SCHEMA
from tests.kit.operations import movement, sale
from tests.kit.rules import Rules


def renamed(item: dict[str, Any]) -> dict[str, Any]:
    data = dict(item["data"])
    return item | {"data": data | {"delta": data.pop("change")}}


def test_an_old_form_goes_through_every_step_to_the_current_one() -> None:
    steps = {1: renamed, 2: lambda item: item | {"operation": "update"}}
    item = {"schema": 1, "operation": "change", "data": {"change": -2}}
    assert to_current(item, steps, current=3) == {"schema": 3, "operation": "update", "data": {"delta": -2}}
    assert item["data"] == {"change": -2}, "what was sent is left as it was"


def test_a_form_that_is_not_told_is_the_first() -> None:
    assert to_current({"data": {"change": 1}}, {1: renamed}, current=2)["data"] == {"delta": 1}


def test_a_newer_form_is_told_as_such() -> None:
    try:
        to_current({"schema": OPERATION_SCHEMA + 1})
    except NewerForm:
        return
    raise AssertionError("it was taken")


def test_a_sale_of_a_newer_form_is_kept_whole_and_anything_else_refused_in_words(rules: Rules) -> None:
    newer: dict[str, Any] = {"schema": OPERATION_SCHEMA + 1}
    kept, refused = rules.send("d1", sale({"p": 1}, **newer), movement("p", 1, **newer))
    assert kept["status"] == "quarantined"
    assert refused["status"] == "rejected"
    assert "newer Evertill" in refused["error"]
