"""Validates the address of a hub: a host name or an IP address only."""
import ipaddress
import re
from urllib.parse import urlsplit

HOST_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
MAX_HOST_CHARACTERS = 253
MIN_PORT, MAX_PORT = 1, 65_535


def address_error(text: str) -> str | None:
    """The error with a suggestion; None for a valid address."""
    if text.strip() == "":
        return 'address is empty: write the hub\'s IP address or host name, such as "192.168.1.20"'
    if text != text.strip():
        return f'address has spaces around it: write "{text.strip()}"'
    if "://" in text or "/" in text:
        return f"address takes a host name or an IP address, not a URL{_suggestion(text)}"
    if text.startswith("[") or text.count(":") == 1:
        return f"address takes no port and no brackets{_suggestion(text)}"
    if ":" in text or re.fullmatch(r"[0-9.]+", text):
        return _ip_error(text)
    labels = text.removesuffix(".").split(".")
    if len(text) > MAX_HOST_CHARACTERS or not all(HOST_LABEL.fullmatch(label) for label in labels):
        return f"“{text}” is no host name: letters, digits, - and . can be in it"
    return None


def _ip_error(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return f"“{text}” is no IP address"
    is_broadcast = address == ipaddress.ip_address("255.255.255.255")
    if address.is_unspecified or address.is_multicast or is_broadcast:
        return f"{text} is no address of one machine: write the one that the hub's computer has"
    return None


def _suggestion(text: str) -> str:
    """A corrected address with ports, if only its surroundings are wrong, such as a scheme or a path."""
    try:
        url = urlsplit(text if "://" in text else f"//{text}")
        host, port = url.hostname, url.port
    except ValueError:
        return ""
    if host is None or address_error(host) is not None:
        return ""
    advice = f'address = "{host}"'
    if port is not None:
        is_http = url.scheme in ("http", "https", "ws", "wss")
        advice += f" and {'http_port' if is_http else 'mqtt_port'} = {port}"
    return f": write {advice}"
