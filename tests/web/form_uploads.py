"""Files that come by form, and uploads that have just begun."""

from __future__ import annotations

import base64

TUS = {"Tus-Resumable": "1.0.0"}


def upload(http, name="table.csv", content=b"a,b\n1,x\n2,y\n", kind="text/csv", path="/files"):
    answer = http.post(path, files={"file": (name, content, kind)})
    assert answer.status_code == 201, answer.text
    return answer.json()


def begin(http, size=10, name="begun.csv"):
    """Create an upload by tus that has no byte yet; return its id."""
    metadata = f"filename {base64.b64encode(name.encode()).decode()}"
    answer = http.post("/files", headers=TUS | {"Upload-Length": str(size), "Upload-Metadata": metadata})
    assert answer.status_code == 201
    return answer.headers["location"].rsplit("/", 1)[1]
