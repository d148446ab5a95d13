"""docs/protocol.md says what the code has: every name, number and state, and examples that come out."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest

from server_stub import vocabulary
from server_stub.documents.events import CLIENT_EVENTS, SERVER_EVENTS
from server_stub.documents.schemas import changed_rows
from server_stub.operations.flags.kinds import FLAG_KINDS
from server_stub.operations.handlers import BUILT_IN, HANDLERS
from server_stub.roles import ENDPOINTS
from server_stub.services.visibility import KNOWN
from server_stub.settings import Settings
from sync_agent.contract import codes
from sync_agent.contract.codes import HTTP_STATUS, ErrorCode
from sync_agent.contract.conflicts import Conflict, ConflictType, Resolution
from sync_agent.contract.events import EndReason
from sync_agent.contract.identity import Role
from sync_agent.contract.operations import (
    SHIFT_OPERATIONS_MAX,
    Operation,
    QuarantineRow,
    ResultStatus,
    ShiftRow,
    chain_hash,
    content_hash,
)
from sync_agent.contract.streams import row_digest, written_digest
from sync_agent.contract.wire import AMOUNT_MAX, LEVELS_MAX, PROTOCOL_VERSION, Wire

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "protocol.md").read_text()
WORDS = " ".join(TEXT.split())
SETTINGS = Settings(home=Path())
RATES = SETTINGS.rate_limits


def section(heading: str) -> str:
    return TEXT.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def arrows_of(heading: str) -> list[tuple[str, str, str]]:
    """From, to and words of each arrow of a section's state diagram."""
    diagram = section(heading).split("stateDiagram-v2", 1)[1].split("```", 1)[0]
    return re.findall(r"^\s*(\S+) --> ([^\s:]+)(?:: (.*))?$", diagram, flags=re.MULTILINE)


def states_of(heading: str) -> set[str]:
    return {name for start, end, _ in arrows_of(heading) for name in (start, end)} - {"[*]"}


def literals(model: type[Wire], name: str) -> set[str]:
    """The words that a field of the model has; it may be open to others."""
    annotation = model.model_fields[name].annotation
    words = annotation if get_origin(annotation) is Literal else get_args(annotation)[0]
    return set(get_args(words))


def rows_of(heading: str, first: str) -> dict[str, list[str]]:
    """The table of a section whose head begins with that word: its rows by their first cell."""
    table = section(heading).split(f"| {first} |", 1)[1].split("\n\n", 1)[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return {re.sub(r"^`([^`]*)`$", r"\1", row[0]): row[1:] for row in cells}


def test_every_error_code_stands_with_its_status() -> None:
    told = rows_of("The envelope and its codes", "code")
    assert {code: int(cells[0]) for code, cells in told.items()} == {
        code.value: HTTP_STATUS[code] for code in ErrorCode
    }


def test_every_result_status_is_told() -> None:
    told = rows_of("Operations and their results", "status")
    assert set(told) == {status.value for status in ResultStatus}


@pytest.mark.parametrize(("first", "known"), [("conflictType", ConflictType), ("resolution", Resolution)])
def test_every_kind_of_conflict_and_resolution_is_told(first: str, known: type[StrEnum]) -> None:
    assert set(rows_of("Conflicts", first)) == {each.value for each in known}


def test_every_reason_for_an_end_is_told() -> None:
    assert set(rows_of("Identity", "reason")) == set(get_args(EndReason))


def test_every_role_is_told() -> None:
    assert set(rows_of("Identity", "role")) == set(get_args(Role))


def test_every_word_of_a_vocabulary_stands_with_what_it_means_and_does() -> None:
    direction = {1: "+", -1: "−", 0: "–"}
    assert rows_of("Vocabularies", "reason") == {
        code: [row.sign, row.meaning] for code, row in vocabulary.MOVEMENT_REASONS.items()
    }
    assert rows_of("Vocabularies", "method") == {
        code: [row.meaning] for code, row in vocabulary.PAYMENT_METHODS.items()
    }
    assert rows_of("Vocabularies", "kind") == {
        code: [direction[row.stock], direction[row.turnover], row.meaning]
        for code, row in vocabulary.TRANSACTION_KINDS.items()
    }
    assert rows_of("Vocabularies", "unit") == {
        code: [str(row.decimals), row.meaning] for code, row in vocabulary.UNITS.items()
    }
    assert {code: cells[0] for code, cells in rows_of("Identity", "role").items()} == {
        code: row.meaning for code, row in vocabulary.ROLES.items()
    }


def test_every_event_is_told_on_its_side() -> None:
    assert set(rows_of("What a client sends", "event")) == set(CLIENT_EVENTS)
    assert set(rows_of("What the server sends", "event")) == set(SERVER_EVENTS)


@pytest.mark.parametrize("name", [*CLIENT_EVENTS, *SERVER_EVENTS])
def test_a_payload_has_the_fields_of_its_model_and_no_other(name: str) -> None:
    client = CLIENT_EVENTS.get(name)
    heading = "What a client sends" if client else "What the server sends"
    told = rows_of(heading, "event")[name][0 if client else 1]
    if not told.startswith("`{"):
        return
    model = client.takes if client else SERVER_EVENTS[name].payload
    fields = {field.alias or own for own, field in model.model_fields.items()}
    if name == "conflict-resolved":
        fields -= {"resolvedBy"}
    assert set(re.findall(r"\w+", told.split("`")[1])) == fields


def test_optional_fields_of_what_clients_send_are_marked() -> None:
    for name, event in CLIENT_EVENTS.items():
        told = rows_of("What a client sends", "event")[name][0]
        for own, field in event.takes.model_fields.items():
            if f"{field.alias or own}?" in told:
                assert not field.is_required(), (name, own)


def test_an_operation_has_the_fields_of_its_model() -> None:
    (told,) = re.findall(r"^`{(id, operation, .*)}`\.$", TEXT, flags=re.MULTILINE)
    fields = [(field.alias or own, field.is_required()) for own, field in Operation.model_fields.items()]
    told_fields = [(each.rstrip("?"), not each.endswith("?")) for each in told.split(", ")]
    assert sorted(told_fields) == sorted(fields)


def test_every_form_of_operation_is_told() -> None:
    table = section("Operations and their results").split("| data |", 1)[1].split("\n\n", 1)[0]
    told = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*) \|$", table, flags=re.MULTILINE)
    assert sorted((kind, verb) for kind, verb, _ in told) == sorted(
        (handler.resource_type, handler.verb) for handler in BUILT_IN
    )


