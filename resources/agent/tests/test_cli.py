"""The command line: what it takes, and how it is stopped."""
import argparse
import signal
import threading
import unittest

from bramble_agent.cli import hub_argument, stop_on_signals
from bramble_agent.configuration.config import HubSettings


class ArgumentTest(unittest.TestCase):
    def test_the_hub_on_the_command_line(self) -> None:
        def hub(address: str, mqtt_port: int = 1883, http_port: int = 8080) -> HubSettings:
            return HubSettings(address=address, mqtt_port=mqtt_port, http_port=http_port, discover=False)

        self.assertEqual(hub_argument("pc.local"), hub("pc.local"))
        self.assertEqual(hub_argument("10.0.0.2:1884"), hub("10.0.0.2", 1884))
        self.assertEqual(hub_argument("10.0.0.2:1884:8081"), hub("10.0.0.2", 1884, 8081))
        self.assertEqual(hub_argument("[fd00::2]:1884"), hub("fd00::2", 1884))
        self.assertEqual(hub_argument("fd00::2"), hub("fd00::2"))
        wrong = {
            "http://10.0.0.2:8080": 'not a URL: write address = "10.0.0.2" and http_port = 8080',
            "10.0.0.2:70000": "is no HOST",
            "10.0.0.2:0": "is no HOST",
            "10.0.0.2:x": "is no HOST",
            ":1883": "address is empty",
            "10.0.0.2:8080": "8080 is the hub's port for HTTP",
            "10.0.0.400": "is no IP address",
        }
        for text, words in wrong.items():
            with self.subTest(text), self.assertRaises(argparse.ArgumentTypeError) as caught:
                hub_argument(text)
            self.assertIn(words, str(caught.exception))


class StopTest(unittest.TestCase):
    def test_a_signal_that_comes_while_the_event_is_locked_does_not_wait_for_itself(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            self.addCleanup(signal.signal, number, signal.getsignal(number))
        stop = threading.Event()
        stop_on_signals(stop)
        handler = signal.getsignal(signal.SIGTERM)
        assert callable(handler)
        # As the main thread does for moments while it waits, in which the handler runs within that very thread.
        lock: threading.Condition = getattr(stop, "_cond")
        with lock:
            handling = threading.Thread(target=handler, args=(signal.SIGTERM, None))
            handling.start()
            handling.join(5)
            self.assertFalse(handling.is_alive())
        self.assertTrue(stop.wait(5))


if __name__ == "__main__":
    unittest.main()
