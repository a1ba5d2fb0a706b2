"""The interface explained to people: Swagger UI, built with the web client, so that it needs nobody else's server."""

from __future__ import annotations

import html

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from parquay.web.http.deps import PolicyDep

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""What the page may load. Swagger UI sets styles from script, which needs 'unsafe-inline'."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parquay: interface</title>
<link rel="icon" href="{base}/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="{base}/swagger/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"><p>The description is <a href="{openapi}">openapi.json</a>.</p></div>
<script src="{base}/swagger/swagger-ui-bundle.js"></script>
<script src="{base}/swagger/start.js" data-openapi="{openapi}"></script>
</body>
</html>
"""
"""Where Swagger UI was not built, the link to what it would show stays."""

router = APIRouter()


@router.get("/docs", include_in_schema=False)
async def docs(request: Request, policy: PolicyDep) -> HTMLResponse:
    """Return the page that shows the interface and tries it out."""
    base = html.escape(policy.base_path(request.scope))
    openapi = base + html.escape(request.scope.get("root_path", "") + "/openapi.json")
    return HTMLResponse(PAGE.format(base=base, openapi=openapi), headers={"Content-Security-Policy": POLICY})


@router.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request, policy: PolicyDep) -> JSONResponse:
    """Return the description of the interface, with the path below which it was asked for."""
    document, root = request.app.openapi(), request.scope.get("root_path", "")
    below = policy.base_path(request.scope)
    address = (policy.origin.base(request.scope) or below) if below else ""
    return JSONResponse(document | {"servers": [{"url": address + root}]} if address or root else document)
