"""A table of sales, uploaded and read."""

from __future__ import annotations

from live_server import entry_when

CITIES = ("Ulm", "Bonn", "Köln", "")
SALES = "id,city,price,day,note\n" + "".join(
    f'{i},{CITIES[i % 4]},{i % 50}.{i % 10}5,2024-{1 + i % 12:02}-15,"a, ""{i}"""\n' for i in range(1000)
)


def upload(http, content, name="sales.csv"):
    data = content.encode() if isinstance(content, str) else content
    answer = http.post("/files", files={"file": (name, data, "text/csv")})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def table(http, content=SALES, name="sales.csv"):
    """Upload a table; return the path of its dataset."""
    file_id = upload(http, content, name)
    assert entry_when(http, file_id)["status"] == "done"
    return f"/datasets/{file_id}"


def got(http, path, **params):
    answer = http.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()
