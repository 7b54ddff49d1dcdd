"""The addresses of this server, the proxies it trusts, and the client of a request."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from allay_metrics.config import is_loopback
from allay_metrics.errors import ConfigProblem

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
_SUBSCRIBER = 64  # bits of an IPv6 address that identify a subscriber
_LOCAL = ("localhost", "127.0.0.1", "[::1]")
_FORWARDED = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded", "x-real-ip")
_DEFAULT_PORTS: Mapping[str, int] = {"https": 443, "http": 80}


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Parse addresses and networks. Raises ConfigProblem for an invalid one."""
    try:
        return tuple(ip_network(text, strict=False) for text in texts)
    except ValueError as error:
        raise ConfigProblem(f"ALLAY_PROXY names no address or network: {error}.") from None


def parse_address(text: str) -> Address | None:
    """Parse an address from a socket or a header, without port and zone; None if it is invalid.

    An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) becomes the IPv4 address.
    """
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


@dataclass(frozen=True)
class RequestInfo:
    """How a request reached us: host and origin as sent, the client's address, TLS or not.

    `client` is the client's address, behind the proxies we trust: in its shortest form, or the text
    from the socket where that is no address.
    """

    host: str
    origin: str | None
    fetched_from: str | None  # Sec-Fetch-Site: how the requesting page is related to ours
    client: str
    is_tls: bool
    is_forwarded: bool
    by_proxy: bool

    @property
    def throttle_key(self) -> str:
        """Return the key of rate limits: an IPv4 address, or an IPv6 /64 network.

        A client usually has a whole /64, and may change its address with every request.
        """
        address = parse_address(self.client)
        if isinstance(address, IPv6Address):
            return str(ip_network((address, _SUBSCRIBER), strict=False))
        return self.client


@dataclass(frozen=True)
class Site:
    """The address this server listens on, its public address, and the proxies it trusts."""

    address: str
    port: int
    public_url: str | None = None
    proxies: tuple[Network, ...] = field(default=())

    @property
    def is_local(self) -> bool:
        """Return whether only this computer can connect."""
        return is_loopback(self.address)

    @property
    def public_host(self) -> str | None:
        """Return host and port of the public address, as a browser sends them."""
        if not self.public_url:
            return None
        parts = urlsplit(self.public_url)
        plain = parts.port is None or parts.port == _DEFAULT_PORTS.get(parts.scheme)
        host = (parts.hostname or "").lower()
        return host if plain else f"{host}:{parts.port}"

    @property
    def is_tls(self) -> bool:
        """Return whether the public address uses TLS."""
        return (self.public_url or "").startswith("https://")

    def read(self, scope: Scope) -> RequestInfo:
        """Return how a request reached us; forwarded headers count only from trusted proxies."""
        headers = Headers(scope=scope)
        peer = scope["client"][0] if scope.get("client") else ""
        address = parse_address(peer)
        by_proxy = self._trusts(address)
        is_tls = scope["scheme"] in ("https", "wss")
        if by_proxy:
            is_tls = _split_chain(headers, "x-forwarded-proto")[-1:] in (["https"], ["wss"])
            address = self._nearest(_split_chain(headers, "x-forwarded-for")) or address
        client = peer if address is None else str(address)
        return RequestInfo(
            host=headers.get("host", "").lower(),
            origin=headers.get("origin"),
            fetched_from=headers.get("sec-fetch-site"),
            client=client,
            is_tls=is_tls,
            is_forwarded=any(name in headers for name in _FORWARDED),
            by_proxy=by_proxy,
        )

    def is_public(self, request_info: RequestInfo) -> bool:
        """Return whether a request was sent to the public address, with TLS if it uses it."""
        is_public_host = self.public_host is not None and request_info.host == self.public_host
        return is_public_host and (request_info.is_tls or not self.is_tls)

    def is_keyboard(self, request_info: RequestInfo) -> bool:
        """Return whether a request came from this computer itself, through no proxy."""
        local = {f"{name}:{self.port}" for name in _LOCAL}
        local |= set(_LOCAL) if self.port == _DEFAULT_PORTS["http"] else set()
        here = self.is_local and request_info.host in local and is_loopback(request_info.client)
        return here and not request_info.is_forwarded

    def knows(self, request_info: RequestInfo) -> bool:
        """Return whether a request was sent to one of our names, with TLS where required.

        A server reachable by others without a public address serves only the demo, under any name:
        `serve` refuses anything else.
        """
        nameless = self.public_host is None and not self.is_local
        return nameless or self.is_keyboard(request_info) or self.is_public(request_info)

    def may_sign_in(self, request_info: RequestInfo) -> bool:
        """Return whether people may sign in by this request: from this computer, or over TLS."""
        return self.is_keyboard(request_info) or (self.is_tls and self.is_public(request_info))

    def is_own_origin(self, request_info: RequestInfo) -> bool:
        """Return whether the origin is the address the request was sent to."""
        return (
            request_info.origin
            == f"{'https' if request_info.is_tls else 'http'}://{request_info.host}"
        )

    def is_foreign(self, request_info: RequestInfo) -> bool:
        """Return whether another site's page made this request.

        A form on a page with `no-referrer` sends the origin `null`: then Sec-Fetch-Site decides,
        and without it the request counts as foreign.
        """
        if request_info.origin not in (None, "null"):
            return not self.is_own_origin(request_info)
        if request_info.fetched_from is not None:
            return request_info.fetched_from not in ("same-origin", "none")
        return request_info.origin == "null"

    def _trusts(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self.proxies)

    def _nearest(self, chain: Sequence[str]) -> Address | None:
        """Return the last address in the chain that is not a trusted proxy; None if invalid."""
        addresses = (parse_address(text) for text in reversed(chain))
        return next((address for address in addresses if not self._trusts(address)), None)


def _split_chain(headers: Headers, name: str) -> list[str]:
    """Return the entries of a forwarded header: proxies extend the line or add another one."""
    entries = (entry.strip() for line in headers.getlist(name) for entry in line.split(","))
    return [entry for entry in entries if entry]
