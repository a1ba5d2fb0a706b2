"""tuspyserver with its store for S3, as its documentation shows it. `S3_ENDPOINT` is the object store."""

from __future__ import annotations

import os

import boto3
from fastapi import FastAPI
from tuspyserver import create_tus_router
from tuspyserver.storage.s3 import S3Storage

client = boto3.client("s3", endpoint_url=os.environ["S3_ENDPOINT"])
app = FastAPI()
app.include_router(create_tus_router(prefix="files", files_dir="files", storage=S3Storage("peers", client)))
