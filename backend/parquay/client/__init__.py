"""The Python client: `Client` and, for programs that run an event loop, `AsyncClient`.

    from parquay.client import Client

    with Client("https://tables.example.org", token="…") as client:
        file = client.upload("measurements.csv", progress=True)
        table = file.dataset().to_arrow()
"""

from parquay.client.async_client import AsyncClient, AsyncDataset, AsyncFile
from parquay.client.client import Client
from parquay.client.datasets import Dataset
from parquay.client.errors import ApiError, ConversionFailed, TransferError, Unreachable, WaitTimeout
from parquay.client.events import Happening
from parquay.client.files import File

__all__ = [
    "ApiError",
    "AsyncClient",
    "AsyncDataset",
    "AsyncFile",
    "Client",
    "ConversionFailed",
    "Dataset",
    "File",
    "Happening",
    "TransferError",
    "Unreachable",
    "WaitTimeout",
]
