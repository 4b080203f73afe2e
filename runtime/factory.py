"""The type of a constructor argument that makes a part."""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# A callable that makes a new T each time; what a configuration writes as `!partial`.
Factory = Callable[..., T]
