"""SIGHUP, which a closed terminal or a script that wants a reload sends: the server goes on, and says so."""

import signal

from hazard_case import HazardCase
from workspace import wait_until

LOG_DEADLINE_SECONDS = 15
TIMES = 3


class Hangup(HazardCase):
    def test_it_goes_on(self):
        self.daemon.start()
        server = self.make_server("served", 1)
        client = self.client(server)
        for number in range(TIMES):
            self.daemon.process.send_signal(signal.SIGHUP)
            wait_until(lambda: len(self.lines()) == number + 1 or not self.daemon.runs, LOG_DEADLINE_SECONDS,
                       "a line in the log")
            self.assertTrue(self.daemon.runs, "SIGHUP has ended it")
        self.command.ask("server", "show", server)
        self.assertTrue(client.is_connected)
        self.assertEqual(self.daemon.stop(), 0)
        self.say(f"{TIMES} times SIGHUP: it goes on")

    def lines(self):
        return self.daemon.log_records("SIGHUP is ignored: nothing is reloaded; SIGTERM ends the server")
