"""Where a server serves several volumes, nobody can say from outside which one a client uses: the change itself finds
out, and plans say what they do not know."""

from hazard_case import FAILED, REFUSED, HazardCase


class UnknownClients(HazardCase):
    def setUp(self):
        super().setUp()
        self.daemon.start()

    def test_a_detach_decides_by_itself(self):
        server = self.make_server("several", 2)
        client = self.client(server, 0)
        client.write(1)
        self.expect(self.command.run("volume", "detach", "several-0"), (FAILED, "VOLUME_HAS_CLIENTS"))
        self.assertEqual(self.command.ask("volume", "show", "several-0")["state"], "IN_USE")
        self.command.ask("volume", "detach", "several-1")
        self.assertTrue(client.is_connected and client.holds_what_it_wrote())
        # Now it is the only one.
        self.expect(self.command.run("volume", "detach", "several-0"), (REFUSED, "VOLUME_HAS_CLIENTS"))
        client.end()
        self.command.ask("volume", "detach", "several-0")
        self.check_consistency()
        self.say("a detach with a client on the volume fails, one beside it succeeds, the client stays")

    def test_a_plan_says_that_they_are_on_the_server(self):
        server = self.make_server("several", 2)
        client = self.client(server, 0)
        plan = self.command.ask("plan", "delete", "several-1")
        named = [blocker for blocker in plan["blockers"] if blocker["reason"] == "VOLUME_HAS_CLIENTS"]
        self.assertTrue(named, f"the plan does not say that clients are connected: {plan}")
        self.assertEqual(named[0]["name"], "server several")
        result = self.command.run("volume", "delete", "several-1", "--cascade", consent=True)
        self.expect(result, (REFUSED, "VOLUME_HAS_CLIENTS"))
        self.expect(self.command.run("server", "stop", server), (REFUSED, "VOLUME_HAS_CLIENTS"))
        self.assertTrue(client.is_connected)
        client.end()
        self.command.ask("volume", "delete", "several-1", "--cascade", consent=True)
        self.say("a plan names the clients on the server, and works once they have gone")
