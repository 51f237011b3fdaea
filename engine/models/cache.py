"""What a model carries from token to token: a cache for every layer that has something to remember.

A model's `State` is the list of them. Each cache can be marked and rewound: fast weights by value, since a soul is
small; keys and values of attention by length, since they may take gigabytes. What persists goes into a soul.

The arrays are numpy's or torch's, as the runtime has them; this module imports neither torch nor the native library.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = Any
"""An ``np.ndarray`` or a ``torch.Tensor``."""


class Cache(Protocol):
    """What one layer carries from token to token."""

    persists: bool
    """Whether it goes into a soul; what does not is transient and ends with a conversation."""

    @property
    def nbytes(self) -> int:
        """Bytes of memory that it takes."""

    def mark(self) -> Any:
        """Where it stands, unaffected by what is fed later. Never copies what grows with the conversation."""

    def rewind(self, mark: Any) -> None:
        """Back to a `mark` of this cache, bit for bit; the mark stays usable, also after others were gone back to."""

    def clear(self) -> None:
        """As newborn."""

    def persist(self) -> NDArray[np.float32]:
        """What of it goes into a soul. Raises `TypeError` for a cache that is transient."""

    def load(self, values: NDArray[np.float32]) -> None:
        """Go on from what `persist` gave. Raises `TypeError` for a cache that is transient."""


class _ByValue:
    """A cache of a fixed size, whose marks are its values.

    Args:
        values: the array that it consists of.
        others: further arrays that belong to it; zero when nothing was fed.
        in_place: whether the runtime changes the arrays in place. Otherwise it puts new ones in their stead
            (`replace`) and marks need not copy.
    """

    persists = False

    def __init__(self, values: Array, others: Sequence[Array] = (), in_place: bool = True) -> None:
        self._arrays: tuple[Array, ...] = (values, *others)
        self._in_place = in_place

    @property
    def values(self) -> Array:
        """The array as it stands."""
        return self._arrays[0]

    def replace(self, values: Array) -> None:
        """Go on with another array; for caches that are not changed in place."""
        self._arrays = (values, *self._arrays[1:])

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for array in self._arrays)

    def mark(self) -> tuple[Array, ...]:
        return tuple(map(_copy, self._arrays)) if self._in_place else self._arrays

    def rewind(self, mark: tuple[Array, ...]) -> None:
        if not self._in_place:
            self._arrays = mark
            return
        for mine, kept in zip(self._arrays, mark, strict=True):
            mine[...] = kept

    def clear(self) -> None:
        self.rewind(tuple(_zeros(array) for array in self._arrays))

    def persist(self) -> NDArray[np.float32]:
        raise TypeError(f"{type(self).__name__} is transient")

    def load(self, values: NDArray[np.float32]) -> None:
        raise TypeError(f"{type(self).__name__} is transient")


class FastWeights(_ByValue):
    """The fast weights of one TTT layer, float32: the one kind of cache that persists.

    Args:
        values: H matrices of d × d in whatever axes the runtime has them, the last two those of a matrix.
        shape: of one layer in a soul (`FastWeightsConfig.fast_shape`).
        transposed: whether the matrices lie key by value; a soul has them value by key.
        others, in_place: as in every cache by value. Updates that wait to be written may be among `others`: then
            `persist` gives the weights without them, and the runtime's `State` is to flush them first.
    """

    persists = True

    def __init__(
        self,
        values: Array,
        shape: tuple[int, ...],
        transposed: bool = False,
        others: Sequence[Array] = (),
        in_place: bool = True,
    ) -> None:
        super().__init__(values, others, in_place)
        self._shape, self._transposed = shape, transposed

    def persist(self) -> NDArray[np.float32]:
        values = _to_numpy(self.values)
        values = values.swapaxes(-1, -2) if self._transposed else values
        return np.array(values, np.float32, order="C").reshape(self._shape)

    def load(self, values: NDArray[np.float32]) -> None:
        given = np.array(values, np.float32).reshape(tuple(self.values.shape))
        given = given.swapaxes(-1, -2) if self._transposed else given
        self.rewind((_as(self.values, given), *map(_zeros, self._arrays[1:])))


class ConvTail(_ByValue):
    """The last tokens that the causal convolution of one layer still sees: transient."""


class KVCache:
    """Keys and values that attention looks back on, one row a token; transient.

    A mark is a length. Where other tokens are fed after going back, the rows that they overwrite are kept for the
    marks that need them, once for all of these: a mark costs the tokens that only it knows, and mostly nothing.

    Args:
        allocate: makes an array of that many rows; called with growing numbers.
        block: rows that it grows by.
    """

    persists = False

    def __init__(self, allocate: Callable[[int], Array], block: int = 256) -> None:
        self._allocate, self._block = allocate, block
        self._rows = allocate(0)
        self._length = 0
        self._marks: weakref.WeakSet[KVMark] = weakref.WeakSet()

    def __len__(self) -> int:
        """Tokens that it holds."""
        return self._length

    @property
    def rows(self) -> Array:
        """The rows of all tokens: a view, valid until the next `append`."""
        return self._rows[: self._length]

    def append(self, rows: Array) -> Array:
        """Keep the rows of more tokens; returns those of all."""
        return self.extend(len(rows), lambda place: place.__setitem__(..., rows))

    def extend(self, count: int, fill: Callable[[Array], Any]) -> Array:
        """As `append`, for whoever writes the rows where they are to lie; `fill` is given the place."""
        end = self._length + count
        self._make_way(self._length)
        self._reserve(end)
        fill(self._rows[self._length : end])
        self._length = end
        return self.rows

    @property
    def nbytes(self) -> int:
        return int(self._rows.nbytes)

    def mark(self) -> KVMark:
        mark = KVMark(self._length, self._length)
        self._marks.add(mark)
        return mark

    def rewind(self, mark: KVMark) -> None:
        if mark.intact < mark.length:
            self._make_way(mark.intact)
            self._reserve(mark.length)
            for start, rows in mark.kept:
                self._rows[start : start + len(rows)] = rows
            mark.intact, mark.kept = mark.length, []
        self._length = mark.length

    def clear(self) -> None:
        self._make_way(0)
        self._rows, self._length = self._allocate(0), 0

    def persist(self) -> NDArray[np.float32]:
        raise TypeError("KVCache is transient")

    def load(self, values: NDArray[np.float32]) -> None:
        raise TypeError("KVCache is transient")

    def _reserve(self, count: int) -> None:
        """Have room for so many rows."""
        if count > len(self._rows):
            grown = self._allocate(-(-count // self._block) * self._block)
            grown[: len(self._rows)] = self._rows
            self._rows = grown

    def _make_way(self, start: int) -> None:
        """The rows from `start` on are about to be overwritten: keep them for the marks to which they belong."""
        needing = [mark for mark in self._marks if mark.intact > start]
        if not needing:
            return
        kept = _copy(self._rows[start : max(mark.intact for mark in needing)])
        for mark in needing:
            mark.kept.insert(0, (start, kept[: mark.intact - start]))
            mark.intact = start


@dataclass(eq=False)
class KVMark:
    """A moment of one `KVCache`."""

    length: int
    """Tokens that were held."""
    intact: int
    """How many of them, from the first on, still lie in the cache."""
    kept: list[tuple[int, Array]] = field(default_factory=list)
    """The other rows, in order, each stretch with the place of its first row."""


class State:
    """The caches of a model's layers, in the order of the layers; one stream.

    Runtimes make one, and may override what needs more than going through the caches.

    Attributes:
        caches: all of them; a layer may have several or none.
    """

    def __init__(self, caches: Iterable[Cache]) -> None:
        self.caches: tuple[Cache, ...] = tuple(caches)

    @property
    def nbytes(self) -> int:
        """Bytes of memory that it takes, marks not counted."""
        return sum(cache.nbytes for cache in self.caches)

    def mark(self) -> Any:
        """Where it stands, transient things included, unaffected by what is fed later."""
        return tuple(cache.mark() for cache in self.caches)

    def rewind(self, mark: Any) -> None:
        """Back to a `mark`, bit for bit; the mark stays usable."""
        for cache, place in zip(self.caches, mark, strict=True):
            cache.rewind(place)

    def clear(self) -> None:
        """As newborn."""
        for cache in self.caches:
            cache.clear()

    def clear_transient(self) -> None:
        """Keep what persists, clear the rest: a new conversation begins."""
        for cache in self.caches:
            if not cache.persists:
                cache.clear()

    def persist(self) -> list[NDArray[np.float32]]:
        """What goes into a soul: copies, one array a layer that has fast weights."""
        return [cache.persist() for cache in self.caches if cache.persists]

    def load(self, layers: Sequence[NDArray[np.float32]]) -> None:
        """Wake with what `persist` gave, nothing transient; shapes must be right."""
        for cache, values in zip((cache for cache in self.caches if cache.persists), layers, strict=True):
            cache.load(values)
        self.clear_transient()


class TokenState(State):
    """The state of a model that looks back on tokens word for word: its keys and values, and which tokens they are of.

    Attributes:
        tokens: what was fed, in order. Whoever feeds adds to it.
        layers: the keys and values of each layer.

    Args:
        others: what the model carries beside them.
    """

    def __init__(self, layers: Sequence[KVCache], others: Sequence[Cache] = ()) -> None:
        super().__init__([*layers, *others])
        self.layers = tuple(layers)
        self.tokens: list[int] = []

    def mark(self) -> Any:
        return tuple(self.tokens), super().mark()

    def rewind(self, mark: Any) -> None:
        tokens, places = mark
        super().rewind(places)
        self.tokens = list(tokens)

    def clear(self) -> None:
        super().clear()
        self.tokens = []

    def clear_transient(self) -> None:
        super().clear_transient()
        self.tokens = []

    def truncate(self, length: int) -> None:
        """Go on as after the first `length` of the tokens; nothing is moved."""
        for cache in self.layers:
            cache.rewind(KVMark(length, length))
        del self.tokens[length:]


def _copy(array: Array) -> Array:
    return array.clone() if hasattr(array, "clone") else array.copy()


def _zeros(array: Array) -> Array:
    return array.new_zeros(array.shape) if hasattr(array, "new_zeros") else np.zeros_like(array)


def _to_numpy(array: Array) -> NDArray[Any]:
    return array.detach().cpu().numpy() if hasattr(array, "detach") else array


def _as(array: Array, values: NDArray[Any]) -> Array:
    """`values` as an array of the kind of `array`, where that lies."""
    return array.new_tensor(values) if hasattr(array, "new_tensor") else values
