"""The status that the agent writes for `bramble-agent status`."""
from bramble_agent.machine.status import describe, read_status

from .support import FolderCase


class StatusTest(FolderCase):
    def text(self) -> str:
        self.board.write(0, 0, 0)
        status = read_status([self.folder / "status.json"])
        assert status is not None
        return describe(status, status.since)

    def test_a_new_id_does_not_have_the_connection_of_the_one_before(self) -> None:
        self.board.config("pi")
        self.board.connected("hub port 1883")
        self.board.report_failure("device id", "another machine seems to use the id “pi”")
        self.board.config("pi", ["line 3: an error"])
        self.assertIn("pi: connected", self.text())
        self.board.config("pi-2")
        self.assertIn("pi-2: not connected", self.text())
        self.assertNotIn("another machine", self.text())
        self.board.connected("hub port 1883")
        self.assertIn("pi-2: connected", self.text())
