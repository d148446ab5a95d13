"""The agent's settings: each has a unit and a description, and what follows from others is computed."""

import ast
import re
from dataclasses import fields
from pathlib import Path

from sync_agent import settings as module
from sync_agent.settings import AgentSettings

PACKAGE = Path(module.__file__).parent
UNITS = re.compile(r"_(s|ms|days|bytes)(_max)?$")
COUNTS = {
    "after_loss_failures",
    "failures_alone_max",
    "failures_in_a_row_max",
    "batch_first",
    "heartbeats_per_look",
    "page_changes",
    "history_page",
}
TIMING = re.compile(r"^_?[A-Z_]+_(S|MS|DAYS)(_MAX|_MIN)?$")
NOT_THE_AGENTS = {"_SECOND_MS", "_DAY_MS", "DAY_MS", "JUMP_MS"}
"""Units, and the jump of a clock: a rule of the store, which no host program loosens."""


def described() -> dict[str, str]:
    """The fields of the class by name, with the text that follows each in the source."""
    [settings] = [
        node for node in ast.parse(Path(module.__file__).read_text()).body if isinstance(node, ast.ClassDef)
    ]
    texts: dict[str, str] = {}
    for node, after in zip(settings.body, [*settings.body[1:], ast.Pass()], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            texts[node.target.id] = _text(after)
    return texts


def _text(node: ast.stmt) -> str:
    match node:
        case ast.Expr(value=ast.Constant(value=str() as text)):
            return text
    return ""


def test_every_setting_says_its_unit_and_what_it_is() -> None:
    texts = described()
    assert set(texts) == {field.name for field in fields(AgentSettings)}
    assert {name for name in texts if not UNITS.search(name)} == COUNTS
    assert all(texts.values()), [name for name, text in texts.items() if not text]


def test_no_wait_of_the_queue_is_longer_than_what_a_server_may_ask_for_and_the_longest_own_wait() -> None:
    assert AgentSettings().wait_ms_max == 11 * 60_000
    assert AgentSettings(retry_after_s_max=30, backoff_longest_ms=5_000).wait_ms_max == 60_000, (
        "a lease is longer"
    )
    assert AgentSettings(retry_after_s_max=30, backoff_longest_ms=5_000, lease_s=1).wait_ms_max == 35_000


def test_no_other_module_of_the_agent_holds_a_time_limit_of_its_own() -> None:
    held = {
        f"{path.relative_to(PACKAGE)}: {target.id}"
        for path in PACKAGE.rglob("*.py")
        if "contract" not in path.parts and "migrations" not in path.parts
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and TIMING.match(target.id) and target.id not in NOT_THE_AGENTS
    }
    assert held == set()
