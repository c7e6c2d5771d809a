"""The connection, where its library reports too little."""
import unittest
from unittest.mock import patch

import paho.mqtt.client as mqtt

from bramble_agent.hub.link import Link, LinkLost


class LinkTest(unittest.TestCase):
    def test_a_network_error_in_the_library_is_a_lost_connection(self) -> None:
        losses: list[str] = []
        link = Link("pi", None, lambda _payload, _link: None, lambda: losses.append("lost"))
        with patch.object(mqtt.Client, "loop_forever", side_effect=TimeoutError(110, "Connection timed out")):
            link._client.loop_start()
            link._client.loop_stop()
        self.assertEqual(losses, ["lost"])
        with self.assertRaisesRegex(LinkLost, "the network failed: .*timed out"):
            link.check()


if __name__ == "__main__":
    unittest.main()
