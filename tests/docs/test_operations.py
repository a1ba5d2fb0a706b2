"""docs/operations.md: its arithmetic is right, and every metric that it, the alerts and the dashboard name exists."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from parquay.storage.chunked.store import ChunkStore
from parquay.telemetry import registry

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
MONITORING = ROOT / "docker" / "monitoring"
SUMS = re.findall(r"^\| (.+) \| `(.+)` \| ([\d.,]+) \|$", PAGE, re.MULTILINE)
MIB = 1 << 20


def chunks(size: int) -> int:
    """Chunks of an upload that comes fast enough, as the store cuts it."""
    store, offset, count = object.__new__(ChunkStore), 0, 0
    while offset < size:
        offset += store.rhythm(offset).bytes
        count += 1
    return count


@pytest.mark.parametrize(("question", "arithmetic", "about"), SUMS, ids=[each[1] for each in SUMS])
def test_the_arithmetic_is_right(question: str, arithmetic: str, about: str):
    computed = eval(arithmetic, {"MiB": MIB, "GiB": 1 << 30, "chunks": chunks})

    assert computed == pytest.approx(float(about.replace(",", "")), rel=0.005), question


def exposed() -> set[str]:
    """Every name that stands in /metrics, or will once there is something to tell."""
    names = set()
    for family in registry.collect():
        suffixes = {"counter": ["_total"], "histogram": ["", "_bucket", "_sum", "_count"]}.get(family.type, [""])
        names |= {family.name + suffix for suffix in suffixes}
    return names


def alerts() -> list[dict[str, str]]:
    groups = yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((MONITORING / "dashboard.json").read_text(encoding="utf-8"))["panels"]
    return found


@pytest.mark.parametrize(
    "path", ["docs/operations.md", "docker/monitoring/alerts.yml", "docker/monitoring/dashboard.json"]
)
def test_every_metric_that_is_named_exists(path: str):
    named = set(re.findall(r"\bparquay_[a-z_]*[a-z]\b(?!…)", (ROOT / path).read_text(encoding="utf-8"))) - {
        "parquay_jobs"
    }

    assert len(named) > 9
    assert named - exposed() == set()


def test_every_metric_is_on_the_page_and_on_the_dashboard():
    shown = json.dumps(panels())
    families = [family.name for family in registry.collect()]

    assert len(families) > 15
    assert [name for name in families if name not in PAGE] == []
    assert [name for name in families if name not in shown] == []


def test_alerts_say_what_to_do():
    for rule in alerts():
        assert rule.keys() >= {"alert", "expr", "labels", "annotations"}
        assert rule["annotations"].keys() == {"summary", "description"}  # type: ignore[attr-defined]
        assert rule["labels"]["severity"] in ("page", "ticket")  # type: ignore[index]


def test_panels_do_not_lie_over_each_other():
    places = [tuple(panel["gridPos"].values()) for panel in panels()]  # type: ignore[attr-defined]

    assert len(set(places)) == len(places)
