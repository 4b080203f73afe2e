"""Which of the names that exist was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_CUTOFF = 0.7


def nearest(name: str, candidates: Iterable[str], cutoff: float = _CUTOFF) -> str | None:
    """The candidate most like ``name``, or None where none is alike.

    ``cutoff`` is how alike, from 0 to 1, as `difflib` counts it.

    >>> nearest("weight_deacy", ["lr", "weight_decay", "eps"])
    'weight_decay'
    """
    pool = sorted({candidate for candidate in candidates if candidate and candidate != name})
    found = get_close_matches(name, pool, n=1, cutoff=cutoff)
    if found:
        return found[0]
    folded = {candidate.lower(): candidate for candidate in reversed(pool)}
    alike = get_close_matches(name.lower(), list(folded), n=1, cutoff=cutoff)
    return folded[alike[0]] if alike else None


def only_near(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate like ``name`` where there is no second one: what was meant, for certain.

    >>> only_near("weight_deacy", ["lr", "weight_decay"]), only_near("beta", ["beta1", "beta2"])
    ('weight_decay', None)
    """
    pool = sorted({candidate for candidate in candidates if candidate and candidate != name})
    found = get_close_matches(name, pool, n=2, cutoff=_CUTOFF)
    return found[0] if len(found) == 1 else None
