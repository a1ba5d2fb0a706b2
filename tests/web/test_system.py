import re
import shutil

import pytest

from live_server import wait_until
from parquay import __version__


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/api/livez", "/api/readyz", "/readyz/"])
def test_health_is_told_without_a_login(anybody, path):
    answer = anybody.get(path)

    assert answer.status_code == 200
    assert answer.json()["status"] in {"alive", "ready"}


def test_metrics_count_requests_and_refusals(anybody):
    anybody.get("/files/unknown")
    anybody.get("/me")

    text = anybody.get("/metrics").text

    assert anybody.get("/metrics").headers["content-type"].startswith("text/plain")
    assert re.search(r'^parquay_http_requests_total\{method="GET",status="401"\} [1-9]', text, re.MULTILINE)
    assert re.search(r'^parquay_refusals_total\{code="login_required"\} [1-9]', text, re.MULTILINE)


def test_strange_methods_make_no_labels(anybody):
    for number in range(5):
        anybody.request(f"STRANGE{number}", "/files")

    assert "STRANGE" not in anybody.get("/metrics").text


def test_not_ready_while_the_storage_can_not_be_written(server):
    uploads = server.data_dir / "uploads"
    moved = server.data_dir / "moved"
    with server.client() as http:
        assert http.get("/readyz").status_code == 200
        uploads.rename(moved)
        uploads.write_text("no directory")

        answer = http.get("/readyz")
        alive = http.get("/livez")

        uploads.unlink()
        shutil.move(moved, uploads)
        wait_until(lambda: http.get("/readyz").status_code == 200, "ready again")

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "retry-after" in answer.headers
    assert alive.status_code == 200


def test_interface_is_described_and_documented(anybody):
    described = anybody.get("/openapi.json").json()

    assert described["info"]["version"] == __version__
    assert {"/files", "/files/{file_id}", "/files/{file_id}/content", "/auth/token", "/events"} <= set(
        described["paths"]
    )
    entry = described["components"]["schemas"]["Entry"]["properties"]
    assert {"id", "progress", "row_count", "parquet_path"} <= set(entry)
    assert "multipart/form-data" in described["paths"]["/files"]["post"]["requestBody"]["content"]


def test_interface_holds_every_way_in(anybody):
    described = anybody.get("/openapi.json").json()
    paths = described["paths"]

    assert {"/upload", "/register", "/logout", "/me", "/login"} <= set(paths)
    assert {"post", "options"} <= set(paths["/files"])
    assert {"head", "patch", "delete", "options"} <= set(paths["/files/{file_id}"])
    assert all(f"`{path}`" in described["info"]["description"] for path in ("/ws", "/ws/live"))
    for path in ("/files", "/upload"):
        form = paths[path]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
        assert form["properties"]["file"]["format"] == "binary"
    refused = paths["/files"]["get"]["responses"]["default"]["content"]
    assert list(refused) == ["application/problem+json"]


@pytest.mark.parametrize("prefix", ["", "/api"])
def test_the_interface_is_shown_without_anybody_elses_server(anybody, prefix):
    page = anybody.get(f"{prefix}/docs")
    needed = re.findall(r'(?:src|href|data-openapi)="([^"]*)"', page.text)
    answers = {path: anybody.get(path) for path in needed}

    assert page.status_code == 200
    assert f"{prefix}/openapi.json" in needed
    assert len([path for path in needed if path.startswith("/swagger/")]) == 3
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(needed, 200)
    assert "SwaggerUIBundle" in answers["/swagger/swagger-ui-bundle.js"].text
    assert not re.search(r"https?:", page.text + page.headers["content-security-policy"])


def test_the_interface_names_the_path_below_which_it_was_asked_for(anybody, small_server):
    def servers(http, path, **headers):
        return [each["url"] for each in http.get(path, headers=headers).json().get("servers", [])]

    with small_server.client() as proxied:
        below = servers(proxied, "/openapi.json", **{"X-Forwarded-Prefix": "/parquay", "X-Forwarded-Host": "a.example"})
        both = servers(
            proxied, "/api/openapi.json", **{"X-Forwarded-Prefix": "/parquay", "X-Forwarded-Host": "a.example"}
        )

    assert below == ["http://a.example/parquay"]
    assert both == ["http://a.example/parquay/api"]
    assert servers(anybody, "/openapi.json") == []
    assert servers(anybody, "/api/openapi.json") == ["/api"]
    assert servers(anybody, "/openapi.json", **{"X-Forwarded-Prefix": "/parquay"}) == []


def test_every_route_of_the_interface_says_what_it_does(anybody):
    for path, verbs in anybody.get("/openapi.json").json()["paths"].items():
        for verb, route in verbs.items():
            assert route.get("description"), f"{verb} {path}"


def test_a_person_gets_the_page_and_a_program_the_data(ann, anybody):
    navigation = {"Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}

    for path in ("/", "/files", "/files/abc", "/login"):
        page = anybody.get(path, headers=navigation)
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        assert "<title>Parquay" in page.text
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"] or "make serve" in page.text
    assert isinstance(ann.get("/files").json(), list)
    assert isinstance(ann.get("/api/files", headers=navigation).json(), list)
    assert anybody.get("/nothing").status_code == 404


@pytest.mark.parametrize("path", ["/livez", "/files", "/", "/docs", "/nothing"])
def test_every_answer_has_the_fields_that_protect_a_browser(anybody, path):
    headers = anybody.get(path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
