"""How a check says that a promise does not hold."""


class Broken(AssertionError):
    """A promise does not hold; the words say which."""


def must(condition: bool, *what: object) -> None:
    if not condition:
        raise Broken(" ".join(map(str, what)))
