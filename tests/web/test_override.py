"""X-HTTP-Method-Override replaces the method, whatever the real one is, for every way to speak of a file."""

import pytest

TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture
def client(shared_server):
    with shared_server.login() as made:
        yield made


def create(client):
    answer = client.post("/files", headers=TUS | {"Upload-Length": "5"})
    return answer.headers["Location"]


@pytest.mark.parametrize("real", ["POST", "GET", "PUT"])
def test_tus_request_acts_as_the_method_it_names(client, real):
    url = create(client)
    headers = TUS | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}

    answer = client.request(real, url, headers=headers | {"X-HTTP-Method-Override": "PATCH"}, content=b"hello")

    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "5")


def test_plain_request_acts_as_the_method_it_names(client):
    url = create(client)

    seen = client.post(url, headers={"X-HTTP-Method-Override": "get"})
    gone = client.post(url, headers={"X-HTTP-Method-Override": "DELETE"})

    assert (seen.status_code, seen.json()["offset"]) == (200, 0)
    assert gone.status_code == 204
    assert client.get(url).status_code == 404


def test_unknown_method_is_refused_without_effect(client):
    url = create(client)

    answers = [client.post(url, headers=extra | {"X-HTTP-Method-Override": "ERASE"}) for extra in (TUS, {})]

    assert [answer.status_code for answer in answers] == [405, 405]
    assert client.get(url).status_code == 200


def test_login_and_ownership_hold_for_the_named_method(client, shared_server):
    url = create(client)
    shared_server.register("mallory", "a long enough password")
    with shared_server.login("mallory", "a long enough password") as other:
        foreign = other.post(url, headers={"X-HTTP-Method-Override": "DELETE"})
    client.cookies.clear()
    anonymous = client.post(url, headers={"X-HTTP-Method-Override": "DELETE", "Authorization": ""})

    assert foreign.status_code == 404
    assert anonymous.status_code == 401


def test_head_tells_the_offset_without_a_version(client):
    answer = client.head(create(client))

    assert (answer.status_code, answer.headers["Upload-Offset"]) == (200, "0")
