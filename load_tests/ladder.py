"""Sizes a scenario climbs, as the command line says them. Pure."""


def ladder(words: str, *, least: int) -> list[int]:
    """Sizes from a text of numbers with spaces between them.

    Args:
        words: e.g. `100 1000 10000`.
        least: How many there must be.

    Raises:
        ValueError: A word is no number, there are too few, or they do not grow from at least 1.
    """
    try:
        sizes = [int(word) for word in words.split()]
    except ValueError:
        raise ValueError("at least one of the sizes is no number") from None
    if len(sizes) < least or sizes[0] < 1 or sorted(set(sizes)) != sizes:
        raise ValueError(f"at least {least} size{'s' if least > 1 else ''}, and growing ones")
    return sizes
