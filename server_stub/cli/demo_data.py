"""Two shops for trying the server: `demo`, with a catalogue and stock at two places, and `rival`.

Everything is created through the handlers that tills' operations go through, so the ledger sums from the
first row. Ids are the same on every machine. A tenant that exists already is left as it is.
"""

import csv
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from importlib import resources
from typing import Any

from sqlalchemy import select

from server_stub.operations.handlers import HANDLERS
from server_stub.operations.parsing import Defaults, read
from server_stub.operations.queue import apply_all
from server_stub.services.people.caller import Caller
from server_stub.services.people.tenants import NewLocation, NewUser, create_tenant
from server_stub.store import tables as t
from server_stub.store.database import Database, UnitOfWork
from server_stub.vocabulary import UNITS
from sync_agent.contract.operations import ResultStatus
from sync_agent.contract.wire import format_time, from_ms

# These stand in the documentation, so they protect nothing and may be guessable.
DEMO_PASSWORD = "evertill-demo"  # noqa: S105 - of people who do not exist
_NAMESPACE = uuid.UUID("6f1c8f0e-52e4-4c3b-9a3f-5a9c2d7e1b40")
_LONDON = "Europe/London"


@dataclass(frozen=True)
class Shop:
    """A tenant to create, whose first user enters its stock."""

    tenant_id: str
    name: str
    locations: tuple[NewLocation, ...]
    users: tuple[NewUser, ...]


@dataclass(frozen=True)
class Article:
    """One line of a catalogue; `stock` is in the product's unit, or in thousandths of it if sold by
    weight.
    """

    name: str
    barcode: str
    price_minor: int
    tax_rate_ppm: int
    unit: str
    stock: tuple[tuple[str, int], ...]


DEMO = Shop(
    "demo",
    "Marlow & Finch",
    (NewLocation("main", "High Street", _LONDON), NewLocation("annex", "Market Hall", _LONDON)),
    (
        NewUser("alice", "alice", "Alice Marlow", "manager", ("main", "annex"), DEMO_PASSWORD, "2468"),
        NewUser("ada", "ada", "Ada Finch", "admin", ("main", "annex"), DEMO_PASSWORD, "8642"),
        NewUser("bob", "bob", "Bob Finch", "clerk", ("main", "annex"), DEMO_PASSWORD, "1357"),
    ),
)
RIVAL = Shop(
    "rival",
    "The Shop Opposite",
    (NewLocation("main", "Station Road", _LONDON),),
    (NewUser("mallory", "mallory", "Mallory Pike", "manager", ("main",), DEMO_PASSWORD, "9753"),),
)
_RIVAL_ARTICLES = (
    Article("Rival Roast Coffee 250 g", "2900000000018", 599, 0, "each", (("main", 40),)),
    Article("Rival Enamel Mug", "2900000000025", 950, 200_000, "each", (("main", 25),)),
    Article("Rival Beeswax Candle", "2900000000032", 720, 200_000, "each", (("main", 60),)),
    Article("Rival Cheddar", "2900000000049", 1380, 0, "kg", (("main", 8_500),)),
)


def load_demo_data(database: Database) -> None:
    """Creates both shops, each in one transaction; a shop that exists is left as it is."""
    for shop, articles in ((DEMO, demo_articles()), (RIVAL, list(_RIVAL_ARTICLES))):
        database.transact(shop.tenant_id, partial(_create, shop=shop, articles=articles))


def demo_articles() -> list[Article]:
    """The catalogue that comes with the program."""
    file = resources.files("resources").joinpath("demo_catalogue.csv")
    return [_article(row) for row in csv.DictReader(file.read_text("utf-8").splitlines())]


def product_id(shop: Shop, article: Article) -> str:
    return _stable_id(shop.tenant_id, "product", article.barcode)


def _article(row: dict[str, str]) -> Article:
    factor = 10 ** UNITS[row["unit"]].decimals
    return Article(
        name=row["name"],
        barcode=row["barcode"],
        price_minor=int(Decimal(row["price"]) * 100),
        tax_rate_ppm=int(row["tax"]),
        unit=row["unit"],
        stock=tuple((place, int(Decimal(row[f"stock_{place}"]) * factor)) for place in ("main", "annex")),
    )


def _create(unit: UnitOfWork, shop: Shop, articles: Sequence[Article]) -> None:
    if unit.rows(select(t.tenant.c.name).where(t.tenant.c.tenant_id == shop.tenant_id)).first():
        return
    create_tenant(unit, shop.name, "GBP", shop.locations, shop.users)
    owner = shop.users[0]
    caller = Caller(shop.tenant_id, owner.role, owner.locations, user_id=owner.id)
    items = [read(item) for item in _operations(shop, articles, unit.now_ms)]
    for result in apply_all(unit, caller, items, Defaults(), HANDLERS):
        assert result.status is ResultStatus.APPLIED, f"the demonstration's own data: {result.error}"


def _operations(shop: Shop, articles: Sequence[Article], now_ms: int) -> Iterator[dict[str, Any]]:
    for article in articles:
        yield _operation(
            shop,
            ("create", "product", article.barcode),
            now_ms,
            operation="create",
            resourceType="product",
            resourceId=product_id(shop, article),
            data={
                "name": article.name,
                "barcode": article.barcode,
                "priceMinor": article.price_minor,
                "taxRatePpm": article.tax_rate_ppm,
                "unit": article.unit,
            },
        )
        for place, quantity in article.stock:
            yield _operation(
                shop,
                ("receive", place, article.barcode),
                now_ms,
                operation="update",
                resourceType="stock_level",
                resourceId=product_id(shop, article),
                locationId=place,
                data={"delta": quantity, "reason": "receive", "note": "Opening stock"},
            )


def _operation(shop: Shop, name: tuple[str, ...], now_ms: int, **rest: Any) -> dict[str, Any]:
    identifier = _stable_id(shop.tenant_id, *name)
    return {"id": identifier, "timestamp": format_time(from_ms(now_ms)), **rest}


def _stable_id(*name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, "/".join(name)))
