"""Discovery of the hub, and which hub the agent accepts."""
import gc
import os
import threading
import unittest
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from zeroconf import ServiceInfo, Zeroconf, const
from zeroconf._dns import DNSPointer
from zeroconf._protocol.outgoing import DNSOutgoing

from bramble_agent.configuration.config import HubSettings
from bramble_agent.hub.discovery import SERVICE, Hub, HubFinder, HubMemory, advertised_hubs, search
from bramble_agent.hub.uplink import MAX_BACKOFF_SECONDS, Backoff

from .support import FolderCase

OURS = Hub("192.168.1.20", 1883, 8080, "ours")
MOVED = Hub("192.168.1.77", 1884, 8081, "ours")
NEIGHBOURS = Hub("192.168.1.99", 1883, 8080, "theirs")


class FinderTest(FolderCase):
    def setUp(self) -> None:
        super().setUp()
        self.memory = HubMemory(self.folder / "hub.json")

    def finder(self, *found: Hub, **settings: Any) -> HubFinder:
        def answer(_seconds: float) -> Iterator[Hub]:
            yield from found

        return HubFinder(HubSettings(**settings), self.memory, answer)

    def test_accepts_any_hub_at_first_and_then_only_its_own(self) -> None:
        self.assertEqual(list(self.finder(NEIGHBOURS, OURS).candidates()), [NEIGHBOURS, OURS])
        self.finder().remember(OURS)
        finder = self.finder(NEIGHBOURS, MOVED)
        self.assertEqual(finder.other_hubs_hint(), "")
        self.assertEqual(list(finder.candidates()), [MOVED, OURS])
        self.assertEqual(
            finder.other_hubs_hint(), "; there is a hub at 192.168.1.99 port 1883, but this device belongs to another"
        )

    def test_a_configured_address_comes_first_or_is_the_only_one(self) -> None:
        self.memory.save(OURS)
        given = Hub("10.0.0.1", 1883, 8080, mqtts_port=8883, https_port=8443)
        self.assertEqual(list(self.finder(MOVED, address="10.0.0.1").candidates()), [given, MOVED, OURS])
        only = self.finder(MOVED, address="10.0.0.1", discover=False)
        self.assertEqual(list(only.candidates()), [given, OURS])

    def test_a_reinstalled_hub_is_recognised_by_its_address(self) -> None:
        self.memory.save(OURS)
        anew = Hub(OURS.address, 1883, 8080, "new")
        self.assertEqual(next(self.finder(anew).candidates()), anew)

    def test_another_hub_is_not_confused_with_one_known_by_address_only(self) -> None:
        given = Hub("10.0.0.1", 1883, 8080, mqtts_port=8883, https_port=8443)
        there = Hub("10.0.0.1", 1884, 8081, "any")
        self.assertEqual(list(self.finder(NEIGHBOURS, there, address="10.0.0.1").candidates()), [given, there])
        self.finder().remember(Hub("10.0.0.1", 1883, 8080))
        known = Hub("10.0.0.1", 1883, 8080)
        self.assertEqual(list(self.finder(NEIGHBOURS, address="10.0.0.1").candidates()), [given, known])

    def test_keeps_the_id_of_a_hub_configured_by_address(self) -> None:
        self.memory.save(OURS)
        self.finder().remember(Hub(OURS.address, OURS.mqtt_port, OURS.http_port))
        self.assertEqual(self.memory.load(), OURS)

    def test_default_tls_ports_are_only_assumed_with_default_ports(self) -> None:
        tried: list[tuple[dict[str, Any], tuple[int, int]]] = [
            ({}, (8883, 8443)),
            ({"mqtt_port": 1993}, (0, 0)),
            ({"mqtt_port": 1993, "tls": "on"}, (8883, 8443)),
            ({"mqtt_port": 1993, "mqtts_port": 8884}, (8884, 0)),
        ]
        for settings, ports in tried:
            found = next(self.finder(address="10.0.0.1", **settings).candidates())
            self.assertEqual((found.mqtts_port, found.https_port), ports)

    def test_remembers_every_kind_of_address(self) -> None:
        secure = Hub("fd00::3", 0, 0, "x", 8883, 8443, "/bramble")
        for hub in (OURS, Hub("fd00::2", 1, 2, "x"), Hub("pc.local", 1, 2), replace(OURS, mqtts_port=3), secure):
            self.memory.save(hub)
            self.assertEqual(self.memory.load(), hub)

    def test_an_invalid_memory_file_is_ignored(self) -> None:
        for text in ("", "[]", "{}", '{"http":"nowhere","mqtt_port":1,"id":""}'):
            self.write("hub.json", text)
            with self.subTest(text), self.assertLogs("hub", "WARNING"):
                self.assertIsNone(self.memory.load())


