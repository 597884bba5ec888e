"""A platform of ours as PyLTI1p3 wants to be told of it."""

from typing import Protocol

from pylti1p3.cookie import CookieService
from pylti1p3.deployment import Deployment as LibraryDeployment
from pylti1p3.registration import Registration
from pylti1p3.request import Request
from pylti1p3.session import SessionService
from pylti1p3.tool_config.abstract import ToolConfAbstract

from lms.lti.models import Platform


class Known(Protocol):
    """What is known of a platform: our row of it, or a copy that outlives its transaction."""

    @property
    def issuer(self) -> str: ...
    @property
    def client_id(self) -> str: ...
    @property
    def auth_login_url(self) -> str: ...
    @property
    def auth_token_url(self) -> str: ...
    @property
    def key_set_url(self) -> str: ...
    @property
    def auth_audience(self) -> str | None: ...


def registration_of(platform: Known) -> Registration:
    """The platform as a registration of the library's."""
    registration = (
        Registration()
        .set_issuer(platform.issuer)
        .set_client_id(platform.client_id)
        .set_auth_login_url(platform.auth_login_url)
        .set_auth_token_url(platform.auth_token_url)
        .set_key_set_url(platform.key_set_url)
    )
    if platform.auth_audience:
        registration.set_auth_audience(platform.auth_audience)
    return registration


class OnePlatform(ToolConfAbstract):  # type: ignore[misc,type-arg,unused-ignore]
    """The platform that this login or launch is with; the library may look at no other."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def check_iss_has_one_client(self, iss: str) -> bool:
        """Several clients of one issuer are the rule (Canvas in the cloud has one issuer for every
        school).
        """
        return False

    def find_registration_by_issuer(
        self, iss: str, *args: object, **kwargs: object
    ) -> Registration:
        """Never asked, because an issuer may have several clients."""
        raise NotImplementedError

    def find_registration_by_params(  # type: ignore[override,unused-ignore]
        self, iss: str, client_id: str, *args: object, **kwargs: object
    ) -> Registration | None:
        """The platform, if it is this one."""
        known = iss == self._platform.issuer and client_id == self._platform.client_id
        return registration_of(self._platform) if known else None

    def find_deployment(self, iss: str, deployment_id: str) -> LibraryDeployment | None:
        """Never asked, because an issuer may have several clients."""
        raise NotImplementedError

    def find_deployment_by_params(
        self, iss: str, deployment_id: str, client_id: str, *args: object, **kwargs: object
    ) -> LibraryDeployment | None:
        """The deployment, if it was registered."""
        known = any(one.vle_id == deployment_id for one in self._platform.deployments)
        return LibraryDeployment().set_deployment_id(deployment_id) if known else None


class Asked(Request):  # type: ignore[misc,unused-ignore]
    """The request's parameters."""

    def __init__(self, parameters: dict[str, str]) -> None:
        self._parameters = parameters

    def is_secure(self) -> bool:
        """Only the library's own cookies would care, and it sets none."""
        return True

    def get_param(self, key: str) -> str:
        """A parameter, or an empty text."""
        return self._parameters.get(key, "")


class Noted(CookieService, SessionService):  # type: ignore[misc,unused-ignore]
    """Catches the state and nonce that the library makes: ours live in one row of the database, not
    in cookies.
    """

    def __init__(self) -> None:
        self.state = ""
        self.nonce = ""

    def get_cookie(self, name: str) -> str | None:
        """The library's cookies do not exist."""
        return None

    def set_cookie(self, name: str, value: str | int, exp: int | None = None) -> None:
        """The library would keep its state in a cookie."""
        self.state = str(value)

    def save_nonce(self, nonce: str) -> None:
        """The library would keep its nonce in a session."""
        self.nonce = nonce
