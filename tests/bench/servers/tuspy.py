"""tuspyserver with its plain local store, as its README shows it. `FILES_DIR` is where it writes."""

from __future__ import annotations

import os

from fastapi import FastAPI
from tuspyserver import create_tus_router

app = FastAPI()
app.include_router(create_tus_router(prefix="files", files_dir=os.environ["FILES_DIR"]))
