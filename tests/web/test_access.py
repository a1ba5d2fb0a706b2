"""Files shared with people by name, and with everybody."""

from __future__ import annotations

from functools import partial

import httpx
import pytest

from event_stream import EventStream
from live_server import entry_when, wait_until
from parquay.ids import new_id
from problems import is_problem


def table_of(http: httpx.Client, name: str = "few.csv", content: bytes = b"n,word\n1,a\n2,b\n3,c\n") -> str:
    file_id: str = http.post("/files", files={"file": (name, content)}).json()["id"]
    assert entry_when(http, file_id)["status"] == "done"
    return file_id


def name_of(http: httpx.Client) -> str:
    name: str = http.get("/me").json()["username"]
    return name


def give(http: httpx.Client, file_id: str, to: str, role: str) -> None:
    answer = http.put(f"/files/{file_id}/access/{to}", json={"role": role})
    assert (answer.status_code, answer.json()) == (200, {"username": to, "role": role})


def role_in(http: httpx.Client, file_id: str) -> str | None:
    """The role as the list says it; None when the file is not in the list."""
    listed = {each["id"]: each["role"] for each in http.get("/files", params={"limit": 1000}).json()}
    return listed.get(file_id)


def test_a_file_is_shared_with_somebody_by_name(ann, bob, new_user):
    file_id, name, carl = table_of(ann), name_of(bob), new_user()

    give(ann, file_id, name, "view")

    assert (role_in(ann, file_id), role_in(bob, file_id), role_in(carl, file_id)) == ("owner", "view", None)
    seen = bob.get(f"/files/{file_id}").json()
    assert (seen["role"], seen["shared"], seen["owner"]) == ("view", False, name_of(ann))
    assert file_id in [each["id"] for each in bob.get("/datasets").json()]
    assert bob.get(f"/datasets/{file_id}/export").text == "n,word\n1,a\n2,b\n3,c\n"
    assert is_problem(bob.post(f"/datasets/{file_id}/rows", json={"n": 4}), 403, "forbidden")
    assert is_problem(carl.get(f"/files/{file_id}"), 404, "not_found")
    assert bob.get("/files", params={"owner": "others"}).headers["x-total-count"] == "1"

    give(ann, file_id, name, "edit")
    assert role_in(bob, file_id) == "edit"
    assert bob.post(f"/datasets/{file_id}/rows", json={"n": 4}).status_code == 201
    assert ann.get(f"/files/{file_id}/access").json() == [{"username": name, "role": "edit"}]
    assert ann.get(f"/files/{file_id}/access/{name}").json() == {"username": name, "role": "edit"}

    assert ann.delete(f"/files/{file_id}/access/{name}").status_code == 204
    assert role_in(bob, file_id) is None
    assert is_problem(bob.get(f"/datasets/{file_id}"), 404, "not_found")
    assert is_problem(ann.delete(f"/files/{file_id}/access/{name}"), 404, "unknown_access")
    assert ann.get(f"/files/{file_id}/access").json() == []


def test_shared_is_everybodys_role_to_look(ann, bob):
    file_id = table_of(ann)

    assert ann.patch(f"/files/{file_id}", json={"shared": True}).json()["shared"] is True
    assert ann.get(f"/files/{file_id}/access").json() == [{"username": "*", "role": "view"}]
    assert is_problem(bob.delete(f"/datasets/{file_id}/rows/0"), 403, "forbidden")
    assert is_problem(bob.post(f"/datasets/{file_id}/restore", json={"version": 0}), 403, "forbidden")

    give(ann, file_id, "*", "edit")
    assert ann.get(f"/files/{file_id}").json()["shared"] is True
    assert role_in(bob, file_id) == "edit"
    assert bob.delete(f"/datasets/{file_id}/rows/0").status_code == 204

    assert ann.patch(f"/files/{file_id}", json={"shared": True}).status_code == 200
    assert role_in(bob, file_id) == "view"
    assert ann.delete(f"/files/{file_id}/access/*").status_code == 204
    assert ann.get(f"/files/{file_id}").json()["shared"] is False
    assert role_in(bob, file_id) is None
    assert is_problem(ann.delete(f"/files/{file_id}/access/*"), 404, "unknown_access")


def test_of_two_roles_the_stronger_one_counts(ann, bob):
    file_id, name = table_of(ann), name_of(bob)

    give(ann, file_id, "*", "view")
    give(ann, file_id, name, "edit")
    assert role_in(bob, file_id) == "edit"
    give(ann, file_id, "*", "edit")
    give(ann, file_id, name, "view")
    assert role_in(bob, file_id) == "edit"
    ann.delete(f"/files/{file_id}/access/*")
    assert role_in(bob, file_id) == "view"
    ann.delete(f"/files/{file_id}")


@pytest.mark.parametrize(
    ("name", "body", "status", "code"),
    [
        ("nobody at all", {"role": "view"}, 404, "unknown_user"),
        ("nobody", {"role": "view"}, 404, "unknown_user"),
        ("*", {"role": "owner"}, 422, "invalid_value"),
        ("*", {"role": "VIEW"}, 422, "invalid_value"),
        ("*", {"role": None}, 422, "invalid_value"),
        ("*", {}, 422, "invalid_value"),
        ("*", {"role": "view", "until": "2030-01-01"}, 422, "invalid_value"),
        ("*", ["view"], 422, "invalid_value"),
    ],
)
def test_a_role_that_cannot_be_meant_is_refused(ann, name, body, status, code):
    file_id = ann.post("/files", files={"file": ("a.bin", b"x")}).json()["id"]

    assert is_problem(ann.put(f"/files/{file_id}/access/{name}", json=body), status, code)
    assert ann.get(f"/files/{file_id}/access").json() == []


