"""Refresh: writes ``data/<country>.json`` from the package ``holidays``, which nothing else needs (decision 0151).

``pip install --target DIR holidays && PYTHONPATH=DIR:server python -m routebook_server.holidays.refresh``
"""

import importlib
import json
import re
from pathlib import Path
from typing import Any, Final

DATA: Final = Path(__file__).parent / "data"
YEARS: Final = range(2025, 2037)
LANGUAGES: Final = {
    "CN": {"zh": "zh_CN", "en": "en_US"},
    "DE": {"de": "de", "en": "en_US"},
    "GB": {"en": "en_GB"},
    "IR": {"fa": "fa_IR", "en": "en_US"},
    "PL": {"pl": "pl", "en": "en_US"},
    "RU": {"ru": "ru", "en": "en_US"},
    "US": {"en": "en_US"},
}
"""The languages of each country's names; the first one is its own."""
PARTS: Final = {"GB": "ENG"}
_NOTE: Final = re.compile(r"\s*[(（](?:[^()（）]*\d[^()（）]*|estimated|تخمینی|оценочно)[)）]")
"""What a chip has no room for: which day was exchanged for this one, and that nobody has seen the moon yet."""


def main() -> None:
    """Write one file for each country: the names of each closed day, by language."""
    package: Any = importlib.import_module("holidays")
    for country, languages in LANGUAGES.items():
        days: dict[str, dict[str, str]] = {}
        for language, tag in languages.items():
            found = package.country_holidays(country, subdiv=PARTS.get(country), years=YEARS, language=tag)
            for day, name in found.items():
                days.setdefault(day.isoformat(), {})[language] = _NOTE.sub("", name).strip()
        text = json.dumps(dict(sorted(days.items())), ensure_ascii=False, indent=1)
        (DATA / f"{country}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
