"""Any order of actions at a counter: no approval is asked for after the payment, and none is skipped.

The model is the manager's list: of which sale, what in it, and how much. It is computed from prices
and quantities, independently of how the till decides what to ask.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from app.domain.cart import Cart, CartLine, Sellable
from app.domain.discount import Discount
from app.domain.errors import DomainError
from app.domain.open_sale import CartChange, OpenSale
from app.domain.tender import Settlement, Tender
from app.services.till import Actor

MARIA, NINA = Actor("maria", "Maria", "clerk"), Actor("nina", "Nina", "clerk")
ALICE = Actor("alice", "Alice", "manager")

YES = st.sampled_from([True, True, False])
LINE = st.integers(0, 5)
"""Which of the lines in the cart, round and round."""
DISCOUNT = st.one_of(
    st.none(),
    st.builds(Discount, st.just("share"), st.sampled_from([50_000, 110_000, 300_000, 500_000, 1_000_000])),
    st.builds(Discount, st.just("amount"), st.sampled_from([1, 40, 45, 46, 500, 5000])),
)
PRICE = st.sampled_from([0, 1, 299, 300, 449, 450, 451, 1200, 2000])

Thing = tuple[str, int]
"""Something that can be approved: a word, and a number that rises when it is removed and begins again."""


@dataclass
class Allowed:
    """What managers approved in one sale, and how often each thing in it has begun."""

    amounts: list[tuple[Thing, int]] = field(default_factory=list)
    begun: dict[str, int] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)

    def notice(self, sale: OpenSale) -> None:
        """See what is in the sale by now: a discount that had gone and is there again is another one."""
        now = set(_names(sale))
        for name in now - self.there:
            self.begun[name] = self.begun.get(name, 0) + 1
        self.there = now

    def says_yes(self, sale: OpenSale) -> None:
        self.amounts += [
            (thing, amount) for thing, amount in self.given_away(sale) if not self.allows(thing, amount)
        ]

    def allows(self, thing: Thing, amount_minor: int) -> bool:
        return any(
            thing == one and min(0, most) <= amount_minor <= max(0, most) for one, most in self.amounts
        )

    def given_away(self, sale: OpenSale) -> Iterator[tuple[Thing, int]]:
        """What a clerk may not give alone, with how much of it. A clerk's own is a tenth of a line."""
        is_over = False
        for line in sale.cart.lines:
            asked, gross = _worth(line, line.list_price_minor), _worth(line, line.unit_price_minor)
            if line.unit_price_minor != line.list_price_minor:
                yield self._thing(f"price {line.line_id}"), asked - gross
            if 10 * line.discount_minor > gross + 10:  # a penny of rounding is forgiven
                is_over = is_over or line.sale_discount_minor > 0
                if line.discount_minor > line.sale_discount_minor:
                    own_minor = line.discount_minor - line.sale_discount_minor
                    yield self._thing(f"discount {line.line_id}"), own_minor
        if is_over:
            yield self._thing("sale"), sum(line.sale_discount_minor for line in sale.cart.lines)
        if sale.refund is not None:
            yield self._thing("refund"), sum(line.total_minor for line in sale.cart.lines)

    def _thing(self, name: str) -> Thing:
        return name, self.begun.get(name, 0)


def _names(sale: OpenSale) -> Iterator[str]:
    for line in sale.cart.lines:
        if line.unit_price_minor != line.list_price_minor:
            yield f"price {line.line_id}"
        if line.discount is not None:
            yield f"discount {line.line_id}"
    if sale.cart.discount is not None:
        yield "sale"
    if sale.refund is not None:
        yield "refund"


def _worth(line: CartLine, price_minor: int) -> int:
    per = 1000 if line.unit == "kg" else 1
    return (2 * price_minor * line.quantity + per) // (2 * per)


