"""The command line: its arguments, and stopping by signals."""
import argparse
import signal
import socket
import threading
import unittest

from bramble_agent.cli import hub_argument, stop_on_signals
from bramble_agent.configuration.config import HubSettings
from bramble_agent.control_socket import request_action

from .support import FolderCase


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


class ControlSocketTest(FolderCase):
    def test_reports_an_agent_that_ends_before_it_answers(self) -> None:
        path = self.folder / "control.sock"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(path))
            listener.listen()

            def end() -> None:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(1_000)

            ending = threading.Thread(target=end)
            ending.start()
            with self.assertRaisesRegex(OSError, "it ended before it answered"):
                request_action(path, "led", True)
            ending.join()


class StopTest(unittest.TestCase):
    def test_a_signal_while_the_event_is_locked_does_not_deadlock(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            self.addCleanup(signal.signal, number, signal.getsignal(number))
        stop = threading.Event()
        stop_on_signals(stop)
        handler = signal.getsignal(signal.SIGTERM)
        assert callable(handler)
        # While it waits, the main thread briefly holds the lock, and the signal handler runs in that thread.
        lock: threading.Condition = getattr(stop, "_cond")
        with lock:
            handling = threading.Thread(target=handler, args=(signal.SIGTERM, None))
            handling.start()
            handling.join(5)
            self.assertFalse(handling.is_alive())
        self.assertTrue(stop.wait(5))


if __name__ == "__main__":
    unittest.main()
