"""Actions on lists of the admin, as an editor runs them: asked first, then answered."""

import re
from typing import Any

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def run_action(client: Any, url: str, action: str, keys: Any, **more: Any) -> Any:
    """Run an action on rows and answer the page that asks; return the response to that.

    ``more`` is what the page's own form asks for.
    """
    data = {"action": action, "_selected_action": list(keys)}
    page = client.post(url, data)
    assert page.status_code == 200, page
    hidden: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(page.content.decode()):
        if name != "csrfmiddlewaretoken":
            hidden.setdefault(name, []).append(value)
    assert hidden["confirmed"] == ["yes"]
    return client.post(url, {**hidden, **more}, follow=True)