class CounterMachine(RuleBasedStateMachine):
    """What the sell page does with its sale, without the page. Where sales are put is a subclass's."""

    def __init__(self) -> None:
        super().__init__()
        self.actor = MARIA
        self.sale = self.begin()
        self.is_paying = False
        self.allowed: dict[str, Allowed] = {}
        self.held: dict[str, OpenSale] = {}

    # --- of a subclass -------------------------------------------------------------------------------

    @abstractmethod
    def begin(self) -> OpenSale:
        """A new sale."""

    @abstractmethod
    def goods(self, name: str) -> Sellable:
        """A product by its id: "mug", "bowl" or "apples"."""

    @abstractmethod
    def record(self) -> None:
        """Remember the sale on the screen."""

    @abstractmethod
    def put_aside(self) -> None: ...

    @abstractmethod
    def take_back(self, sale_id: str) -> OpenSale: ...

    @abstractmethod
    def restart(self) -> OpenSale | None:
        """The till dies and starts again: the sale that was on the screen."""

    @abstractmethod
    def complete(self, paid: Settlement) -> None:
        """Put the sale on disk. Raises where anything in it would have to be asked for now."""

    @abstractmethod
    def needs(self, sale: OpenSale) -> bool:
        """Whether a manager is asked about this sale."""

    @abstractmethod
    def approve(self, sale: OpenSale, approver: Actor) -> OpenSale: ...

    # --- as the page does it -------------------------------------------------------------------------

    def show(self, sale: OpenSale) -> None:
        self.sale = sale
        self.mine.notice(sale)
        self.record()

    @property
    def mine(self) -> Allowed:
        return self.allowed.setdefault(self.sale.id, Allowed())

    def changed(self, change: Callable[[Cart], Cart]) -> None:
        self.leave_payment()
        try:
            sale = self.sale.with_cart(change)
        except DomainError:
            return
        self.show(sale)

    def leave_payment(self) -> None:
        if self.is_paying:
            self.is_paying = False
            self.show(self.sale.abandon_refund())

    @property
    def is_clerk(self) -> bool:
        return self.actor.role == "clerk"

    def authorised(self, sale: OpenSale, manager_says_yes: bool) -> OpenSale | None:
        """The sale with its approvals; None where the manager turned it down."""
        after = self.approve(sale, self.actor)
        is_asked = self.needs(after)
        if is_asked and not manager_says_yes:
            return None
        if is_asked or not self.is_clerk:
            # Only what comes to be in the sale now is looked at: noticed on a copy, as nothing is shown yet.
            self.mine.notice(sale)
            self.mine.says_yes(sale)
        return self.approve(after, ALICE) if is_asked else after

    def line(self, number: int) -> CartLine:
        return self.sale.cart.lines[number % len(self.sale.cart.lines)]

    # --- rules ---------------------------------------------------------------------------------------

    @rule(product=st.sampled_from(["mug", "bowl", "apples"]))
    def scan(self, product: str) -> None:
        self.changed(lambda cart: cart.add(self.goods(product)))

    @precondition(lambda self: not self.sale.is_empty)
    @rule(number=LINE, step=st.sampled_from([-1, 1, 1, 3]))
    def step(self, number: int, step: int) -> None:
        line_id = self.line(number).line_id
        self.changed(lambda cart: cart.step(line_id, step))

    @precondition(lambda self: not self.sale.is_empty)
    @rule(number=LINE)
    def remove(self, number: int) -> None:
        line_id = self.line(number).line_id
        self.changed(lambda cart: cart.remove(line_id))

    @precondition(lambda self: not self.sale.is_empty and not self.is_paying)
    @rule(number=LINE, discount=DISCOUNT, says_yes=YES)
    def discount_a_line(self, number: int, discount: Discount | None, says_yes: bool) -> None:
        self.change_price(CartChange("line", self.line(number).line_id, discount), says_yes)

    @precondition(lambda self: not self.sale.is_empty and not self.is_paying)
    @rule(discount=DISCOUNT, says_yes=YES)
    def discount_the_sale(self, discount: Discount | None, says_yes: bool) -> None:
        self.change_price(CartChange("sale", None, discount), says_yes)

    @precondition(lambda self: not self.sale.is_empty and not self.is_paying)
    @rule(number=LINE, price_minor=PRICE, says_yes=YES)
    def take_another_price(self, number: int, price_minor: int, says_yes: bool) -> None:
        change = CartChange("price", self.line(number).line_id, price_minor=price_minor, reason="shelf")
        self.change_price(change, says_yes)

    def change_price(self, change: CartChange, says_yes: bool) -> None:
        try:
            after = self.authorised(self.sale.with_cart(change.of), says_yes)
        except DomainError:
            return
        if after is not None:
            self.show(after)
        else:
            self.mine.notice(self.sale)

    @precondition(lambda self: not self.sale.is_empty and not self.is_paying)
    @rule(says_yes=YES)
    def refund_what_is_in_the_cart(self, says_yes: bool) -> None:
        self.refund(says_yes)

    def refund(self, says_yes: bool) -> None:
        try:
            refunding = self.sale.begin_refund("lost")
        except DomainError:
            return
        self.begin_to_pay(refunding, says_yes)

    @precondition(lambda self: not self.sale.is_empty and not self.is_paying)
    @rule(says_yes=YES)
    def pay(self, says_yes: bool) -> None:
        self.begin_to_pay(self.sale, says_yes)

    @precondition(lambda self: not self.sale.is_empty)
    @rule(says_yes=YES)
    def sell(self, says_yes: bool) -> None:
        if not self.is_paying:
            self.begin_to_pay(self.sale, says_yes)
        if self.is_paying:
            self.take_all_of_it()

    @precondition(lambda self: not self.sale.is_empty and self.sale.refund is None)
    @rule(says_yes=YES, number=LINE, discount=DISCOUNT)
    def begin_a_refund_go_back_and_discount(
        self, says_yes: bool, number: int, discount: Discount | None
    ) -> None:
        self.leave_payment()
        self.refund(says_yes)
        self.leave_payment()
        self.change_price(CartChange("line", self.line(number).line_id, discount), says_yes=False)

    def begin_to_pay(self, sale: OpenSale, says_yes: bool) -> None:
        after = self.authorised(sale, says_yes)
        if after is not None:
            self.is_paying = True
            self.show(after)

    @precondition(lambda self: self.is_paying)
    @rule(amount_minor=st.integers(1, 400))
    def take_a_part(self, amount_minor: int) -> None:
        if amount_minor < self.sale.settlement().due_minor:
            self.show(self.sale.with_payments((*self.sale.payments, Tender("card", amount_minor))))

    @precondition(lambda self: self.is_paying)
    @rule()
    def back(self) -> None:
        self.leave_payment()

    @precondition(lambda self: self.is_paying)
    @rule()
    def take_the_rest(self) -> None:
        self.take_all_of_it()

    def take_all_of_it(self) -> None:
        """No approval is asked for any more, and all that was given away is on a manager's list."""
        sale, paid = self.sale, self.sale.settlement()
        if paid.due_minor:
            paid = paid.with_cashless(paid.due_minor, "")
        self.complete(paid)
        if self.is_clerk:
            for thing, amount_minor in self.mine.given_away(sale):
                assert self.mine.allows(thing, amount_minor), f"nobody allowed {thing}: {amount_minor}"
        self.is_paying = False
        self.sale = self.begin()

    @precondition(lambda self: not self.sale.is_empty and len(self.held) < 3)
    @rule()
    def hold(self) -> None:
        self.put_aside()
        self.held[self.sale.id] = self.sale
        self.is_paying = False
        self.sale = self.begin()

    @precondition(lambda self: self.sale.is_empty and self.held)
    @rule(number=st.integers(0, 3))
    def recall(self, number: int) -> None:
        chosen = list(self.held)[number % len(self.held)]
        self.sale = self.take_back(chosen)
        assert self.sale == self.held.pop(chosen)

    @rule()
    def crash(self) -> None:
        left_over = self.restart()
        assert left_over == (None if self.sale.is_empty else self.sale)
        self.sale = left_over or self.begin()
        self.is_paying = False

    @rule(who=st.sampled_from([MARIA, NINA, ALICE]))
    def switch_person(self, who: Actor) -> None:
        self.actor = who
