"""Finds the hub: by mDNS, by configuration, or by its last known address."""
import json
import logging
import queue
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..configuration.config import HubSettings
from ..storage.state_file import StateFile

log = logging.getLogger("hub")

SERVICE = "_bramble._tcp.local."
SEARCH_TIMEOUT_SECONDS = 3
SERVICE_QUERY_TIMEOUT_MS = 2_000
MAX_OTHERS_NAMED = 3
# The default ports with TLS.
MQTTS_PORT, HTTPS_PORT = 8883, 8443


@dataclass(frozen=True)
class Hub:
    """The address and ports of a hub. A port of 0 is closed; the id is empty where it is unknown."""

    address: str
    mqtt_port: int
    http_port: int
    id: str = ""
    # Ports with TLS.
    mqtts_port: int = 0
    https_port: int = 0
    # The prefix of its HTTP paths, such as "/bramble".
    path: str = ""

    def __str__(self) -> str:
        return f"{self.address} port {self.mqtt_port or self.mqtts_port}"


class HubMemory:
    """The last hub that accepted this device, in a file that the installer creates."""

    def __init__(self, path: Path) -> None:
        self.file = StateFile(path, "the hub's address")

    def load(self) -> Hub | None:
        try:
            text = self.file.read()
            if text is None:
                return None
            stored = json.loads(text)
            if not isinstance(stored, dict):
                raise ValueError("it holds no address")
            return hub_of(stored)
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("%s is of no use: %s", self.file.path, error)
            return None

    def save(self, hub: Hub) -> None:
        self.file.store(json.dumps(stored_form(hub)) + "\n")


def hub_of(stored: dict[str, Any]) -> Hub:
    """Parses the output of `stored_form` or of the installer. Raises ValueError, KeyError or TypeError."""
    plain, secure = urlsplit(stored.get("http", "")), urlsplit(stored.get("https", ""))
    address = secure.hostname or plain.hostname
    if address is None or (plain.port or secure.port) is None:
        raise ValueError("no address")
    return Hub(
        address, int(stored.get("mqtt_port", 0)), plain.port or 0, str(stored["id"]),
        int(stored.get("mqtts_port", 0)), secure.port or 0, (secure if secure.hostname else plain).path.rstrip("/"),
    )


def stored_form(hub: Hub) -> dict[str, Any]:
    """The content of the file, without closed ports."""
    host = f"[{hub.address}]" if ":" in hub.address else hub.address
    stored: dict[str, Any] = {"id": hub.id}
    for scheme, port in (("http", hub.http_port), ("https", hub.https_port)):
        if port:
            stored[scheme] = f"{scheme}://{host}:{port}{hub.path}"
    for name, port in (("mqtt_port", hub.mqtt_port), ("mqtts_port", hub.mqtts_port)):
        if port:
            stored[name] = port
    return stored


class HubFinder:
    """Lists the addresses to try, best first. A known hub is never confused with another."""

    def __init__(
        self,
        settings: HubSettings,
        memory: HubMemory,
        search: Callable[[float], Iterator[Hub]] = lambda seconds: search(seconds),
    ) -> None:
        self._settings = settings
        self._memory = memory
        self._search = search
        # Other hubs that the last search found.
        self._others: set[str] = set()

    def candidates(self) -> Iterator[Hub]:
        """The configured address, those that mDNS finds, the last known one; computed lazily."""
        settings, known = self._settings, self._memory.load()
        given = None if settings.address is None else configured_hub(settings.address, settings)
        if given is not None:
            yield given
        if settings.discover:
            yield from self._discover(known or given)
        if known is not None:
            yield known

    def remember(self, hub: Hub) -> None:
        """Stores the hub that accepted this device; a hub configured by address keeps its known id."""
        known = self._memory.load()
        if hub.id == "" and known is not None:
            hub = replace(hub, id=known.id if hub.address == known.address else "")
        if hub != known:
            self._memory.save(hub)

    def other_hubs_hint(self) -> str:
        """Text for a person about other hubs that were found, to append to the reason of the failure."""
        if not self._others:
            return ""
        places = ", ".join(sorted(self._others)[:MAX_OTHERS_NAMED])
        return f"; there is a hub at {places}, but this device belongs to another"

    def _discover(self, known: Hub | None) -> Iterator[Hub]:
        self._others.clear()
        for hub in self._search(SEARCH_TIMEOUT_SECONDS):
            if is_same_hub(hub, known):
                yield hub
            else:
                self._others.add(str(hub))


