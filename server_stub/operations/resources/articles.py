"""Which product an article is already, by the contract's rule; and which barcodes are refused."""

from dataclasses import dataclass

from sqlalchemy import select

from server_stub.errors import Refusal
from server_stub.store import article_keys
from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from sync_agent.contract.article import BarcodeFault, WrongBarcode, barcode_key, read_barcode, sku_key
from sync_agent.contract.codes import ErrorCode


@dataclass(frozen=True, slots=True)
class ArticleKeys:
    """A product's codes as they are compared; None where it has no such code."""

    barcode_key: str | None
    sku_key: str | None

    @classmethod
    def of(cls, barcode: str | None, sku: str | None) -> "ArticleKeys":
        return cls(barcode_key(barcode), sku_key(sku))

    def less(self, others: "ArticleKeys") -> "ArticleKeys":
        """Those of these keys that `others` does not have."""
        return ArticleKeys(
            None if self.barcode_key == others.barcode_key else self.barcode_key,
            None if self.sku_key == others.sku_key else self.sku_key,
        )


NO_KEYS = ArticleKeys(None, None)


def existing_article(unit: UnitOfWork, keys: ArticleKeys, *, but_not: str | None = None) -> str | None:
    """The id of the product that is the article with these keys; None if there is none.

    The barcode decides before the article number. Of products that share a code since an older release it is
    the one with the lowest id. Deleted products and the product `but_not` are no candidates.
    """
    if keys == NO_KEYS:
        return None
    article_keys.bring_up_to_date(unit)
    of = t.product.c
    for column, key in ((of.barcode_key, keys.barcode_key), (of.sku_key, keys.sku_key)):
        if key is None:
            continue
        query = select(of.id).where(of.tenant_id == unit.tenant_id, column == key, of.deleted == 0)
        if but_not is not None:
            query = query.where(of.id != but_not)
        found: str | None = unit.rows(query.order_by(of.id).limit(1)).scalar()
        if found is not None:
            return found
    return None


def is_whole(barcode: str) -> bool:
    """Whether a product may get this barcode."""
    try:
        must_be_whole(barcode)
    except Refusal:
        return False
    return True


def must_be_whole(barcode: str) -> None:
    """Refuses a GTIN with a wrong check digit.

    Tills enter nothing but GTINs. Other clients and earlier releases also send a shop's own codes, which are
    text: refusing them would leave sales of those products without their product.
    """
    try:
        read_barcode(barcode)
    except WrongBarcode as wrong:
        if wrong.fault is not BarcodeFault.CHECK_DIGIT:
            return
        words = f"{wrong.written} has a wrong check digit; {wrong.expected} would be right as the last one"
        raise Refusal(ErrorCode.BAD_REQUEST, f"data.barcode: {words}") from wrong
