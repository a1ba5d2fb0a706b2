"""Each module has a test module of its name, or stands in the map with those that test it."""

from __future__ import annotations

from pathlib import Path

import parquay
from module_map import IMPLEMENTATIONS, PROTOCOLS, STEPS, SURFACES, TESTED_BY

PACKAGE, TESTS = Path(parquay.__file__).parent, Path(__file__).parent
MODULES = {
    path.relative_to(PACKAGE).with_suffix("").as_posix() for path in PACKAGE.rglob("*.py") if path.stem != "__init__"
}
TEST_MODULES = {path.relative_to(TESTS).with_suffix("").as_posix() for path in TESTS.rglob("test_*.py")}


def has_its_own(module: str) -> bool:
    """Whether there is a test module of its name, in the folder of its package."""
    package, _, name = module.rpartition("/")
    return any(
        test.rpartition("/")[2] == f"test_{name}"
        and test.partition("/")[0] in {package.partition("/")[0], f"test_{name}"}
        for test in TEST_MODULES
    )


def test_every_module_is_tested_somewhere() -> None:
    assert sorted(module for module in MODULES if not has_its_own(module) and module not in TESTED_BY) == []


def test_the_map_names_what_is_there() -> None:
    assert sorted(TESTED_BY.keys() - MODULES) == []
    assert sorted({test for tests in TESTED_BY.values() for test in tests} - TEST_MODULES) == []
    assert all(TESTED_BY.values())


def test_the_map_has_no_more_than_it_needs() -> None:
    assert sorted(module for module in TESTED_BY if has_its_own(module)) == []
    assert len(TESTED_BY) == sum(map(len, (PROTOCOLS, IMPLEMENTATIONS, STEPS, SURFACES)))
