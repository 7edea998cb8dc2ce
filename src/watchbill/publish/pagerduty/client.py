"""PagerDuty's API through pdpyras: the only file that knows this client, so that its successor replaces it here.

pdpyras repeats requests on its own, without bound on 429 and even a POST after a time-out; all of that is switched off.
"""

import ipaddress
import json
import logging
import warnings
from typing import Any
from urllib.parse import urlsplit

from watchbill.errors import Refused
from watchbill.publish.pagerduty.keys import Key
from watchbill.publish.pagerduty.port import Lost, Params, Reply

US = "https://api.pagerduty.com"
TIMEOUT = 30.0


class PdpyrasPort:
    """One try of one request over HTTPS, or over plain HTTP to this machine; `timeout` is in seconds.

    Refused for an address on which the key would travel in the clear. Proxies and certificates that the environment
    names count only with `trust_environment`.
    """

    def __init__(
        self, key: Key | str, url: str = US, timeout: float = TIMEOUT, *, trust_environment: bool = False
    ) -> None:
        secret = key if isinstance(key, Key) else Key(key)
        self._url = _safe(url)
        self._timeout = timeout
        self._secret = secret
        self._library = _library()
        self._session = _session(self._library, secret, self._url, timeout)
        self._session.trust_env = trust_environment and self._url.startswith("https:")

    def __repr__(self) -> str:
        return f"PdpyrasPort({self._url})"

    def close(self) -> None:
        """Closes the connections."""
        self._session.close()

    def get(self, path: str, params: Params | None = None) -> Reply:
        """A GET; a list among the parameters is sent as one parameter for each item."""
        return self._reply("get", path, params=dict(params or {}))

    def post(self, path: str, body: Any, params: Params | None = None) -> Reply:
        """A POST with a JSON body."""
        return self._reply("post", path, json=body, params=dict(params or {}))

    def put(self, path: str, body: Any) -> Reply:
        """A PUT with a JSON body."""
        return self._reply("put", path, json=body)

    def delete(self, path: str) -> Reply:
        """A DELETE."""
        return self._reply("delete", path)

    def _reply(self, verb: str, path: str, **content: Any) -> Reply:
        response, why = self._response(verb, path, content)
        if response is None:
            raise Lost(why)
        headers = {str(name).lower(): self._scrubbed(str(value)) for name, value in response.headers.items()}
        return Reply(response.status_code, headers, self._parsed(response.content))

    def _response(self, verb: str, path: str, content: dict[str, Any]) -> tuple[Any, str]:
        """The response, or why there is none. Errors of pdpyras end here, since they quote the key's end."""
        try:
            return getattr(self._session, verb)(path, allow_redirects=False, **content), ""
        except self._library.PDHTTPError as error:
            return error.response, "the connection broke"
        except self._library.PDClientError as error:
            return None, self._why(error.__cause__)

    def _why(self, cause: BaseException | None) -> str:
        kind = type(cause).__name__
        if "Timeout" in kind:
            return f"no answer within {self._timeout:g} s"
        if kind == "SSLError":
            return "its certificate is not trusted"
        return "the connection failed or broke"

    def _parsed(self, content: bytes) -> Any:
        """The body, or None if it is no JSON. A server that sends the key back does not get it into any output."""
        try:
            return json.loads(self._scrubbed(content.decode("utf-8")))
        except (ValueError, RecursionError):
            return None

    def _scrubbed(self, text: str) -> str:
        return text.replace(self._secret.reveal(), "[key]")


def _library() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pdpyras
    return pdpyras


def _session(library: Any, key: Key, url: str, timeout: float) -> Any:
    session = library.APISession(key.reveal())
    session.url = url
    session.timeout = timeout
    session.max_network_attempts = 0
    # A status that is not named in `retry` is repeated for ever if it is 429; a limit below zero is passed at once.
    session.retry = {429: 1}
    session.max_http_attempts = -1
    # Without this, requests would put a password for the host from ~/.netrc in the place of the key.
    session.auth = _unchanged
    session.log = logging.Logger("watchbill.pdpyras")
    session.log.disabled = True
    return session


def _unchanged(request: Any) -> Any:
    return request


def _safe(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if not host or parts.scheme not in ("http", "https") or "@" in parts.netloc or parts.query or parts.fragment:
        raise Refused(f"The address of PagerDuty must look like {US}, without a user, a query or a fragment. Mend it.")
    if parts.scheme == "http" and not _loopback(host):
        raise Refused(f"The API key would travel in the clear to {host}. Write the address with https://.")
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
