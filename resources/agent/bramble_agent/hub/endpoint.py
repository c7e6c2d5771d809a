"""How to connect to the hub: address, ports, and the trusted certificate authority.

Three authorities are possible. The hub's own, pinned on first use, signs only for that hub: its certificate is valid
for any address, which may have just changed. An authority from a file, and those of the system, sign for others,
too: there the certificate has to match the address.
"""
import hashlib
import http.client
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from ..machine.ntp import is_set_by_ntp

# OpenSSL's error numbers (x509_vfy.h), for which Python has no names.
NOT_VALID_YET, EXPIRED = 9, 10
OTHER_NAME = (62, 64)
NO_CHECK_TIME = 0x200000


@dataclass(frozen=True)
class Authority:
    """A certificate authority; `text` is the PEM of a pinned one, or the path of a file."""

    kind: Literal["pinned", "file", "system"]
    text: str = ""

    def context(self) -> ssl.SSLContext:
        """Raises OSError or ValueError where the authority is invalid."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        match self.kind:
            case "pinned":
                context.check_hostname = False
                context.load_verify_locations(cadata=self.text)
            case "file":
                context.load_verify_locations(self.text)
            case "system":
                context.load_default_certs()
        return context

    def __str__(self) -> str:
        match self.kind:
            case "pinned":
                return f"the authority {fingerprint_of(self.text)}"
            case "file":
                return f"the authority in {self.text}"
            case "system":
                return "the authorities of this system"


@dataclass(frozen=True)
class Endpoint:
    """One way to connect to a hub: with TLS if there is an authority."""

    address: str
    mqtt_port: int
    http_port: int
    authority: Authority | None = None
    context: ssl.SSLContext | None = None

    def __str__(self) -> str:
        return f"{self.address} port {self.mqtt_port}{'' if self.context is None else ' (TLS)'}"

    def http_connection(self, timeout_seconds: float) -> http.client.HTTPConnection:
        if self.context is None:
            return http.client.HTTPConnection(self.address, self.http_port, timeout=timeout_seconds)
        return http.client.HTTPSConnection(
            self.address, self.http_port, timeout=timeout_seconds, context=self.context
        )

    def refused_hint(self) -> str:
        """Text for a person after a refused connection: TLS may have been switched on or off at the hub."""
        if self.authority is None or self.authority.kind == "file":
            return ""
        return (
            ". Does the hub run, and is TLS on there (bramble tls status)? This device sends nothing without it any more:"
            " turn it on, or sudo bramble-agent authority forget"
        )

    def tolerates(self, error: ssl.SSLCertVerificationError) -> bool:
        """Whether to retry: the context then ignores validity times.

        A Pi without a real-time clock starts with the time of its shutdown. Until NTP sets it, a certificate may seem not
        yet valid. One that seems expired has expired.
        """
        if self.context is None or error.verify_code != NOT_VALID_YET or is_set_by_ntp():
            return False
        self.context.verify_flags |= NO_CHECK_TIME
        return True

    def certificate_message(self, error: ssl.SSLCertVerificationError, now: datetime) -> str:
        """Text for a person: the certificate's error, and what to do."""
        clock = f"this machine's clock says {now:%Y-%m-%d %H:%M}"
        if error.verify_code == EXPIRED:
            return (
                f"the certificate of the hub at {self} has expired: renew it at the hub (bramble tls status says more);"
                f" {clock}"
            )
        if error.verify_code == NOT_VALID_YET:
            return f"the certificate of the hub at {self} is not valid yet: {clock}, set it if that is wrong"
        if error.verify_code in OTHER_NAME:
            return (
                f"the certificate at {self} is for other names: write one of those that bramble tls status shows at the hub"
                " as address in [hub] of /etc/bramble-agent.toml"
            )
        if self.authority is not None and self.authority.kind == "pinned":
            return (
                f"the hub at {self} is not the one that this device trusts: its certificate is not signed by"
                f" {self.authority}. Another machine may pose as the hub. Only if the hub was set up anew, or its"
                " certificate replaced: sudo bramble-agent authority forget, and compare what bramble-agent status says"
                " then with the fingerprint on the hub's page Access. Nothing is sent until then; readings are kept"
            )
        return (
            f"the certificate at {self} is not signed by {self.authority}: give the right one as ca_file in [hub] of"
            " /etc/bramble-agent.toml"
        )


def fingerprint_of(pem: str) -> str:
    """SHA-256 of the certificate, formatted as by the hub and openssl. Raises ValueError."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.strip())).hexdigest().upper()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def file_problem(path: Path) -> str | None:
    """Why a file is invalid as `ca_file`; None where it is valid."""
    try:
        Authority("file", str(path)).context()
    except (OSError, ValueError) as error:
        reason = "it holds no certificate in PEM" if isinstance(error, ssl.SSLError) else getattr(error, "strerror", None)
        return f"ca_file {path} cannot be used: {reason or error}"
    return None
