"""Who is meant by rules about claims."""

from __future__ import annotations

from typing import Any

import pytest

from parquay.claim_rules import ClaimRules

ANN: dict[str, Any] = {
    "email": "ann@Example.com",
    "email_verified": True,
    "groups": ["staff", "sales"],
    "hd": "example.com",
    "is_member": True,
    "realm_access": {"roles": ["editor"]},
    "https://example.com/roles": ["boss"],
    "level": 3,
}


@pytest.mark.parametrize(
    "rules",
    [
        "*", "@example.com", "groups=staff", "groups=other, groups=sales", "hd=example.com", "is_member=true",
        "realm_access.roles=editor", "https://example.com/roles=boss",
    ],
)  # fmt: skip
def test_one_rule_that_fits_is_enough(rules: str) -> None:
    assert ClaimRules.parse(rules).fit(ANN)


@pytest.mark.parametrize(
    "rules",
    [
        "", "@ample.com", "@sub.example.com", "groups=Staff", "groups=sta", "hd=example", "is_member=1", "level=3",
        "realm_access=roles", "realm_access.roles.editor=x", "nobody=None", "email.x=y",
    ],
)  # fmt: skip
def test_what_is_not_said_does_not_fit(rules: str) -> None:
    assert not ClaimRules.parse(rules).fit(ANN)


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_is_not_verified_proves_nothing(verified: object) -> None:
    assert not ClaimRules.parse("@example.com").fit(ANN | {"email_verified": verified})


@pytest.mark.parametrize("text", ["staff", "=staff", "groups=", "@", "@localhost", "a@b.example", "*=a", "**"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no rule"):
        ClaimRules.parse(text)
