"""Any hour at a counter, by the rules alone; see `tests/kit/counter_machine.py`."""

from dataclasses import dataclass

from hypothesis import settings

from app.domain.open_sale import Limits, OpenSale
from app.domain.tender import Settlement, check_payments
from app.services.till import Actor
from tests.kit.counter_machine import CounterMachine

TENTH = Limits(discount_ppm_max=100_000)


@dataclass(frozen=True)
class Goods:
    id: str
    price_minor: int | None
    unit: str = "each"
    barcode: str | None = None
    sku: str | None = None
    tax_rate_ppm: int = 200_000

    @property
    def name(self) -> str:
        return self.id


GOODS = {"mug": Goods("mug", 450), "bowl": Goods("bowl", 1200), "apples": Goods("apples", 299, "kg")}


class PureCounter(CounterMachine):
    """Nothing is written: a till that starts again has what it had."""

    def __init__(self) -> None:
        self.sales = 0
        super().__init__()

    def begin(self) -> OpenSale:
        self.sales += 1
        return OpenSale(f"sale-{self.sales}", "GBP")

    def goods(self, name: str) -> Goods:
        return GOODS[name]

    def record(self) -> None:
        return None

    def put_aside(self) -> None:
        return None

    def take_back(self, sale_id: str) -> OpenSale:
        return self.held[sale_id]

    def restart(self) -> OpenSale | None:
        return None if self.sale.is_empty else self.sale

    def complete(self, paid: Settlement) -> None:
        assert not self.needs(self.sale), "somebody would be asked after the money was taken"
        check_payments(self.sale.cart.total_minor, paid.tenders, "GBP", paid.rounding_minor)

    def needs(self, sale: OpenSale) -> bool:
        return bool(sale.needed_approvals(self.actor.role, TENTH))

    def approve(self, sale: OpenSale, approver: Actor) -> OpenSale:
        needs = [need for need in sale.open_needs(TENTH) if approver.may(need.right)]
        return sale.approve(needs, approver.id, approver.name, 1)


TestPureCounter = PureCounter.TestCase
TestPureCounter.settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
