"""The smallest size that does, asking about as few as can be."""

from collections.abc import Callable

from watchbill.staffing.floors import MOST


class Search:
    """Looks for the smallest size that has a plan, asking about each size once."""

    def __init__(self, has: Callable[[int], bool | None]) -> None:
        self._has = has
        self._known: dict[int, bool | None] = {}

    def smallest(self, least: int, usual: int) -> int | None:
        """From `least` on; `usual` is a size to begin with. None if no size up to a generous one is known to do."""
        low, high = least, max(least, usual)
        while not self._ask(high):
            low, high = high + 1, high + max(1, high // 2)
            if high > MOST or self._known[low - 1] is None:
                return None
        while low < high:
            middle = (low + high) // 2
            if self._ask(middle):
                high = middle
            else:
                low = middle + 1
        return high

    @property
    def enough(self) -> int | None:
        """The smallest size so far that has a plan."""
        return min((size for size, has in self._known.items() if has), default=None)

    def ruled_out(self, least: int, most: int) -> int | None:
        """The greatest size from `least` on and below `most` that is known to have no plan; None if there is none."""
        return next((size for size in range(most - 1, least - 1, -1) if self._ask(size) is False), None)

    def _ask(self, size: int) -> bool | None:
        if size not in self._known:
            self._known[size] = self._has(size)
        return self._known[size]
