"""A progress bar on stderr."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[float], None]]:
    """Yield a function that takes the share done, 0 to 1; silent unless stderr is a terminal."""
    with tqdm(
        total=100,
        desc=what,
        bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}",
        leave=False,
        disable=None,
    ) as shown:

        def show(share: float) -> None:
            shown.update(max(0, min(100, share * 100) - shown.n))

        yield show
