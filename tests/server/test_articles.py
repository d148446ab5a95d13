"""One article is made once: what the server says of a product's codes."""

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from server_stub.operations.resources.articles import ArticleKeys, existing_article
from server_stub.store.migrations import config_for, migrate
from sync_agent.contract.article import ARTICLE_RULE
from tests.kit.operations import operation
from tests.kit.rules import Rules, create_bare_tenant


def create(product: str, **fields: Any) -> dict[str, Any]:
    return operation("product", {"name": product.title(), **fields}, operation="create", resourceId=product)


def edit(product: str, new: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    return operation("product", {"set": new, "base": base}, resourceId=product)


def sent(rules: Rules, item: dict[str, Any]) -> tuple[str, str]:
    """The status or refusal of an operation, and its words."""
    (result,) = rules.send(None, item)
    return result.get("code") or result["status"], result.get("error") or ""


@pytest.fixture
def bowl(rules: Rules) -> str:
    assert sent(rules, create("bowl", barcode="036000291452", sku="LOOSE-1"))[0] == "applied"
    return "bowl"


@pytest.mark.parametrize(
    "codes",
    [
        {"barcode": "036000291452"},
        {"barcode": "0036000291452"},
        {"barcode": "00036000291452"},
        {"barcode": "0-36000 291452"},
        {"sku": "LOOSE-1"},
        {"sku": "loose-1"},
        {"sku": " ＬＯＯＳＥ\u20131\u200b"},
        {"barcode": "2000000000015", "sku": "Loose -1"},
    ],
)
def test_a_second_creation_of_an_article_is_found_in_any_spelling(
    rules: Rules, bowl: str, codes: dict[str, str]
) -> None:
    (result,) = rules.send(None, create("again", **codes))
    assert (result["status"], result["conflict"]["sameAs"]) == ("conflict", "bowl")
    assert sent(rules, create("other", sku="O-1"))[0] == "applied"
    code, words = sent(rules, edit("other", codes, {}))
    assert code == "precondition_failed"
    assert "“Bowl”" in words


@pytest.mark.parametrize(
    "codes",
    [
        {"barcode": "10036000291459"},  # a case of bowls
        {"sku": "LOOSE1"},
        {"sku": "036000291452"},  # a barcode and an article number are two things
        {"barcode": None, "sku": None},
        {"barcode": "", "sku": ""},
        {"sku": "-"},
    ],
)
def test_another_article_is_created(rules: Rules, bowl: str, codes: dict[str, str | None]) -> None:
    assert sent(rules, create("one", **codes))[0] == "applied"
    if not any(codes.values()) or codes.get("sku") == "-":
        assert sent(rules, create("two", **codes))[0] == "applied", "what says nothing names nothing"


@pytest.mark.parametrize("barcode", ["4006381333932", "036000291453", "73513530", "10036000291452"])
def test_a_gtin_with_a_wrong_check_digit_is_refused_like_other_wrong_content(
    rules: Rules, bowl: str, barcode: str
) -> None:
    for item in (create("wrong", barcode=barcode), edit(bowl, {"barcode": barcode}, {})):
        code, said = sent(rules, item)
        assert code == "bad_request"
        assert said.startswith(f"data.barcode: {barcode} has a wrong check digit; ")


@pytest.mark.parametrize(
    ("barcode", "again"),
    [
        ("SHELF-7", "shelf \u20137"),
        ("123456", "1 23456"),
        ("4006381333", "4006381333"),
        ("04252614", "042100005264"),  # a UPC-E
        ("49000006346", "0049000006346"),  # without its leading zero
    ],
)
def test_other_clients_codes_are_taken_and_compared(
    rules: Rules, bowl: str, barcode: str, again: str
) -> None:
    assert sent(rules, create("own", barcode=barcode))[0] == "applied"
    (result,) = rules.send(None, create("own-again", barcode=again))
    assert result["conflict"]["sameAs"] == "own"


def store_old_codes(rules: Rules, product: str, barcode: str, sku: str | None = None) -> None:
    """A product's codes as a release without the rule stored them."""
    codes = "UPDATE product SET barcode = :barcode, sku = :sku WHERE id = :id"
    execute(rules, codes, barcode=barcode, sku=sku, id=product)
    forget_keys(rules)


def execute(rules: Rules, statement: str, **parameters: Any) -> None:
    rules.database.transact("t", lambda unit: unit.execute(text(statement), [parameters]))


def forget_keys(rules: Rules) -> None:
    for statement in (
        "UPDATE product SET barcode_key = NULL, sku_key = NULL",
        "UPDATE tenant SET article_rule = 0",
    ):
        execute(rules, statement)


def test_what_a_product_has_already_stays_valid(rules: Rules, bowl: str) -> None:
    sent(rules, create("old", priceMinor=100))
    store_old_codes(rules, "old", "hello world", "loose-1")
    assert sent(rules, edit("old", {"priceMinor": 120}, {"priceMinor": 100}))[0] == "applied"
    whole = {"priceMinor": 130, "barcode": "hello world", "sku": "loose-1"}
    base = {"priceMinor": 120, "barcode": "hello world", "sku": "loose-1"}
    assert sent(rules, edit("old", whole, base))[0] == "applied"
    assert sent(rules, edit("old", {"sku": "Loose-1"}, {"sku": "loose-1"}))[0] == "applied"
    assert rules.query("SELECT price_minor, barcode, sku FROM product WHERE id = 'old'") == [
        (130, "hello world", "Loose-1")
    ]


def test_what_was_taken_before_a_restore_is_taken_again(rules: Rules, bowl: str) -> None:
    again = create("again", barcode="4006381333932", sku="LOOSE-1")
    assert sent(
        rules, again | {"formerResult": {"id": again["id"], "success": True, "status": "applied"}}
    ) == (
        "applied",
        "",
    )


def test_a_deleted_products_codes_are_free_and_it_comes_back_only_without_them(
    rules: Rules, bowl: str
) -> None:
    deletion = operation("product", {}, operation="delete", resourceId=bowl, version=1)
    assert sent(rules, deletion)[0] == "applied"
    assert sent(rules, create("new", barcode="0036000291452"))[0] == "applied"
    (stale,) = rules.send(None, edit(bowl, {"priceMinor": 5}, {"priceMinor": None}))
    conflict = stale["conflict"]
    decision = operation(
        "conflict",
        {"conflictId": conflict["id"], "resolution": "accept_local"},
        resourceId=conflict["id"],
    )
    code, words = sent(rules, decision)
    assert code == "precondition_failed"
    assert "“New”" in words
    merged = decision | {"id": "decision-2"}
    merged["data"] = {
        "conflictId": conflict["id"],
        "resolution": "merge",
        "mergedData": {"barcode": None, "priceMinor": 5},
    }
    assert sent(rules, merged)[0] == "applied"


def test_two_spellings_of_a_number_are_no_conflict(rules: Rules, bowl: str) -> None:
    assert sent(rules, create("mug"))[0] == "applied"
    one = edit("mug", {"barcode": "4006381333931", "sku": "M-1"}, {"barcode": None, "sku": None})
    two = edit("mug", {"barcode": "04006381333931", "sku": "m -1"}, {"barcode": None, "sku": None})
    assert [sent(rules, item)[0] for item in (one, two)] == ["applied", "applied"]
    assert rules.query("SELECT barcode, sku FROM product WHERE id = 'mug'") == [("4006381333931", "M-1")]
    third = edit("mug", {"barcode": "2000000000015"}, {"barcode": None})
    (result,) = rules.send(None, third)
    assert result["status"] == "conflict"


# --- keys --------------------------------------------------------------------------------------------

KEYS = "SELECT id, barcode_key, sku_key FROM product ORDER BY id"


def test_keys_of_another_version_of_the_rule_are_made_again_before_codes_are_compared(
    rules: Rules, bowl: str
) -> None:
    forget_keys(rules)
    assert sent(rules, create("again", sku="loose-1"))[0] == "conflict"
    assert rules.query("SELECT article_rule FROM tenant") == [(ARTICLE_RULE,)]
    assert rules.query(KEYS) == [("bowl", "00036000291452", "loose-1")]


def test_products_that_an_earlier_release_writes_beside_this_one_are_compared_too(
    rules: Rules, bowl: str
) -> None:
    sent(rules, create("tray", sku="T-1"))
    for statement in (
        "INSERT INTO product (tenant_id, id, name, barcode, sku, tax_rate_ppm, unit, deleted, version)"
        " VALUES ('t', 'jug', 'Jug', NULL, 'J-1', 0, 'each', 0, 1)",
        "UPDATE product SET sku = 'T-2', version = version + 1 WHERE id = 'tray'",
    ):
        execute(rules, statement)
    assert [sent(rules, create(f"again-{sku}", sku=sku))[0] for sku in ("j-1", "t-2", "t-1")] == [
        "conflict",
        "conflict",
        "applied",
    ]


def test_more_products_than_are_read_at_a_time_get_their_keys(rules: Rules) -> None:
    rules.send(None, *(create(f"p{number}", sku=f"P-{number}") for number in range(40)))
    rules.database.transact(
        "t",
        lambda unit: unit.execute(
            text(
                "INSERT INTO product (tenant_id, id, name, barcode, sku, price_minor, tax_rate_ppm, unit,"
                " deleted, version) SELECT tenant_id, id || '-' || n, name, barcode, sku || '-' || n,"
                " price_minor, tax_rate_ppm, unit, deleted, version FROM product,"
                " (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 60)"
                " SELECT n FROM c) numbers"
            )
        ),
    )
    forget_keys(rules)
    assert sent(rules, create("again", sku="p-39-60"))[0] == "conflict"
    assert rules.query("SELECT count(*), count(sku_key), count(DISTINCT sku_key) FROM product") == [
        (40 * 61, 40 * 61, 40 * 61)
    ]


def test_existing_article_answers_with_the_product_and_skips_the_one_asked_for(
    rules: Rules, bowl: str
) -> None:
    def ask(keys: ArticleKeys, but_not: str | None = None) -> str | None:
        return rules.database.transact("t", lambda unit: existing_article(unit, keys, but_not=but_not))

    sent(rules, create("tray", sku="T-1"))
    assert ask(ArticleKeys.of("0036000291452", None)) == "bowl"
    assert ask(ArticleKeys.of("0036000291452", "t-1")) == "bowl", "the barcode decides first"
    assert ask(ArticleKeys.of("0036000291452", "t-1"), but_not="bowl") == "tray"
    assert ask(ArticleKeys.of(None, "t -1")) == "tray"
    assert ask(ArticleKeys.of("4006381333931", "T1")) is None
    assert ask(ArticleKeys.of(None, None)) is None


def test_an_update_of_the_server_makes_the_keys(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'server.sqlite3'}"
    migrate(url)
    create_bare_tenant(url)
    engine = create_engine(url)
    config = config_for(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
        connection.execute(
            text(
                "INSERT INTO product"
                " (tenant_id, id, name, barcode, sku, tax_rate_ppm, unit, deleted, version)"
                " VALUES ('t', 'bowl', 'Bowl', '036000291452', ' Loose-1', 0, 'each', 0, 1)"
            )
        )
    migrate(url)
    with engine.connect() as connection:
        assert connection.execute(text(KEYS)).all() == [("bowl", "00036000291452", "loose-1")]
        assert connection.execute(text("SELECT article_rule FROM tenant")).scalars().all() == [ARTICLE_RULE]
    engine.dispose()
