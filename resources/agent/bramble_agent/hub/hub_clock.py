"""Asks the hub what time it is."""
import http.client
import logging
from email.utils import parsedate_to_datetime

from ..machine.clock import Clock
from .endpoint import Endpoint

log = logging.getLogger("clock")

CLOCK_QUERY_TIMEOUT_SECONDS = 5


def compare_clocks(clock: Clock, hub: Endpoint) -> None:
    """Teaches the clock the hub's time. Where the hub cannot be asked, what is known stays."""
    sent_ms = clock.up_ms()
    try:
        hub_ms = ask_time_ms(hub)
    except (OSError, ValueError, http.client.HTTPException) as error:
        log.warning("the hub's clock cannot be asked at %s port %s: %s", hub.address, hub.http_port, error)
        return
    clock.learn(hub_ms, (sent_ms + clock.up_ms()) // 2)


def ask_time_ms(hub: Endpoint) -> int:
    """By the Date header of any answer. Half a second is what it leaves out on average."""
    connection = hub.http_connection(CLOCK_QUERY_TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/healthz")
        date = connection.getresponse().getheader("Date")
    finally:
        connection.close()
    if date is None:
        raise ValueError("it does not say what time it is")
    return round(parsedate_to_datetime(date).timestamp() * 1_000) + 500
