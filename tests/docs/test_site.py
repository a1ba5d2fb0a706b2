"""The documentation as a site: every page has its place, and what is built leads nowhere else."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml

from api_page import described, operations, sections

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CONFIG: dict[str, Any] = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
GENERATED = {"changelog.md", "contributing.md", "security.md", "decisions/index.md"}


def pages(nav: Any) -> Iterator[str]:
    """Every page that the navigation names."""
    if isinstance(nav, str):
        yield nav
    else:
        for each in nav.values() if isinstance(nav, dict) else nav:
            yield from pages(each)


def test_every_page_is_in_the_navigation_once():
    named = list(pages(CONFIG["nav"]))
    written = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")}

    assert len(named) == len(set(named))
    assert set(named) - GENERATED == {page for page in written if not page.startswith("decisions/")}
    assert set(named) >= GENERATED


def test_page_of_routes_has_every_operation_with_what_it_takes():
    document = described()
    found = list(operations(document))
    page = sections(document)

    assert sum(len(routes) for _group, routes, _operation in found) == sum(map(len, document["paths"].values()))
    assert [route for _group, routes, _operation in found for route in routes if f"`{route}`" not in page] == []
    assert "| **`query`** | JSON | string |" in page
    assert "| `If-Match` | header | string |" in page
    assert "| `limit` | query | number | Default: `100`. |" in page.replace("integer", "number")


def test_nothing_of_the_theme_comes_from_other_hosts():
    assert CONFIG["theme"]["font"] is False
    assert CONFIG["extra"]["generator"] is False
    assert "repo_url" not in CONFIG  # the theme would ask that host for numbers
    assert not any("://" in str(each) for each in [*CONFIG["extra_css"], *CONFIG["extra"]["polyfills"]])


class Addresses(HTMLParser):
    """What a page loads, where it leads, and where one can get to in it."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if "src" in given or (tag == "link" and given.get("rel") not in ("canonical", "prev", "next")):
            self.loads.append(given.get("src") or given.get("href", ""))
        elif tag == "a" and "href" in given:
            self.leads.append(given["href"])


def read(page: Path) -> Addresses:
    found = Addresses()
    found.feed(page.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [str(ROOT / ".venv" / "bin" / "mkdocs"), "build", "--strict", "--quiet", "--site-dir", str(folder)]
    env = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.mark.long
def test_every_link_of_the_site_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site: Path):
    found = {page: read(page) for page in site.rglob("*.html") if page.name != "404.html"}
    wrong = []
    for page, addresses in found.items():
        wrong += [(page.name, each) for each in addresses.loads if re.match(r"(https?:)?//|/", each)]
        for address in addresses.leads:
            path, _, anchor = unquote(address).partition("#")
            if re.match(r"\w+:", path):
                continue
            target = (page.parent / path).resolve() if path else page
            if not target.is_file() or (anchor and target in found and anchor not in found[target].anchors):
                wrong.append((page.name, address))

    assert len(found) > 60
    assert wrong == []


@pytest.mark.long
def test_blocks_and_tables_are_read_as_such(site: Path):
    article = re.compile(r"<article.*?</article>", re.DOTALL)
    left = []
    for page in site.rglob("*.html"):
        for text in article.findall(page.read_text(encoding="utf-8")):
            left += [(page.name, each) for each in re.findall(r"```|<p>\|[^<]*|<p>[^<]*\n- [^<]*", text)]

    assert left == []
