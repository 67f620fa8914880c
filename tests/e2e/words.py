"""Words: what the screens say in each language, read from the app's own messages."""

import functools
import json
import re
from pathlib import Path
from typing import Any

MESSAGES = Path(__file__).parents[2] / "pwa" / "messages"


@functools.cache
def _messages(locale: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for file in MESSAGES.glob(f"*/{locale}.json"):
        found |= json.loads(file.read_text(encoding="utf-8"))
    return found


def word(locale: str, key: str, **values: str) -> str:
    """Return the message ``key`` with its placeholders filled; KeyError if the app has no such message."""
    text = _messages(locale)[key]
    assert isinstance(text, str), f"{key} has plural forms: use a pattern"
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


def pattern(locale: str, key: str) -> re.Pattern[str]:
    """Return a pattern for the message ``key`` with anything in its placeholders, plural forms included."""
    text = _messages(locale)[key]
    forms = [text] if isinstance(text, str) else list(text[0]["match"].values())
    written = [
        "".join(".+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]*\})", form))
        for form in forms
    ]
    return re.compile("|".join(written))