def configured_hub(address: str, settings: HubSettings) -> Hub:
    """With custom ports, the default TLS ports are not assumed: they may belong to another hub on that machine."""
    is_usual = (settings.mqtt_port, settings.http_port) == (HubSettings.mqtt_port, HubSettings.http_port)
    mqtts_port, https_port = (MQTTS_PORT, HTTPS_PORT) if is_usual or settings.tls == "on" else (0, 0)
    return Hub(
        address, settings.mqtt_port, settings.http_port,
        mqtts_port=settings.mqtts_port or mqtts_port, https_port=settings.https_port or https_port,
    )


def is_same_hub(found: Hub, known: Hub | None) -> bool:
    """Compares ids, or addresses: a reinstalled hub has a new id at its old address, and the id may be unknown."""
    return known is None or known.address == found.address or known.id == found.id != ""


def search(seconds: float, interfaces: list[str] | None = None) -> Iterator[Hub]:
    """Yields hubs found by mDNS for `seconds`. Each search lists the network interfaces again."""
    try:
        from zeroconf import Error, ServiceListener, Zeroconf
    except ImportError:
        log.warning("python3-zeroconf is not installed: the hub is not searched for")
        return

    found: queue.SimpleQueue[str] = queue.SimpleQueue()

    class Listener(ServiceListener):
        def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
            found.put(name)

        def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
            found.put(name)

        def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
            """A goodbye needs no action."""

    try:
        zeroconf = Zeroconf() if interfaces is None else Zeroconf(interfaces=interfaces)
    except OSError as error:
        log.warning("mDNS does not work here: %s", error)
        return
    try:
        zeroconf.add_service_listener(SERVICE, Listener())
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                name = found.get(timeout=left)
            except queue.Empty:
                return
            try:
                info = zeroconf.get_service_info(SERVICE, name, SERVICE_QUERY_TIMEOUT_MS)
            except Error as error:
                # Any host on the network may advertise a name that the library rejects.
                log.debug("%r is passed over: %s", name, error)
                continue
            if info is not None:
                yield from advertised_hubs(info)
    finally:
        loop = zeroconf.loop
        zeroconf.close()
        # Otherwise the library leaves that to the garbage collector, which runs late.
        if loop is not None and not loop.is_running():
            loop.close()


def advertised_hubs(info: Any) -> Iterator[Hub]:
    """One for each address of a zeroconf.ServiceInfo; none without an MQTT port."""
    from zeroconf import IPVersion

    mqtt_port, mqtts_port, https_port = (txt_port(info.properties, key) for key in (b"mqtt", b"mqtts", b"https"))
    if info.port is None or mqtt_port == mqtts_port == 0:
        return
    hub_id, path = txt_value(info.properties, b"id"), txt_value(info.properties, b"path").rstrip("/")
    # Without an MQTT port in the TXT record, the ports without TLS are closed.
    http_port = info.port if mqtt_port else 0
    for version in (IPVersion.V4Only, IPVersion.V6Only):
        for address in info.parsed_scoped_addresses(version):
            yield Hub(address, mqtt_port, http_port, hub_id, mqtts_port, https_port, path)


def txt_port(properties: dict[bytes, bytes | None], key: bytes) -> int:
    """0 where it is missing."""
    text = txt_value(properties, key)
    return int(text) if text.isdecimal() and int(text) < 65_536 else 0


def txt_value(properties: dict[bytes, bytes | None], key: bytes) -> str:
    """A TXT value; empty where it is missing."""
    return (properties.get(key) or b"").decode("utf-8", "replace")
