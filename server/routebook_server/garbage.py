"""Garbage: how often the server looks for objects that hold each other and nobody else holds."""

import gc
from typing import Final

YOUNG: Final = 25_000
"""Objects made and not freed after which Python looks; by itself after 700, a hundred times in one large push."""


def look_seldom() -> None:
    """Look less often, and never again through what is there already: modules, routes, types (decision 0216).

    Nearly everything that a request makes is freed as soon as nobody names it, without any looking.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
