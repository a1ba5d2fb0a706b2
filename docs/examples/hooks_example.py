"""An example of hooks: refuse drafts, tidy names, keep a log of what happened.

Installed as an entry point, for instance in your own package's pyproject.toml:

    [project.entry-points."parquay.hooks"]
    example = "hooks_example:ExampleHook"
"""

import threading

from parquay.uploads.policy.hooks import HookedUpload, HookRefused


class ExampleHook:
    """Methods are optional: have only those that you need."""

    def __init__(self) -> None:
        self.heard: dict[str, HookedUpload] = {}
        self._lock = threading.Lock()

    def pre_create(self, upload: HookedUpload) -> str | None:
        if upload.name.startswith("draft"):
            raise HookRefused("Drafts are not accepted here.", status=422)
        return upload.name.replace(" ", "_")

    def finished(self, upload: HookedUpload, key: str) -> None:
        # At least once: the same key may come again, so remember it.
        with self._lock:
            self.heard[key] = upload
