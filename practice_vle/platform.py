"""The one object that the VLE's pages and services share: addresses, key, memory, clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from flask import current_app

from practice_vle.keys import SigningKey
from practice_vle.state import State, Tool
from practice_vle.world import CLIENT_ID, DEPLOYMENT_ID, TYPE_ID, Course, LineItem

KeySet = dict[str, Any]


@dataclass
class Platform:
    """A running practice VLE."""

    base_url: str
    tool_url: str
    state: State
    key: SigningKey
    mail_folder: Path | None
    fetch_tool_keys: Callable[[], KeySet]
    now: Callable[[], float] = time.time
    patience: float = 60.0  # how long the services keep silent before they give up
    tool_keys: KeySet = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        """As in Moodle, the site's own address without a slash."""
        return self.base_url

    @property
    def token_url(self) -> str:
        """Where access tokens come from, and the audience of a client assertion."""
        return f"{self.base_url}/token"

    @property
    def built_in(self) -> Tool:
        """The registration that is there from the start, and known to the tool's demo."""
        return Tool(
            client_id=CLIENT_ID,
            deployment_id=DEPLOYMENT_ID,
            name="Advocate training (there from the start)",
            active=True,
            login_url=self.login_url,
            launch_url=self.launch_url,
            redirect_uris=(self.launch_url,),
            jwks_url=f"{self.tool_url}/lti/jwks.json",
        )

    def tools(self) -> list[Tool]:
        """Every registration of the tool."""
        return [self.built_in, *self.state.tools()]

    def find_tool(self, client_id: str) -> Tool | None:
        """The active registration with this client id."""
        return next((t for t in self.tools() if t.client_id == client_id and t.active), None)

    def tool_in_use(self) -> Tool:
        """The registration that activities open with."""
        return self.find_tool(self.state.setting("tool", CLIENT_ID)) or self.built_in

    @property
    def launch_url(self) -> str:
        """Where the tool takes messages: the first registration's only redirect URI."""
        return f"{self.tool_url}/lti/launch"

    @property
    def deep_linking_url(self) -> str:
        """The tool's registered target for choosing activities."""
        return f"{self.tool_url}/lti/deep-linking"

    def members_url(self, course: Course) -> str:
        """The course's list of people."""
        return f"{self.base_url}/services/CourseSection/{course.id}/bindings/1/memberships"

    @property
    def login_url(self) -> str:
        """Where a launch begins in the tool."""
        return f"{self.tool_url}/lti/login"

    def line_items_url(self, course: Course) -> str:
        """The course's line items."""
        return f"{self.base_url}/services/{course.id}/lineitems?type_id={TYPE_ID}"

    def line_item_url(self, item: LineItem) -> str:
        """One line item; like Moodle's it ends in a query, so `/scores` goes before the `?`."""
        path = f"services/{item.course.id}/lineitems/{item.number}/lineitem"
        return f"{self.base_url}/{path}?type_id={TYPE_ID}"


def fetch_over_http(tool_url: str) -> Callable[[], KeySet]:
    """A function that reads the tool's key set from its address."""

    def fetch() -> KeySet:
        answer = requests.get(
            f"{tool_url}/lti/jwks.json", timeout=5, headers={"User-Agent": "PracticeVLE/1"}
        )
        answer.raise_for_status()
        keys: KeySet = answer.json()
        return keys

    return fetch


def platform() -> Platform:
    """The VLE that answers this request."""
    found = current_app.extensions["practice_vle"]
    if not isinstance(found, Platform):
        raise TypeError("This app is not a practice VLE.")
    return found
