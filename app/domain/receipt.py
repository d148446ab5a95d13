"""Receipt numbers: a till's own series, gap-free, the same with the server there and away."""


def format_receipt_number(series: str, number: int) -> str:
    """Series "T2" and number 417 make "T2-000417"."""
    return f"{series}-{number:06d}"
