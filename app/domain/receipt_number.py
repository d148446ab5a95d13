"""Receipt numbers: the till's own series and a number without gaps."""


def format_receipt_number(series: str, number: int) -> str:
    """Series "T2" and number 417 make "T2-000417"."""
    return f"{series}-{number:06d}"
