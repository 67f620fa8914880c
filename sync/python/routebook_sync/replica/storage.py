"""Storage: what survives a crash, as tables of values that are never changed in place, written in transactions only."""

from collections.abc import Callable, Iterator
from typing import Any, Final, Generic, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")

_ABSENT: Final = object()


class Storage:
    """One device's tables. A transaction takes full effect or none, wherever it is interrupted.

    ``on_step`` is called after every change, before a commit and after it: what it raises is a crash at that point.
    """

    def __init__(self, on_step: Callable[[], None] | None = None) -> None:
        self.on_step = on_step
        self._journal: list[tuple[dict[Any, Any], Any, Any]] | None = None

    def transaction(self, work: Callable[[], T]) -> T:
        """Run ``work``; all of its changes are kept when it returns, none when it raises. Not nested."""
        if self._journal is not None:
            raise RuntimeError("a transaction within a transaction")
        journal: list[tuple[dict[Any, Any], Any, Any]] = []
        self._journal = journal
        try:
            result = work()
            self.step()
        except BaseException:
            for rows, key, before in reversed(journal):
                if before is _ABSENT:
                    rows.pop(key, None)
                else:
                    rows[key] = before
            raise
        finally:
            self._journal = None
        self.step()
        return result

    def note(self, rows: dict[Any, Any], key: Any) -> None:
        """Remember what stands under ``key`` before it is changed; RuntimeError outside a transaction."""
        if self._journal is None:
            raise RuntimeError("a change outside a transaction")
        self._journal.append((rows, key, rows.get(key, _ABSENT)))

    def step(self) -> None:
        """Tell that a step is done."""
        if self.on_step is not None:
            self.on_step()


class Table(Generic[K, V]):
    """Values by key. Iteration goes over a copy, in the order in which the keys came."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._rows: dict[K, V] = {}

    @overload
    def get(self, key: K) -> V | None: ...
    @overload
    def get(self, key: K, otherwise: V) -> V: ...
    def get(self, key: K, otherwise: V | None = None) -> V | None:
        """Return the value, or ``otherwise``."""
        return self._rows.get(key, otherwise)

    def __getitem__(self, key: K) -> V:
        return self._rows[key]

    def __contains__(self, key: K) -> bool:
        return key in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[K]:
        return iter(list(self._rows))

    def items(self) -> list[tuple[K, V]]:
        """Return every key with its value."""
        return list(self._rows.items())

    def values(self) -> list[V]:
        """Return every value."""
        return list(self._rows.values())

    def put(self, key: K, value: V) -> None:
        """Store a value."""
        self._storage.note(self._rows, key)
        self._rows[key] = value
        self._storage.step()

    def drop(self, key: K) -> None:
        """Take a value out; nothing happens where there is none."""
        if key not in self._rows:
            return
        self._storage.note(self._rows, key)
        del self._rows[key]
        self._storage.step()

    def clear(self) -> None:
        """Take every value out."""
        for key in list(self._rows):
            self.drop(key)