def test_every_flag_is_told_with_its_subject_and_when_it_is_set() -> None:
    table = section("Operations and their results").split("| flag | subject |", 1)[1].split("\n\n", 1)[0]
    told = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", table, flags=re.MULTILINE)
    assert told == [(kind.code, kind.about or "–", kind.when) for kind in FLAG_KINDS.values()]


def test_every_resource_type_of_a_change_is_told() -> None:
    told = re.findall(r"`(\w+)`", " ".join(rows_of_streams()))
    assert set(told) == set(changed_rows(HANDLERS))


def rows_of_streams() -> list[str]:
    table = section("Streams").split("| resourceType |", 1)[1].split("\n\n", 1)[0]
    return [line.split("|")[1] for line in table.splitlines()[2:]]


def test_what_each_newer_word_becomes_for_a_client_that_is_not_tolerant() -> None:
    table = section("Versions of this protocol").split("| of | field |", 1)[1].split("\n\n", 1)[0]
    told = [tuple(cell.strip(" `") for cell in line.strip("|").split("|")) for line in table.splitlines()[2:]]
    assert told == [(of, name, words.nearest) for (of, name), words in KNOWN.items()]


def test_every_endpoint_is_told_with_its_roles() -> None:
    line = re.compile(r"^\| `([A-Z]+) (\S+)` \| .* \| (.*) \|$", flags=re.MULTILINE)
    told = {(method, path): open_to for method, path, open_to in line.findall(section("HTTP, whole"))}
    assert set(told) == set(ENDPOINTS)
    for endpoint, open_to in told.items():
        named = set(get_args(Role)) if open_to == "all" else set(open_to.split(", ")) & set(get_args(Role))
        assert named == ENDPOINTS[endpoint], endpoint


