"""Catalogue: what the demo team sells, to whom, and when."""

from itertools import accumulate
from random import Random

import msgspec

from routebook_server.demo.package_data import read_data
from routebook_server.demo.seasons import product_weight


class Article(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One product: ``name`` by language, ``price`` in minor units, ``margin`` a percentage of it."""

    article_number: str
    name: dict[str, str]
    category: str
    packaging: str
    price: int
    margin: int
    season: str
    trades: tuple[str, ...]


class Catalogue:
    """Every article, with the id of its record, and how to pick what a shop buys in a month."""

    def __init__(self, articles: tuple[Article, ...], ids: tuple[str, ...]) -> None:
        self.articles = articles
        self.ids = ids
        self.index_by_number = {article.article_number: index for index, article in enumerate(articles)}
        trades = {trade for article in articles for trade in article.trades}
        self.articles_by_trade = {trade: [one for one in articles if trade in one.trades] for trade in sorted(trades)}
        self._cumulative: dict[tuple[str, str, int], list[float]] = {}

    def pick(self, random: Random, trade: str, country: str, month: int, count: int) -> list[int]:
        """Return up to ``count`` different articles that a shop of ``trade`` buys in ``month``: indexes."""
        key = (trade, country, month)
        if key not in self._cumulative:
            self._cumulative[key] = list(
                accumulate(
                    product_weight(article.season, country, month) if trade in article.trades else 0.0
                    for article in self.articles
                )
            )
        return list(
            dict.fromkeys(random.choices(range(len(self.articles)), cum_weights=self._cumulative[key], k=count))
        )


def read_articles() -> tuple[Article, ...]:
    """Return the catalogue as the package has it."""
    return msgspec.json.decode(read_data("products.json"), type=tuple[Article, ...])
