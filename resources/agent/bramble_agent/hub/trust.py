"""Whether this device uses TLS, and which certificate authority it trusts.

Trust on first use: the hub's own authority is fetched at the first connection, and pinned once the hub has accepted
this device. From then on nothing is sent without TLS, or to a hub with another authority: a later attacker on the
network can neither eavesdrop nor impersonate the hub. An authority can also come from a file or the installer.
"""
import http.client
import logging
import socket
import ssl
from pathlib import Path

from ..configuration.config import HubSettings
from ..storage.state_file import StateFile
from .discovery import Hub
from .endpoint import NO_CHECK_TIME, Authority, Endpoint, file_problem, fingerprint_of

log = logging.getLogger("trust")

AUTHORITY_FILE = "ca.pem"
# The content of the file if the hub has no authority of its own.
SYSTEM_MARK = "# the authorities that this system trusts\n"
FIRST_USE_TIMEOUT_SECONDS = 5
MAX_AUTHORITY_BYTES = 64 * 1024


class NotTrusted(Exception):
    """The settings do not allow a connection to the hub; the text is for a person."""


class Trust:
    """The pinned authority is a file in the state folder, which a person can read, compare and remove."""

    def __init__(self, folder: Path) -> None:
        self.file = StateFile(folder / AUTHORITY_FILE, "the authority that this device trusts")

    def load(self) -> Authority | None:
        """None where nothing is pinned. Raises NotTrusted where the file is unreadable, rather than pin another one."""
        try:
            text = self.file.read()
        except OSError as error:
            raise NotTrusted(f"{self.file.path} cannot be read: {error}") from error
        if text is None:
            return None
        if text == SYSTEM_MARK:
            return Authority("system")
        try:
            fingerprint_of(text)
            return Authority("pinned", text)
        except ValueError as error:
            reason = f"{self.file.path} holds no certificate: sudo bramble-agent authority forget"
            raise NotTrusted(reason) from error

    def endpoint(self, hub: Hub, settings: HubSettings) -> Endpoint:
        """The endpoint to connect to. Raises NotTrusted."""
        if settings.tls == "off":
            return plain_endpoint(hub)
        if settings.ca_file is not None:
            if (problem := file_problem(Path(settings.ca_file))) is not None:
                raise NotTrusted(problem)
            return secure_endpoint(hub, Authority("file", settings.ca_file))
        if (pinned := self.load()) is not None:
            return secure_endpoint(hub, pinned)
        try:
            return secure_endpoint(hub, trust_on_first_use(hub))
        except NotTrusted as error:
            if settings.tls == "on":
                raise
            if hub.mqtt_port == 0:
                raise NotTrusted(f"{error}; without TLS it is closed") from error
            log.debug("%s: it is spoken to without TLS", error)
            return plain_endpoint(hub)

    def remember(self, endpoint: Endpoint) -> None:
        """Pins the authority of a hub that has accepted this device."""
        authority = endpoint.authority
        if authority is None or authority.kind == "file" or self._is_pinned():
            return
        log.info("this device trusts %s from now on, and sends nothing without TLS", authority)
        self.file.store(SYSTEM_MARK if authority.kind == "system" else authority.text)

    def forget(self) -> bool:
        """Returns whether an authority was pinned. Raises OSError."""
        try:
            self.file.path.unlink()
        except FileNotFoundError:
            return False
        return True

    def _is_pinned(self) -> bool:
        try:
            return self.load() is not None
        except NotTrusted:
            return True


def plain_endpoint(hub: Hub) -> Endpoint:
    """Raises NotTrusted where the hub has closed its ports without TLS."""
    if hub.mqtt_port == 0:
        raise NotTrusted(f'the hub at {hub} is open over TLS alone: take tls = "off" out of /etc/bramble-agent.toml')
    return Endpoint(hub.address, hub.mqtt_port, hub.http_port)


def secure_endpoint(hub: Hub, authority: Authority) -> Endpoint:
    """Raises NotTrusted where the hub has no TLS."""
    if hub.mqtts_port == 0:
        raise NotTrusted(
            f"the hub at {hub} offers no TLS, and this device sends nothing without it: turn TLS on at the hub"
            " (bramble tls on). If the hub is to be without TLS: sudo bramble-agent authority forget, and no tls or"
            " ca_file in /etc/bramble-agent.toml"
        )
    try:
        context = authority.context()
    except (OSError, ValueError) as error:
        raise NotTrusted(f"{authority} cannot be used: {error}") from error
    return Endpoint(hub.address, hub.mqtts_port, hub.https_port, authority, context)


def trust_on_first_use(hub: Hub) -> Authority:
    """The authority to trust from now on. Raises NotTrusted where TLS or a valid authority is not available."""
    if hub.mqtts_port == 0:
        raise NotTrusted(f"the hub at {hub} offers no TLS")
    try:
        authority = fetch_authority(hub) or Authority("system")
        verify_handshake(secure_endpoint(hub, authority))
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NotTrusted(f"no authority vouches for the hub at {hub.address} port {hub.mqtts_port}: {error}") from error
    return authority


def fetch_authority(hub: Hub) -> Authority | None:
    """The hub's own authority; None where it has none. On first use it cannot be verified.

    Raises OSError, ValueError or HTTPException.
    """
    if hub.https_port:
        # Unverified here: the following handshake verifies the result.
        unproven = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        unproven.check_hostname = False
        unproven.verify_mode = ssl.CERT_NONE
        endpoint = Endpoint(hub.address, hub.mqtts_port, hub.https_port, context=unproven)
    else:
        endpoint = plain_endpoint(hub)
    connection = endpoint.http_connection(FIRST_USE_TIMEOUT_SECONDS)
    try:
        connection.request("GET", f"{hub.path}/ca.pem")
        answer = connection.getresponse()
        text = answer.read(MAX_AUTHORITY_BYTES).decode("ascii")
    finally:
        connection.close()
    if answer.status != http.HTTPStatus.OK:
        return None
    fingerprint_of(text)
    return Authority("pinned", text)


def verify_handshake(endpoint: Endpoint) -> None:
    """Verifies the certificate's authority; its validity times are checked when connecting. Raises OSError."""
    if endpoint.context is None:
        return
    context = endpoint.context
    flags = context.verify_flags
    context.verify_flags = flags | NO_CHECK_TIME
    try:
        place = (endpoint.address, endpoint.mqtt_port)
        with socket.create_connection(place, FIRST_USE_TIMEOUT_SECONDS) as connection:
            context.wrap_socket(connection, server_hostname=endpoint.address).close()
    finally:
        context.verify_flags = flags
