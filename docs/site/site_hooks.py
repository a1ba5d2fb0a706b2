"""What MkDocs does not do by itself: generated pages, links as the repository has them, anchors as it makes them.

The pages are written for two readers. In the repository they link to files beside `docs/`; on the site such a link
leads to the page that stands for the file, else to the repository.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from api_page import described, sections

ROOT = Path(__file__).parents[2]
REPOSITORY = "https://github.com/parquay/parquay/blob/main"
STANDING_IN = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
"""Pages of the site for files that lie beside `docs/`."""
ALONE = ("index.md", "tour.md")
"""Pages that are a part of the navigation by themselves, and need no list of its pages beside them."""
ROUTES = "<!-- routes -->"
DECISIONS = "decisions/index.md"
MARK = "site/mark.svg"
"""The sign of the project, as the web client has it."""

_FENCE = re.compile(r"^(?P<mark>`{3,}).*?^(?P=mark)[ ]*$", re.MULTILINE | re.DOTALL)
_FENCE_INFO = re.compile(r"^(`{3,})([a-z]+)[ -][a-z -]+$", re.MULTILINE)
_LINK = re.compile(r"(\]\()(?!https?://|mailto:|#)([^)#\s]+)")
_TIGHT_LIST = re.compile(r"^(?![-*|>#\s]|\d+\. )(.+)\n(?=(?:[-*]|1\.) )", re.MULTILINE)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Name headings as the repository does, and put every decision into the navigation."""
    config.mdx_configs["toc"]["slugify"] = anchor
    titles = [{title(path): f"decisions/{path.name}"} for path in decisions()]
    for section in config.nav or []:
        for pages in section.values():
            if isinstance(pages, list) and {"Decisions": DECISIONS} in pages:
                pages[pages.index({"Decisions": DECISIONS})] = {"Decisions": [DECISIONS, *titles]}
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are generated, and those that lie beside `docs/`."""
    for source, name in STANDING_IN.items():
        if source != "README.md":
            files.append(File.generated(config, name, content=(ROOT / source).read_text(encoding="utf-8")))
    files.append(File.generated(config, DECISIONS, content=index_of_decisions()))
    files.append(File.generated(config, MARK, abs_src_path=str(ROOT / "client" / "public" / "mark.svg")))
    return files


def on_page_markdown(markdown: str, page: Page, **_rest: Any) -> str:
    """Make of a page what MkDocs reads the same way as the repository; put the routes where they belong."""
    if page.file.src_uri in ALONE:
        page.meta["hide"] = ["navigation"]
    if ROUTES in markdown:
        markdown = markdown.replace(ROUTES, sections(described()))
    folder = "." if page.file.src_uri in STANDING_IN.values() and page.file.generated_by else "docs"
    place = posixpath.join(folder, posixpath.dirname(page.file.src_uri))
    return outside_fences(markdown, lambda text: _TIGHT_LIST.sub(r"\1\n\n", relinked(text, place, page.file.src_uri)))


def on_post_build(config: MkDocsConfig) -> None:
    """Put the index of the search beside it as a script, which a page that was opened as a file may load."""
    folder = Path(config.site_dir) / "search"
    index = (folder / "search_index.json").read_text(encoding="utf-8")
    (folder / "search_index.js").write_text(f"var __index = {index}", encoding="utf-8")


def anchor(heading: str, separator: str) -> str:
    """Return the id of a heading, as the repository's pages have it. Pure."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", separator)


def decisions() -> list[Path]:
    """Return the pages of decisions, in their order."""
    return sorted((ROOT / "docs" / "decisions").glob("0*.md"))


def title(page: Path) -> str:
    """Return the first heading of a page."""
    return page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ").strip()


def index_of_decisions() -> str:
    """Return the list of decisions as a page."""
    lines = [f"- [{title(path)}]({path.name})" for path in decisions()]
    return "# Decisions\n\nWhy things are as they are, a screen each.\n\n" + "\n".join(lines) + "\n"


def outside_fences(markdown: str, change: Any) -> str:
    """Return a page with its text changed, and of its blocks of code only what is said of their language. Pure."""
    parts, end = [], 0
    for fence in _FENCE.finditer(markdown):
        parts += [change(markdown[end : fence.start()]), _FENCE_INFO.sub(r"\1\2", fence.group(), count=1)]
        end = fence.end()
    return "".join([*parts, change(markdown[end:])])


def relinked(text: str, place: str, page: str) -> str:
    """Return a text whose links to files lead to pages of the site, or to the repository. Pure.

    ``place``: folder of the text in the repository; ``page``: the page of the site that has it.
    """

    def lead(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(place, found[2]))
        if target == "docs/decisions":
            target = f"docs/{DECISIONS}"
        inside = STANDING_IN.get(target) or (target.removeprefix("docs/") if target.startswith("docs/") else None)
        if inside is None:
            return f"{found[1]}{REPOSITORY}/{target}"
        return found[1] + posixpath.relpath(inside, posixpath.dirname(page) or ".")

    return _LINK.sub(lead, text)
