"""`make bench`: run the suites that are named (all of them when none is) and write `docs/benchmarks.md`.

A suite is a module of this folder with a function `run(quick: bool) -> str` that returns its section as Markdown.
"""

from __future__ import annotations

import argparse
import importlib

from bench import report

SUITES = {each: each for each in ("uploads", "fairness", "object_store", "ingest", "tables", "catalog")} | {
    "types": "value_types"
}
"""The module of each."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure Parquay beside its peers.")
    parser.add_argument("suites", nargs="*", help=f"of {', '.join(SUITES)}; all when none is named")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and the page is left as it is")
    arguments = parser.parse_args()
    for suite in arguments.suites or SUITES:
        text = importlib.import_module(f"bench.{SUITES[suite]}").run(quick=arguments.quick)
        report.say(text)
        if not arguments.quick:
            report.write(suite, text)


if __name__ == "__main__":
    main()
