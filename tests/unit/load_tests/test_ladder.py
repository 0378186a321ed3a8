import pytest

from load_tests.ladder import ladder


def test_sizes_are_read_as_numbers() -> None:
    assert ladder("100 1000 10000", least=2) == [100, 1_000, 10_000]
    assert ladder("7", least=1) == [7]


@pytest.mark.parametrize(
    ("words", "least"), [("", 1), ("0 5", 1), ("5 5", 1), ("9 3", 1), ("5", 2), ("5 many", 1)]
)
def test_what_does_not_grow_is_refused(words: str, least: int) -> None:
    with pytest.raises(ValueError, match=r"growing|no number"):
        ladder(words, least=least)
