"""Aliases: ids under which an article was made a second time, and the product that each of them counts on.

Two tills that make one article while they are apart give it two ids. The later creation is answered as the
earlier product, and its id is an alias from then on. Movements and receipts keep the id that they were sold
under, so that the two can be parted again.
"""

from sync_agent.contract.wire import ArticleNumber, Barcode, Id, UtcTime, Version, Wire

PRODUCT_ALIAS = "product_alias"


class ProductAliasRow(Wire):
    """An alias as the tenant's stream carries it. `product_id` may be an alias itself; chains have an end.

    A parted alias is a product of its own again; its row stays, with a higher version.
    """

    id: Id
    product_id: Id
    made_at: UtcTime
    by: str
    parted: bool = False
    version: Version


class JoinProducts(Wire):
    """`product_alias` create: the operation's resource and this product are one article."""

    product_id: Id


class PartProducts(Wire):
    """`product_alias` delete: the alias is an article of its own, with these codes; "" is none.

    A code that is left out stays what it was when the two were joined.
    """

    barcode: Barcode | None = None
    sku: ArticleNumber | None = None