LIMITS = {
    "an event, or the body of a request": f"{codes.EVENT_BYTES_MAX // 1024} KiB",
    "the event `sync-offline-queue`": f"{codes.QUEUE_EVENT_BYTES_MAX // 1024} KiB",
    "the body of `POST /api/v1/realtime/offline-queue`": f"{codes.QUEUE_REQUEST_BYTES_MAX // 1024} KiB",
    "operations in either": f"{codes.QUEUE_OPERATIONS_MAX}",
    "levels of nesting": f"{LEVELS_MAX}",
    "whole numbers": "±2^53",
    "quantities and amounts of money that are sent": "±10^12",
    "operations in one shift": f"{SHIFT_OPERATIONS_MAX}",
    "requests and events of one user, or of one till by itself": (
        f"{RATES.events_per_s} a second, bursts of {RATES.events_burst}"
    ),
    "uploads of one till": f"{RATES.uploads_per_s} a second, bursts of {RATES.uploads_burst}",
    "requests and events of one tenant": f"{RATES.tenant_per_s} a second, bursts of {RATES.tenant_burst}",
    "wrong secrets for one account from one address": f"{RATES.tries_a_minute} a minute",
    "secrets tried for one account from addresses that it does not know": (
        f"{RATES.strangers_tries_an_hour} an hour"
    ),
    "secrets tried from one address": f"{RATES.address_tries_a_minute} a minute",
    "refreshes from one address": f"{RATES.refreshes_per_s} a second, bursts of {RATES.refreshes_burst}",
    "sockets of one process": f"{SETTINGS.connections_max}",
    "sockets of one tenant": f"{SETTINGS.connections_per_tenant_max}",
    "connections, and sockets, of one address, in IPv6 of one /64, at one process": (
        f"{SETTINGS.connections_per_address_max}"
    ),
    "joined sockets of one user, or of one till": f"{SETTINGS.sockets_per_bearer_max}",
    "requests of one user, or of one till, served at once by one process": (
        f"{SETTINGS.requests_per_bearer_max}"
    ),
    "wrong one-time codes from one address in 15 minutes": f"{RATES.code_tries}",
    "a TLS handshake, and the head of a request": f"{SETTINGS.head_within_s:.0f} s",
    "the body of a request": f"{SETTINGS.body_within_s:.0f} s",
    "reading nothing of what was sent": f"{SETTINGS.unread_s:.0f} s",
    "reading all of what was sent": f"{SETTINGS.unread_total_s:.0f} s",
}


def test_limits_are_what_they_are() -> None:
    assert AMOUNT_MAX == 10**12
    assert {what: cells[0] for what, cells in rows_of("Limits", "what").items()} == LIMITS


@pytest.mark.parametrize(
    "said",
    [
        f"This is protocol {PROTOCOL_VERSION}.",
        f"a JWT that lasts {SETTINGS.access_token_s // 60} minutes",
        f"nobody joined within {SETTINGS.join_within_s:.0f} s",
        f"the token ran out {SETTINGS.token_grace_s:.0f} s ago",
        f"a ping every {SETTINGS.ping_interval_s:.0f} s, and {SETTINGS.ping_timeout_s:.0f} s to answer it",
        f"at most {SETTINGS.initial_levels_max} stock levels and the {SETTINGS.initial_movements_max} newest",
        f"within {SETTINGS.feed_window_ms} ms go out together, at most {SETTINGS.feed_changes_max} in one",
        f"`{{changes, head, epoch}}`; at most {SETTINGS.changes_page_max}.",
        f"changes older than {SETTINGS.retention_days} days",
        f"at most {SETTINGS.snapshot_rows} rows",
        f"`sync-state` comes every {SETTINGS.sync_state_s:.0f} s",
    ],
)
def test_numbers_in_the_text_are_those_of_the_settings(said: str) -> None:
    assert said in WORDS


@pytest.mark.parametrize(
    ("heading", "states"),
    [
        ("Operations and their results", {status.value for status in ResultStatus}),
        ("Conflicts", literals(Conflict, "status")),
        ("Quarantine", literals(QuarantineRow, "status")),
        ("Shifts", literals(ShiftRow, "status")),
        ("Identity", {"opened", "joined", "ended"}),
    ],
)
def test_states_are_drawn_as_they_are(heading: str, states: set[str]) -> None:
    assert states_of(heading) == states


def test_a_session_ends_for_each_of_the_reasons() -> None:
    drawn = [words for _, end, words in arrows_of("Identity") if end == "ended"]
    assert sorted(", ".join(drawn).split(", ")) == sorted(get_args(EndReason))


def test_the_hashes_of_the_example_come_out() -> None:
    content = content_hash("update", "stock_level", "tea", {"delta": -1, "reason": "waste"})
    assert f"content  {content}\nchain    {chain_hash('', 'op-1', 1, content)}\n" in TEXT


def test_the_digests_of_the_example_come_out() -> None:
    tea, mug = row_digest("tea", 7, 12), row_digest("mug", 2, -3)
    example = f"tea:7:12   {tea:032x}\nmug:2:-3   {mug:032x}\ndigest     {written_digest(tea + mug)}\n"
    assert example in TEXT


def test_the_page_draws_what_happens() -> None:
    assert TEXT.count("sequenceDiagram") >= 7
    assert TEXT.count("stateDiagram-v2") == 5


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    text = page.read_text()
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        linked = page.parent / name if name else page
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors_of(linked.read_text()), target


def anchors_of(text: str) -> set[str]:
    headings: list[Any] = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
