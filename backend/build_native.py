"""Compiles the part in C when Parquay is installed: a hook of the build, and `python build_native.py` by hand.

Without a C compiler the installation goes on, and conversion takes the slower way, with the same results. A wheel gets
the built web client and the migrations too, so that it serves where there is neither this clone nor Node.js.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

COLUMNS = Path(__file__).parent / "parquay" / "columns"
LIBRARY = COLUMNS / "_native.so"
OPTIONS = ["-O3", "-std=c11", "-shared", "-fPIC"]
if platform.machine() in ("x86_64", "AMD64"):
    OPTIONS += ["-msse4.2", "-mpopcnt"]  # Arrow and NumPy need no less


def fingerprint(sources: Path) -> int:
    """The same as in `columns/native.py`, which takes no library of other sources."""
    return zlib.crc32(b"".join(path.read_bytes() for path in sorted(sources.iterdir())))


def build() -> bool:
    """Compile the library into the source tree; whether it is there now."""
    folder = COLUMNS / "native"
    sources = [f"-DSOURCES={fingerprint(folder)}u", *sorted(map(str, folder.glob("*.c")))]
    unfinished = LIBRARY.with_name(f".{LIBRARY.name}.{os.getpid()}")
    for compiler in (shlex.split(os.environ.get("CC", "")), ["cc"], ["gcc"], ["clang"]):
        if not compiler or shutil.which(compiler[0]) is None:
            continue
        made = subprocess.run([*compiler, *OPTIONS, "-o", str(unfinished), *sources], check=False, capture_output=True)
        if made.returncode == 0:
            # A process that has the old library open keeps it.
            unfinished.replace(LIBRARY)
            return True
    unfinished.unlink(missing_ok=True)
    LIBRARY.unlink(missing_ok=True)
    return False


with contextlib.suppress(ImportError):  # by hand it needs no build tool
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    class WheelBuild(BuildHookInterface):  # type: ignore[misc]
        """Compiles before the package is put together, and puts into a wheel what `parquay.bundle` looks for."""

        PLUGIN_NAME = "custom"

        def initialize(self, version: str, build_data: dict[str, object]) -> None:
            """Called by hatchling; `version` is `editable` where the source tree itself is installed."""
            is_native = build()
            if version == "editable":
                return
            root = Path(self.root)
            if not (root / "client" / "dist" / "index.html").is_file():
                raise FileNotFoundError("client/dist: the web client is not built; `make wheel` builds it first")
            build_data["force_include"] = {
                str(root / "client" / "dist"): "parquay/_bundle/client",
                str(root / "backend" / "migrations"): "parquay/_bundle/migrations",
            }
            if is_native:
                build_data["artifacts"] = [f"backend/parquay/columns/{LIBRARY.name}"]
                build_data["pure_python"] = False
                build_data["tag"] = f"py3-none-{_platform()}"

    def _platform() -> str:
        """The machines that the library runs on, as wheels name them; it is loaded by ctypes, by any Python."""
        from packaging.tags import sys_tags

        return next(tag.platform for tag in sys_tags() if "linux_" not in tag.platform or tag.platform[:6] == "linux_")


if __name__ == "__main__":
    sys.exit(not build())