def test_the_owner_needs_no_role(ann):
    file_id = ann.post("/files", files={"file": ("a.bin", b"x")}).json()["id"]

    answer = ann.put(f"/files/{file_id}/access/{name_of(ann)}", json={"role": "view"})

    assert is_problem(answer, 422, "own_file")


def test_who_edits_cannot_share_on(ann, bob, new_user):
    file_id, carl = table_of(ann), name_of(new_user())
    give(ann, file_id, name_of(bob), "edit")

    assert is_problem(bob.put(f"/files/{file_id}/access/{carl}", json={"role": "view"}), 403, "forbidden")
    assert is_problem(bob.put(f"/files/{file_id}/access/*", json={"role": "edit"}), 403, "forbidden")
    assert is_problem(bob.delete(f"/files/{file_id}/access/{name_of(bob)}"), 403, "forbidden")
    assert is_problem(bob.get(f"/files/{file_id}/access"), 403, "forbidden")
    assert is_problem(bob.patch(f"/files/{file_id}", json={"shared": True}), 403, "forbidden")
    assert is_problem(bob.get(f"/files/{new_id()}/access"), 404, "not_found")


def test_rows_are_appended_by_those_who_may_edit(ann, bob):
    target, source = table_of(ann), table_of(bob, "more.csv", b"n,word\n5,e\n6,f\n7,g\n")
    append = f"/datasets/{target}/append"
    give(ann, target, name_of(bob), "view")

    upload = {"params": {"dataset": target}, "files": {"file": ("more.csv", b"n,word\n4,d\n")}}
    assert is_problem(bob.post(append, json={"file_id": source}), 403, "forbidden")
    assert is_problem(bob.post("/files", **upload), 403, "forbidden")

    give(ann, target, name_of(bob), "edit")
    assert bob.post(append, json={"file_id": source}).status_code == 200
    made = entry_when(bob, bob.post("/files", **upload).json()["id"])
    assert (made["status"], made["dataset_id"]) == ("done", target)
    assert ann.get(f"/datasets/{target}").json()["row_count"] == 7
    assert is_problem(ann.post(append, json={"file_id": source}), 404, "not_found")  # ann does not see bob's file


def test_whoever_is_given_a_role_hears_of_it_and_whoever_loses_it_too(ann, bob, new_user):
    file_id, name = table_of(ann), name_of(bob)
    carl = new_user()

    with EventStream(bob) as stream, EventStream(carl) as other:
        for each in (stream, other):
            wait_until(partial(lambda each: "" in each.lines, each), "the first block")
        give(ann, file_id, name, "view")
        told = stream.wait_for("file.created", file_id)
        give(ann, file_id, name, "edit")
        wait_until(lambda: roles(stream, file_id)[-1:] == ["edit"], "the new role")
        ann.post(f"/datasets/{file_id}/rows", json={"n": 9})
        stream.wait_for("dataset.updated")
        ann.delete(f"/files/{file_id}/access/{name}")
        stream.wait_for("file.deleted", file_id)
        ann.patch(f"/files/{file_id}", json={"name": "hidden.csv"})
        last = carl.post("/files", files={"file": ("last.bin", b"x")}).json()["id"]
        other.wait_for("file.created", last)
        mine = bob.post("/files", files={"file": ("mine.bin", b"x")}).json()["id"]
        stream.wait_for("file.created", mine)

    assert told.data["file"]["role"] == "view"
    assert stream.kinds(file_id)[0] == "file.created"
    assert stream.kinds(file_id)[-1] == "file.deleted"
    assert other.kinds(file_id) == []
    assert "hidden.csv" not in "\n".join(stream.lines)


def roles(stream: EventStream, file_id: str) -> list[str]:
    return [each.data["file"]["role"] for each in stream.of(file_id) if each.kind == "file.updated"]


def test_the_end_of_a_shared_file_is_told_to_those_who_had_a_role(ann, bob):
    file_id = table_of(ann)
    give(ann, file_id, name_of(bob), "view")

    with EventStream(bob) as stream:
        wait_until(lambda: "" in stream.lines, "the first block")
        ann.delete(f"/files/{file_id}")
        stream.wait_for("file.deleted", file_id)


def test_who_has_a_role_by_name_keeps_the_file_when_everybody_loses_it(ann, bob):
    file_id, name = table_of(ann), name_of(bob)
    give(ann, file_id, "*", "edit")
    give(ann, file_id, name, "view")

    with EventStream(bob) as stream:
        wait_until(lambda: "" in stream.lines, "the first block")
        ann.delete(f"/files/{file_id}/access/*")
        wait_until(lambda: roles(stream, file_id)[-1:] == ["view"], "the weaker role")
        ann.patch(f"/files/{file_id}", json={"name": "renamed.csv"})
        wait_until(lambda: len(roles(stream, file_id)) > 1, "the new name")

    assert "file.deleted" not in stream.kinds(file_id)
