"""Every route as Markdown, from the OpenAPI document of the server, so never older than the program."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]

TITLES = {
    "login": "Signing in",
    "account": "The account",
    "files": "Files",
    "links": "Links",
    "datasets": "Tables",
    "sql": "SQL",
    "events": "Events",
    "live": "Live signals",
    "administration": "Administration",
    "system": "The server",
}
"""Headings of the groups of routes, in the order of the page; a group without one comes last, by its own name."""


def described() -> Json:
    """Return the OpenAPI document of a server over an empty folder, which never serves."""
    from parquay.app import create_app
    from parquay.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        document: Json = create_app(Settings(data_dir=Path(folder), _env_file=None)).rest.openapi()
    return document


def sections(document: Json) -> str:
    """Return the sections of all groups. Pure."""
    groups: dict[str, list[str]] = defaultdict(list)
    schemas = document["components"]["schemas"]
    for group, routes, operation in operations(document):
        groups[group].append(section(routes, operation, schemas))
    order = [*(each for each in TITLES if each in groups), *(each for each in groups if each not in TITLES)]
    return "\n".join([*(f"## {TITLES.get(each, each)}\n\n" + "\n".join(groups[each]) for each in order)])


def operations(document: Json) -> Iterator[tuple[str, list[str], Json]]:
    """Yield each operation once, with its group and the routes that lead to it. Pure."""
    same: dict[str, tuple[str, list[str], Json]] = {}
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            name = f"{operation.get('summary')} {operation.get('description')}"
            tag = operation.get("tags", ["system"])[0]
            same.setdefault(name, (tag, [], operation))[1].append(f"{verb.upper()} {path}")
    yield from same.values()


def section(routes: list[str], operation: Json, schemas: Json) -> str:
    """Return what the page says of one operation. Pure."""
    best, *others = sorted(routes, key=len, reverse=True)
    also = f"Also {', '.join(f'`{each}`' for each in others)}.\n" if others else ""
    parts = [f"### `{best}`\n", operation.get("description", "").strip() + "\n", also, asked(operation, schemas)]
    return "\n".join([*(each for each in parts if each.strip()), answered(operation, schemas)])


def asked(operation: Json, schemas: Json) -> str:
    """Return the table of what a request has: parameters, and the fields of its body. Empty for none. Pure."""
    fields = [
        (each["name"], each["in"], each["schema"], each.get("description", ""), each["required"])
        for each in operation.get("parameters", ())
        if each["in"] != "path" or each.get("description")
    ]
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        place = {"application/json": "JSON"}.get(media, "form" if "form" in media else "body")
        body = resolved(content.get("schema", {}), schemas)
        must = body.get("required", ())
        members = body.get("properties", {}).items()
        fields += [(name, place, field, field.get("description", ""), name in must) for name, field in members]
        fields += [] if members else [("", place, body, f"`{media}`", False)]
    places: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for name, place, schema, description, needed in fields:
        places[cells(name, schema, description, needed=needed)].append(place)
    rows = [f"| {name} | {', '.join(where)} | {kind} | {text} |" for (name, kind, text), where in places.items()]
    return "| name | in | type | meaning |\n|---|---|---|---|\n" + "\n".join(rows) + "\n" if rows else ""


def cells(name: str, schema: Json, description: str, *, needed: bool) -> tuple[str, str, str]:
    """Return name, type and meaning of a field of a request, as its table shows them. Pure."""
    shown = f"`{name}`" if name else ""
    default = schema.get("default")
    note = f" Default: `{default}`." if default not in (None, "", []) else ""
    text = " ".join(f"{description}{note}".split()).replace("|", "\\|")
    return f"**{shown}**" if needed and shown else shown, type_of(schema), text


def answered(operation: Json, schemas: Json) -> str:
    """Return what the page says of the answers. Pure."""
    lines = []
    for status, answer in operation["responses"].items():
        if status == "default":
            continue
        contents = answer.get("content", {})
        shapes = [shape_of(content.get("schema", {}), schemas) for content in contents.values()]
        told = [each for each in dict.fromkeys(shapes) if each] or [
            f"`{media}`" for media in contents if "json" not in media
        ]
        lines.append(f"{status}{': ' if told else ''}{' or '.join(told)}")
    return f"Answer: {'; '.join(lines)}\n"


def shape_of(schema: Json, schemas: Json) -> str:
    """Return the members of an answer's JSON, empty where it has none of its own. Pure."""
    if schema.get("type") == "array":
        inner = shape_of(schema.get("items", {}), schemas)
        return f"array of {inner}" if inner else "array"
    if "anyOf" in schema:
        return " or ".join(filter(None, (shape_of(each, schemas) for each in schema["anyOf"])))
    members = resolved(schema, schemas).get("properties", {})
    return "`{" + ", ".join(members) + "}`" if members else ""


def resolved(schema: Json, schemas: Json) -> Json:
    """Return what a schema that refers to another one stands for. Pure."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Json = schemas[name] if name else schema
    return found


def type_of(schema: Json) -> str:
    """Return a type in a word or two. Pure."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(type_of(each) for each in schema["anyOf"] if each.get("type") != "null"))
    if "$ref" in schema:
        return "object"
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    kind = schema.get("type", "any")
    return f"array of {type_of(schema['items'])}" if kind == "array" and schema.get("items") else str(kind)
