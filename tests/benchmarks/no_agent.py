"""An agent for a window that sends nothing."""


class NoAgent:
    """Does nothing of what a window asks for."""

    def try_now(self) -> None:
        return None

    def resume(self) -> None:
        return None

    def ask_elsewhere(self, _product_id: str) -> None:
        return None
