"""One MQTT connection (3.1.1): opened, used and closed, never reopened. A lost one is replaced by a new object.

So the library holds no state of an old connection or address: unacknowledged messages are still in the outbox. Works
with paho-mqtt 1.6 (Debian 12) and 2.x.
"""
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import paho.mqtt.client as mqtt

from .endpoint import Endpoint

log = logging.getLogger("link")

# Linux's number: the type stubs of Debian 12 do not have the name.
TCP_USER_TIMEOUT = 18
KEEP_ALIVE_SECONDS = 20
CONNECT_ANSWER_TIMEOUT_SECONDS = 10
ACKNOWLEDGEMENT_TIMEOUT_SECONDS = 60
# A hub whose address has changed does not even send a TCP reset.
TCP_UNANSWERED_TIMEOUT_MS = 10_000
# The library's codes for a keep-alive timeout: version 1 has its own, version 2 has MQTT 5's.
KEEP_ALIVE_CODES = (16, 141)


class LinkLost(Exception):
    """The connection failed or was lost; the text is for a person."""


class LinkUntrusted(LinkLost):
    """The server could not be verified as the hub."""


class LinkRefused(LinkLost):
    """The hub refused this device's credentials; each retry counts as a wrong guess."""


NOT_AUTHORIZED_CODES = (4, 5, 134, 135)


