"""An agent for a window that has none: it sends nothing."""


class SilentAgent:
    """Remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def try_now(self) -> None:
        self.asked.append("try_now")

    def resume(self) -> None:
        self.asked.append("resume")

    def fetch_remote_stock(self, product_id: str) -> None:
        self.asked.append(f"elsewhere {product_id}")
