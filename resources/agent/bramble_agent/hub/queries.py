"""HTTP requests to the hub: its time, and its id."""
import http.client
import json
import logging
from email.utils import parsedate_to_datetime

from ..machine.clock import Clock
from .endpoint import Endpoint

log = logging.getLogger("hub")

QUERY_TIMEOUT_SECONDS = 5
MAX_ANSWER_BYTES = 4_096
MAX_HUB_ID_CHARACTERS = 100


def compare_clocks(clock: Clock, hub: Endpoint) -> None:
    """Sets the clock's estimate of the hub's time; without a response it stays."""
    sent_ms = clock.up_ms()
    try:
        hub_ms = request_time_ms(hub)
    except (OSError, ValueError, OverflowError, http.client.HTTPException) as error:
        log.warning("the hub's clock cannot be asked at %s port %s: %s", hub.address, hub.http_port, error)
        return
    clock.set_hub_time(hub_ms, (sent_ms + clock.up_ms()) // 2)


def request_time_ms(hub: Endpoint) -> int:
    """By the Date header of any response, plus the half second that it truncates on average."""
    connection = hub.http_connection(QUERY_TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/healthz")
        date = connection.getresponse().getheader("Date")
    finally:
        connection.close()
    if date is None:
        raise ValueError("it does not say what time it is")
    return round(parsedate_to_datetime(date).timestamp() * 1_000) + 500


def request_hub_id(hub: Endpoint) -> str:
    """Empty where it is not available, as behind some proxies."""
    connection = hub.http_connection(QUERY_TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/api/v1/doctor/hub-id")
        answer = json.loads(connection.getresponse().read(MAX_ANSWER_BYTES))
    except (OSError, ValueError, RecursionError, http.client.HTTPException) as error:
        log.debug("the hub's id cannot be asked at %s port %s: %s", hub.address, hub.http_port, error)
        return ""
    finally:
        connection.close()
    hub_id = answer.get("hubId") if isinstance(answer, dict) else None
    return hub_id if isinstance(hub_id, str) and len(hub_id) <= MAX_HUB_ID_CHARACTERS else ""
