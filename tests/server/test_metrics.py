"""Metrics: what happened is counted, and the alert rules and the dashboard ask for what there is."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import orjson
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from server_stub.cli.demo_data import DEMO_PASSWORD
from server_stub.run import running
from server_stub.settings import Settings
from tests.kit.operations import T0_MS, count, movement, operation, sale
from tests.kit.paths import ROOT
from tests.kit.servers import ShopServer

ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
SCRAPING = ROOT / "deploy" / "prometheus" / "prometheus.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "evertill.json"
RUNBOOK = re.compile(r"docs/troubleshooting\.md#(connection-problems|sync-issues|performance-issues)")


class Figures:
    """What a server's metrics say."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._samples = [
            sample for family in text_string_to_metric_families(text) for sample in family.samples
        ]

    @property
    def names(self) -> set[str]:
        return {sample.name for sample in self._samples}

    def of(self, name: str, **labels: str) -> float:
        """The sum of the samples with these labels."""
        return sum(
            sample.value
            for sample in self._samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )


async def look(shop: ShopServer) -> Figures:
    answer = await shop.metrics()
    assert answer.status_code == 200, answer.text
    return Figures(answer.text)


async def look_until(shop: ShopServer, is_so: Callable[[Figures], bool]) -> Figures:
    while not is_so(figures := await look(shop)):
        pass
    return figures


