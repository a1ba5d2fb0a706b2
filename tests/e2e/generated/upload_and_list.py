"""Run with the generator's Python: log in, upload a file and list it through the client that was generated from OpenAPI.

Usage: upload_and_list.py FOLDER URL FILE
"""

import importlib
import sys
from io import BytesIO
from pathlib import Path

folder, url, path = sys.argv[1:]
sys.path.insert(0, folder)
generated = importlib.import_module("parquay_client")


def call(module: str):
    return importlib.import_module(f"parquay_client.api.{module}")


models = importlib.import_module("parquay_client.models")
types = importlib.import_module("parquay_client.types")

form = models.Credentials(username="test", password="password")
login = call("login.login_login_post").sync(client=generated.Client(url), body=form)
client = generated.AuthenticatedClient(url, token=login.access_token)

content = Path(path).read_bytes()
upload = types.File(payload=BytesIO(content), file_name=Path(path).name, mime_type="text/csv")
made = call("files.upload_files_post").sync(client=client, body=models.UploadFilesPostFilesBody(file=upload))
print(made.file_id, made.name, made.size)
for entry in call("files.list_files_files_get").sync(client=client):
    print(entry.id, entry.name)
