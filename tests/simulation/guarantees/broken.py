"""Broken: that a guarantee did not hold."""


class BrokenError(AssertionError):
    """A guarantee did not hold."""

    def __init__(self, guarantee: str, what: str) -> None:
        super().__init__(f"{guarantee}: {what}")
        self.guarantee = guarantee