async def test_flags_are_counted_by_name_as_they_are_set_and_as_they_go(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    before = await look(shop)
    assert before.of("evertill_flags_total", flag="wrong_currency", step="set") == 0, "there from the start"
    odd = sale({"later": 1})
    odd["data"]["currency"] = "USD"
    await alice.send(odd)
    made = operation("product", {"name": "Later"}, operation="create", resourceId="later")
    await alice.send(made)

    def counted(figures: Figures, flag: str) -> tuple[float, float]:
        set_, gone = (figures.of("evertill_flags_total", flag=flag, step=step) for step in ("set", "gone"))
        return set_, gone

    after = await look_until(shop, lambda figures: counted(figures, "unknown_product") == (1, 1))
    assert counted(after, "wrong_currency") == (1, 0)


async def test_what_happened_is_counted(shop: ShopServer) -> None:
    bob, alice = await shop.sign_in("demo", "bob"), await shop.sign_in("demo", "alice")
    wrong = {"tenantId": "demo", "username": "bob", "password": "no"}
    await shop.http.post("/api/v1/auth/login", json=wrong)
    socket = await shop.join("demo", bob, locationId="main")
    await shop.join("demo", alice)
    await shop.connect()
    sold = sale({"p": 2})
    await bob.send(sold, {"id": "x", "resourceType": "mystery", "data": {}})
    await bob.send(sold)
    await bob.send(count("q", 4, T0_MS, version=0), count("q", 5, T0_MS, version=0))
    (conflict,) = (await bob.get("/realtime/conflicts")).json()["data"]
    decision = {"conflictId": conflict["id"], "resolution": "accept_server"}
    assert (await bob.post("/realtime/resolve-conflict", decision)).status_code == 200
    await bob.post("/devices/enroll", {"name": "x", "locationId": "main"})
    await socket.call("ping", {})
    await socket.call("no-such-event", {})

    figures = await look_until(shop, lambda seen: seen.of("evertill_feed_changes_total") >= 5)
    assert figures.of("evertill_connections", tenant="demo") == 2
    assert figures.of("evertill_sockets_open") == 3
    assert figures.of("evertill_sign_ins_total", outcome="accepted") == 2
    assert figures.of("evertill_sign_ins_total", outcome="refused") == 1
    told = {"resource_type": "transaction", "status": "applied"}
    assert figures.of("evertill_operations_total", **told, repeated="no") == 1
    assert figures.of("evertill_operations_total", **told, repeated="yes") == 1
    assert figures.of("evertill_operations_total", resource_type="(unknown)", status="rejected") == 1
    assert figures.of("evertill_conflicts_total", step="opened", resource_type="stock_level") == 1
    assert figures.of("evertill_conflicts_total", step="resolved", resolution="accept_server") == 1
    assert figures.of("evertill_refusals_total", code="forbidden") == 1
    assert figures.of("evertill_requests_total", route="/api/v1/devices/enroll", status="403") == 1
    assert figures.of("evertill_transaction_seconds_count", kind="write", outcome="done") > 4
    assert figures.of("evertill_errors_total") == 0
    assert figures.of("evertill_ready") == 1
    assert figures.of("evertill_cache_entries", cache="standings") >= 1
    assert figures.of("process_resident_memory_bytes") > 10e6


async def test_events_are_counted_under_known_names_alone(shop: ShopServer) -> None:
    socket = await shop.join("demo", await shop.sign_in("demo", "bob"))
    await socket.call("ping", {})
    for made_up in ("canary-1", "canary-2", "disconnect"):
        await socket.call(made_up, {})
    figures = await look(shop)
    assert figures.of("evertill_events_total", event="ping", outcome="ok") == 1
    assert figures.of("evertill_events_total", event="(unknown)", outcome="unknown_event") == 3
    assert figures.of("evertill_event_seconds_count", event="ping") == 1
    assert "canary" not in figures.text


async def test_nothing_of_what_a_shop_sold_is_in_the_metrics(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    canary = "canary-of-the-shop"
    await alice.send(movement(canary, 3), sale({canary: 1}), {"id": canary, "resourceType": canary})
    await alice.get(f"/stock/{canary}")
    await shop.http.get(f"/{canary}")
    await shop.http.request("DELETE", f"/api/v1/{canary}?x={canary}")
    assert canary not in (await look(shop)).text


async def test_two_servers_in_one_process_do_not_add_up(
    open_with: Callable[..., Any], shop: ShopServer
) -> None:
    await shop.sign_in("demo", "bob")
    async with open_with() as other:
        assert (await look(other)).of("evertill_sign_ins_total") == 0
    assert (await look(shop)).of("evertill_sign_ins_total") == 1


async def test_metrics_need_their_token_from_everywhere(open_with: Callable[..., Any]) -> None:
    elsewhere, here = {"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "127.0.0.1"}
    for proxies in ((), ("127.0.0.1",)):
        async with open_with(metrics_token="m3tr1cs", trusted_proxies=proxies) as shop:
            for source in ({}, here, elsewhere):
                for words, status in (
                    (None, 403),
                    ("m3tr1cs", 403),
                    ("Basic m3tr1cs", 403),
                    ("Bearer m3tr1cs", 200),
                ):
                    told = {**source, **({} if words is None else {"Authorization": words})}
                    answer = await shop.http.get("/metrics", headers=told)
                    assert answer.status_code == status, (proxies, told)
            assert "--metrics-token-file" in (await shop.http.get("/metrics")).json()["error"]["message"]


async def test_without_a_token_nobody_reads_metrics_and_is_told_why(settings: Settings) -> None:
    async with running(settings) as server, httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        for words in ("", "Bearer", "Bearer None", f"Bearer {DEMO_PASSWORD}"):
            answer = await http.get("/metrics", headers={"Authorization": words} if words else {})
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
            assert "started without --metrics-token-file" in answer.json()["error"]["message"]


async def test_a_slow_query_is_counted_and_logged_without_what_was_asked_for(
    open_with: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    async with open_with(slow_query_ms=0) as shop:
        bob = await shop.sign_in("demo", "bob")
        await bob.get("/stock/canary-product")
        assert (await look(shop)).of("evertill_slow_queries_total") > 0
    logged = capfd.readouterr().out
    assert "query.slow" in logged
    assert "SELECT" in logged
    assert "canary-product" not in logged


def names_in(expressions: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for expression in expressions:
        without_labels = re.sub(r"\{[^}]*\}|\b(by|without)\s*\([^)]*\)", "", expression)
        found |= set(re.findall(r"\b(?:evertill|process)_[a-z_]+", without_labels))
    return found


def alert_rules() -> list[dict[str, Any]]:
    told = yaml.safe_load(ALERTS.read_text())
    return [rule for group in told["groups"] for rule in group["rules"]]


def dashboard_expressions() -> list[str]:
    panels = orjson.loads(DASHBOARD.read_bytes())["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", [])]


async def test_rules_and_dashboard_ask_for_metrics_that_there_are(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    await (await shop.join("demo", bob)).call("ping", {})
    await bob.send(movement("p", 1))
    there = (await look(shop)).names
    rules, panels = names_in(rule["expr"] for rule in alert_rules()), names_in(dashboard_expressions())
    assert len(rules) >= 9
    assert len(panels) >= 15
    assert (rules | panels) - there == set()


def test_every_alert_says_what_it_is_and_where_to_read_on() -> None:
    rules = alert_rules()
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["annotations"]["summary"].strip(), rule["alert"]
        assert RUNBOOK.fullmatch(rule["annotations"]["runbook"]), rule["alert"]


def test_the_runbooks_that_alerts_lead_to_exist() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text()
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for rule in alert_rules():
        assert rule["annotations"]["runbook"].partition("#")[2] in anchors, rule["alert"]


def test_the_scraping_loads_these_rules_and_asks_the_servers_that_run() -> None:
    told = yaml.safe_load(SCRAPING.read_text())
    assert told["rule_files"] == [ALERTS.name]
    (job,) = told["scrape_configs"]
    assert job["job_name"] == "evertill"
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    servers = {f"{name}:8765" for name in services if name.startswith("server-")}
    assert set(job["static_configs"][0]["targets"]) == servers


def test_the_dashboard_has_a_row_for_each_concern_and_no_panel_twice() -> None:
    dashboard = orjson.loads(DASHBOARD.read_bytes())
    rows = [panel["title"] for panel in dashboard["panels"] if panel["type"] == "row"]
    assert rows == [
        "Connections",
        "Events and requests",
        "Queue and feed",
        "Conflicts",
        "Database",
        "Process",
    ]
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