def service(name: str = "Bramble test", **ports: str) -> ServiceInfo:
    """A hub's mDNS service."""
    # As bytes, like received ones: the library does not convert the properties passed to it.
    said = {key.encode(): value.encode() for key, value in {"v": "1", "id": "the-hub", **ports}.items()}
    return ServiceInfo(
        SERVICE, f"{name}.{SERVICE}", port=8081, parsed_addresses=["127.0.0.2"],
        properties=said, server="bramble-test.local.",
    )


class SearchTest(unittest.TestCase):
    def responder(self) -> Zeroconf:
        """Advertises on the loopback interface until the test ends."""
        zeroconf = Zeroconf(interfaces=["127.0.0.1"])
        loop = zeroconf.loop
        assert loop is not None
        self.addCleanup(loop.close)
        self.addCleanup(zeroconf.close)
        return zeroconf

    def test_finds_a_hub_by_mdns(self) -> None:
        zeroconf = self.responder()
        zeroconf.register_service(service(mqtt="1884"))
        found = next(search(10, interfaces=["127.0.0.1"]), None)
        self.assertEqual(found, Hub("127.0.0.2", 1884, 8081, "the-hub"))

    def test_a_search_leaves_neither_threads_nor_sockets_behind(self) -> None:
        def held() -> tuple[int, int]:
            return threading.active_count(), len(os.listdir("/proc/self/fd"))

        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        before = held()
        for _ in range(3):
            self.assertEqual(list(search(0.01, interfaces=["127.0.0.1"])), [])
        self.assertEqual(held(), before)

    def test_a_service_with_an_invalid_name_does_not_hide_hubs(self) -> None:
        zeroconf = self.responder()
        zeroconf.register_service(service(mqtt="1884"))
        # Any machine on the network can send this.
        hostile = DNSOutgoing(const._FLAGS_QR_RESPONSE | const._FLAGS_AA)
        hostile.add_answer_at_time(DNSPointer(SERVICE, const._TYPE_PTR, const._CLASS_IN, 120, f"a\x01b.{SERVICE}"), 0)
        found = search(20, interfaces=["127.0.0.1"])
        self.assertEqual(next(found).mqtt_port, 1884)
        zeroconf.send(hostile)
        zeroconf.register_service(service("Another", mqtt="1885"))
        with self.assertLogs("hub", "DEBUG") as logs:
            self.assertEqual(next(one.mqtt_port for one in found if one.mqtt_port != 1884), 1885)
        self.assertIn("is passed over", logs.output[0])

    def test_finds_a_hub_with_tls_ports_only(self) -> None:
        ports = {"mqtts": "8883", "https": "8443"}
        for said, hub in (
            ({"mqtt": "1884", "path": "/x", **ports}, Hub("127.0.0.2", 1884, 8081, "the-hub", 8883, 8443, "/x")),
            ({"path": "/", **ports}, Hub("127.0.0.2", 0, 0, "the-hub", 8883, 8443)),
        ):
            self.assertEqual(list(advertised_hubs(service(**said))), [hub])
        self.assertEqual(list(advertised_hubs(service(mqtt="none", mqtts="70000"))), [])


class BackoffTest(unittest.TestCase):
    def test_pauses_grow_up_to_half_a_minute(self) -> None:
        backoff = Backoff(lambda: 0)
        self.assertEqual([backoff.next() for _ in range(7)], [1, 2, 4, 8, 16, 30, 30])
        backoff.reset()
        self.assertEqual(backoff.next(), 1)

    def test_jitter_shortens_pauses_by_up_to_half(self) -> None:
        backoff = Backoff(lambda: 0.999)
        pauses = [backoff.next() for _ in range(7)]
        self.assertAlmostEqual(pauses[0], 0.5, delta=0.01)
        self.assertAlmostEqual(pauses[-1], MAX_BACKOFF_SECONDS / 2, delta=0.1)


if __name__ == "__main__":
    unittest.main()