class Link:
    """`on_command` gets a payload and the link for the reply; `on_loss` is called once; both in the library's thread."""

    def __init__(
        self,
        device: str,
        key: str | None,
        on_command: Callable[[bytes, "Link"], None],
        on_loss: Callable[[], None],
    ) -> None:
        self.device = device
        # Whether the hub acknowledged anything on this connection.
        self.was_acknowledged = False
        self._on_command = on_command
        self._on_loss = on_loss
        self._changed = threading.Condition()
        self._acknowledged: set[int] = set()
        self._subscribed = False
        self._end: str | None = None
        self._refused = False
        self._ended_by_hub = False
        self._client = make_client(device)
        self._client.on_failure = lambda error: self._lose(f"the network failed: {error}")
        self._client.will_set(self.topic("status"), "offline", qos=1, retain=True)
        if key is not None:
            self._client.username_pw_set(device, key)
        self._client.on_socket_open = tune
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_subscribe = self._granted
        self._client.on_publish = self._published
        self._client.on_message = self._received

    @property
    def lost(self) -> bool:
        return self._end is not None

    @property
    def ended_by_hub(self) -> bool:
        """Whether the hub closed a connection after accepting it."""
        return self._ended_by_hub

    def topic(self, leaf: str) -> str:
        return f"bramble/{self.device}/{leaf}"

    def check(self) -> None:
        """Raises LinkLost if the connection is lost."""
        if self._end is not None:
            raise (LinkRefused if self._refused else LinkLost)(self._end)

    def open(self, hub: Endpoint) -> None:
        """Returns once the hub has accepted the device and its command subscription. Raises LinkLost."""
        if hub.context is not None:
            self._client.tls_set_context(hub.context)
        try:
            self._connect(hub)
        except ssl.SSLCertVerificationError as error:
            raise LinkUntrusted(hub.certificate_message(error, datetime.now())) from error
        except (OSError, ValueError) as error:
            hint = hub.refused_hint() if isinstance(error, ConnectionRefusedError) else ""
            raise LinkLost(f"the hub does not answer at {hub}: {error}{hint}") from error
        self._client.loop_start()
        self._wait(lambda: self._subscribed, CONNECT_ANSWER_TIMEOUT_SECONDS)

    def _connect(self, hub: Endpoint) -> None:
        """Raises OSError or ValueError."""
        try:
            self._client.connect(hub.address, hub.mqtt_port, keepalive=KEEP_ALIVE_SECONDS)
        except ssl.SSLCertVerificationError as error:
            if not hub.tolerates(error):
                raise
            log.warning("the hub's certificate is not valid yet by this clock, which NTP has not set: it is taken")
            self._client.connect(hub.address, hub.mqtt_port, keepalive=KEEP_ALIVE_SECONDS)

    def deliver(self, leaf: str, payload: bytes | str, retain: bool = False) -> None:
        """Publishes, and returns once the hub has acknowledged. Raises LinkLost."""
        sent = self._client.publish(self.topic(leaf), payload, qos=1, retain=retain)
        self._wait(lambda: sent.mid in self._acknowledged, ACKNOWLEDGEMENT_TIMEOUT_SECONDS)
        self._acknowledged.discard(sent.mid)

    def close(self, goodbye: bool = False) -> None:
        """`goodbye` publishes the offline status first, since DISCONNECT discards the last will."""
        try:
            if goodbye and not self.lost:
                self.deliver("status", "offline", retain=True)
        except LinkLost as error:
            log.debug("no goodbye: %s", error)
        self._client.disconnect()
        self._client.loop_stop()

    def _wait(self, done: Callable[[], bool], seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: done() or self.lost, seconds)
            self.check()
            if not done():
                self._end = f"the hub did not answer within {seconds} s"
                raise LinkLost(self._end)

    # Called by the library's thread. Version 1 passes fewer arguments than version 2.

    def _connected(self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, *_details: Any) -> None:
        if reason != 0:
            self._refused = getattr(reason, "value", reason) in NOT_AUTHORIZED_CODES
            reason = mqtt.connack_string(reason) if isinstance(reason, int) else str(reason)
            self._lose(f"the hub refused this device: {reason}")
            return
        client.subscribe(self.topic("command"), qos=1)

    def _granted(self, _client: mqtt.Client, _data: Any, _mid: int, granted: Any, *_details: Any) -> None:
        # 128 and above: this device may not receive commands, but may still send readings.
        if any(getattr(one, "value", one) >= 128 for one in granted):
            log.warning("the hub does not let this device take commands")
        with self._changed:
            self._subscribed = True
            self._changed.notify_all()

    def _published(self, _client: mqtt.Client, _data: Any, mid: int, *_details: Any) -> None:
        with self._changed:
            self._acknowledged.add(mid)
            self.was_acknowledged = True
            self._changed.notify_all()

    def _received(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        if message.retain:
            log.warning("a retained command is ignored: how old it is cannot be known")
            return
        self._on_command(message.payload, self)

    def _disconnected(self, _client: mqtt.Client, _data: Any, *details: Any) -> None:
        # Version 1 passes a number; version 2 passes flags, a reason with a value, and properties.
        codes = [getattr(one, "value", one) for one in details]
        if any(code in KEEP_ALIVE_CODES for code in codes if isinstance(code, int)):
            self._lose("the hub has not answered for a while")
            return
        if not self.lost and self._subscribed:
            self._ended_by_hub = True
            self._lose("the hub ended the connection")
            return
        self._lose("the connection to the hub ended")

    def _lose(self, reason: str) -> None:
        with self._changed:
            if self._end is not None:
                return
            self._end = reason
            self._changed.notify_all()
        self._on_loss()


class Client(mqtt.Client):
    """Reports an OSError (no route, timeout) that ends the library's thread, which the library itself does not."""

    on_failure: Callable[[OSError], None]

    def loop_forever(self, *args: Any, **more: Any) -> Any:
        try:
            return super().loop_forever(*args, **more)
        except OSError as error:
            self.on_failure(error)
            return mqtt.MQTT_ERR_CONN_LOST


def tune(_client: mqtt.Client, _data: Any, connection: socket.socket) -> None:
    """Disables Nagle's algorithm, which would delay a reply after an acknowledgement by 40 ms."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT, TCP_UNANSWERED_TIMEOUT_MS)


def make_client(client_id: str) -> Client:
    """The constructor of paho-mqtt 2 requires the version of the callback API."""
    api = getattr(mqtt, "CallbackAPIVersion", None)
    first = () if api is None else (api.VERSION2,)
    return Client(
        *first, client_id=client_id, clean_session=True, protocol=mqtt.MQTTv311, reconnect_on_failure=False
    )
