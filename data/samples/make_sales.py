"""Write `sales.csv`, an invented year of a shop's sales: the same bytes on every machine and at every run.

    python data/samples/make_sales.py [ROWS] > data/samples/sales.csv

What makes it worth reading: article and postal codes with leading zeros, amounts with two decimals, dates,
timestamps, booleans, empty cells, and text with commas, quotes and letters of several scripts.
"""

from __future__ import annotations

import csv
import random
import sys
from datetime import datetime, timedelta
from decimal import Decimal

SEED = 20_250_101
ROWS = 5_000
HEADER = (
    "order_id", "ordered_at", "ship_date", "customer", "country", "postal_code", "article", "description",
    "quantity", "unit_price", "discount", "total", "paid", "note",
)  # fmt: skip
CUSTOMERS = (
    "Ana Souza", "Björn Ångström", "Chidi Okafor", "Dvořák & Sons", "Émilie Dubois", "Farah Haddad",
    "Grace O'Malley", "Hồ Thị Mai", "Ivana Jurić", "Smith, Jones & Partners", "山田 太郎", "Zoë van den Berg",
)  # fmt: skip
PLACES = (
    ("BR", "01310-100"), ("SE", "11122"), ("NG", "100001"), ("CZ", "11000"), ("FR", "06000"), ("JO", "11181"),
    ("IE", "D02 AF30"), ("VN", "700000"), ("HR", "10000"), ("US", "02139"), ("JP", "100-0001"), ("NL", "1012 AB"),
)  # fmt: skip
ARTICLES = (
    ("000417", 'Notebook A5, "Harbour"', "4.90"),
    ("000981", "Fountain pen, medium", "38.00"),
    ("001204", "Ink bottle, 50 ml", "11.50"),
    ("002310", 'Desk lamp 12"', "64.95"),
    ("007741", "Map of tides", "19.00"),
    ("010033", "Canvas bag", "24.50"),
    ("020150", "Brass bell, small", "129.00"),
    ("099999", "Gift wrapping", "1.25"),
)
NOTES = ("", "", "", "", "", "gift", "call before delivery", 'label: "fragile"', "leave at door 3, please")


def rows(count: int) -> list[tuple[str, ...]]:
    """Return `count` rows, in the order of time."""
    chance = random.Random(SEED)
    moment = datetime(2025, 1, 1, 6, 0, 0)  # noqa: DTZ001  the shop's own clock, written without a zone
    made = []
    for number in range(1, count + 1):
        moment += timedelta(seconds=chance.randint(60, 2 * 365 * 86400 // max(count, 1)))
        made.append(_row(chance, number, moment))
    return made


def _row(chance: random.Random, number: int, moment: datetime) -> tuple[str, ...]:
    buyer = chance.randrange(len(CUSTOMERS))
    article, description, price = chance.choice(ARTICLES)
    quantity = min(1 + int(chance.expovariate(0.7)), 40)
    discount = Decimal(chance.choice(("0.00", "0.00", "0.00", "0.05", "0.10", "0.25")))
    total = (quantity * Decimal(price) * (1 - discount)).quantize(Decimal("0.01"))
    shipped = moment.date() + timedelta(days=chance.randint(0, 9))
    paid = chance.random() < 0.93
    return (
        f"{number:08d}", f"{moment:%Y-%m-%d %H:%M:%S}", f"{shipped:%Y-%m-%d}" if paid else "", CUSTOMERS[buyer],
        *PLACES[buyer], article, description, str(quantity), price, str(discount), str(total),
        "true" if paid else "false", chance.choice(NOTES),
    )  # fmt: skip


def main() -> None:
    """Write the rows to standard output, as UTF-8 with a single line feed at each line's end."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows(count))


if __name__ == "__main__":
    main()
