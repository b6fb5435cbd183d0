"""hiu: ranked lists and charts for High Intensity User Groups, from four agencies' extracts."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hiu.site import open as open

__all__ = ["open"]


def __getattr__(name: str) -> object:
    if name == "open":
        from hiu.site import open

        return open
    raise AttributeError(f"module 'hiu' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
