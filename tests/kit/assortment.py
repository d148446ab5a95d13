"""The goods of the tests' shops: one assortment, from which a shop takes what it needs."""

from dataclasses import dataclass

from sync_agent.contract.stock import ProductRow

STANDARD_PPM, ZERO_PPM = 200_000, 0
"""Tax rates."""


@dataclass(frozen=True)
class Good:
    """A product and the stock that a shop begins with, in pieces or grams."""

    id: str
    name: str
    barcode: str | None = None
    sku: str | None = None
    price_minor: int | None = None
    tax_rate_ppm: int = STANDARD_PPM
    unit: str = "each"
    stock: int = 0

    def row(self) -> ProductRow:
        """Its first version, as the server publishes it."""
        return ProductRow(
            id=self.id,
            name=self.name,
            barcode=self.barcode,
            sku=self.sku,
            price_minor=self.price_minor,
            tax_rate_ppm=self.tax_rate_ppm,
            unit=self.unit,
            version=1,
        )


SMALL_MUG = Good("mug", "Blue mug, small", "4006381333931", "M-1", 450, stock=12)
BOWL = Good("bowl", "Bowl", "036000291452", price_minor=1200)
APPLES = Good("apples", "Apples", sku="A-1", price_minor=299, tax_rate_ppm=ZERO_PPM, unit="kg")
VASE = Good("vase", "Crème vase", "73513537")

BLUE_MUG = Good("product-0", "Blue mug", "2000000000015", "MUG-BLUE", 650, stock=20)
RED_MUG = Good("product-1", "Red mug", "2000000000022", "MUG-RED", 650, stock=14)
TOWEL = Good("product-2", "Tea towel, striped linen", "2000000000039", "TOWEL-STR", 895, stock=32)
TEA = Good("product-3", "Earl Grey tea, 125 g tin", "2000000000046", "TEA-EG125", 540, ZERO_PPM, stock=48)
CHEESE = Good(
    "product-4", "Comté, 18 months", "2000000000053", "CHEESE-COM", 2890, ZERO_PPM, "kg", stock=6250
)
CANDLE = Good("product-5", "Beeswax candle, pair", "2000000000060", "CANDLE-2", 1250, stock=9)
SHORTBREAD = Good(
    "product-6",
    "Shortbread fingers in a very long gift box with ribbon",
    "2000000000077",
    "BISC-SB",
    475,
    ZERO_PPM,
    stock=3,
)
MARMALADE = Good(
    "product-7", "Marmalade, Seville orange", "2000000000084", "JAM-SEV", 420, ZERO_PPM, stock=27
)
UMBRELLA = Good("product-8", "Umbrella, folding", "2000000000091", "UMB-F", 1800)
POSTCARDS = Good("product-9", "Postcard set “Harbour”", "2000000000107", "CARD-H", 350, stock=61)
SAMPLE_JAR = Good("product-10", "Sample jar, not priced", "2000000000114", "JAR-S", stock=5)
HONEY = Good("product-11", "Honey, heather 340 g", "2000000000121", "HONEY-H", 720, ZERO_PPM, stock=18)
