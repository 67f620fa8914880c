"""Catalogue: what the demo team sells, to whom, and when."""

from itertools import accumulate
from random import Random

import msgspec

from routebook_server.demo.package_data import read_data
from routebook_server.demo.seasons import product_weight


class Article(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One product: ``name`` by language, ``price`` in minor units, ``margin`` a percentage of it.

    ``new_price``: since the catalogue was priced again, where that changed it.
    """

    article_number: str
    name: dict[str, str]
    category: str
    packaging: str
    price: int
    margin: int
    season: str
    trades: tuple[str, ...]
    new_price: int | None = None

    @property
    def cost(self) -> int:
        """What the product costs the team itself, minor units."""
        return self.price * (100 - self.margin) // 100


class Catalogue:
    """Every article, with the id of its record, and how to pick what a shop buys in a month."""

    def __init__(self, articles: tuple[Article, ...], ids: tuple[str, ...], repriced: int) -> None:
        self.articles = articles
        self.ids = ids
        self._repriced = repriced
        self.index_by_number = {article.article_number: index for index, article in enumerate(articles)}
        trades = {trade for article in articles for trade in article.trades}
        self.articles_by_trade = {trade: [one for one in articles if trade in one.trades] for trade in sorted(trades)}
        self._cumulative: dict[tuple[str, str, int], list[float]] = {}

    def price(self, index: int, at: int) -> int:
        """Return what an article (by index) costs at an instant, milliseconds."""
        article = self.articles[index]
        return article.price if article.new_price is None or at < self._repriced else article.new_price

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
