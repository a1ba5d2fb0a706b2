"""The page's own uploads, in a browser, with bytes and tables in an object store and the catalog in PostgreSQL."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from live_server import PARQUAY, clean_environment
from s3_server import S3Server, keys_in

REPOSITORY = Path(__file__).parents[2]
SECONDS = 840

pytestmark = [pytest.mark.long, pytest.mark.timeout(SECONDS + 60)]


def test_uploads_of_the_page_are_cut_paused_killed_and_resumed_on_an_object_store(
    lasting_s3: S3Server, new_database: Callable[[], str]
):
    """The specification of uploads as it is, against servers of another setting: machines with one bucket."""
    bucket = lasting_s3.new_bucket()
    settings = {
        "PARQUAY_STORAGE_URL": f"s3://{bucket}/page",
        "PARQUAY_S3_ENDPOINT": lasting_s3.url,
        "PARQUAY_DATABASE_URL": new_database(),
        "PARQUAY_SECRET_KEY": "the same secret on all of the machines",
    }
    serve = shlex.join(["env", *(f"{name}={value}" for name, value in settings.items()), str(PARQUAY), "serve"])
    browser = (REPOSITORY / ".cache" / "chromium").read_text().strip()

    ran = subprocess.run(
        ["npx", "--no-install", "playwright", "test", "--workers=2", "e2e/upload.spec.ts"],
        cwd=REPOSITORY / "client",
        env=clean_environment(serve=serve) | {"CHROMIUM": browser},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    assert " passed" in ran.stdout
    assert keys_in(lasting_s3.url, bucket, "page/bytes/")
    assert keys_in(lasting_s3.url, bucket, "page/tables/")
