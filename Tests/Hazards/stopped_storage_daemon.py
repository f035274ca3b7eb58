"""A server's process that is stopped: what needs it fails in time, it is not ended for that, and goes on afterwards."""

import os
import signal

from hazard_case import FAILED, HazardCase
from storage_shim import StorageShim
from workspace import wait_until

# Promised: 15 s to an error, 2 s to listening. A busy machine is no fault.
ERROR_LIMIT_SECONDS = 25
LISTEN_LIMIT_SECONDS = 8
SERVE_DEADLINE_SECONDS = 60
SERVERS = 10
HUNG_SERVERS, HUNG_STARTS = 3, 2


class StoppedStorageDaemon(HazardCase):
    def setUp(self):
        super().setUp()
        self.daemon.start()

    def test_what_needs_it_fails_and_it_goes_on(self):
        server = self.make_server("stopped", 2)
        client = self.client(server)
        client.write(1)
        process = self.server_process(server)
        took = []
        os.kill(process, signal.SIGSTOP)
        try:
            for words in (("server-snapshot", "create", "during", "--server", server),
                          ("volume", "detach", "stopped-1")):
                with self.timed(ERROR_LIMIT_SECONDS) as one:
                    result = self.command.run(*words)
                self.expect(result, (FAILED, "ENGINE_TIMEOUT"))
                self.assertEqual(self.servers_processes(server), [process], f"ended for {result}")
                took.append(str(one))
        finally:
            self.go_on(process)
        self.assertTrue(client.is_connected and client.holds_what_it_wrote())
        self.wait_until_settled()
        self.command.ask("server-snapshot", "create", "afterwards", "--server", server)
        self.assertEqual(self.servers_processes(server), [process])
        self.assertTrue(client.is_connected and client.holds_what_it_wrote())
        self.check_consistency()
        self.say(f"errors after {', '.join(took)}; the same process went on")

    def test_ten_at_a_start(self):
        servers = [self.make_server(f"server-{number}", 1) for number in range(SERVERS)]
        processes = {server: self.server_process(server) for server in servers}
        clients = [self.client(server) for server in servers]
        self.daemon.stop()
        for process in processes.values():
            os.kill(process, signal.SIGSTOP)
        try:
            with self.timed(LISTEN_LIMIT_SECONDS) as took:
                self.daemon.start()
            self.assertEqual(len(self.command.ask("server", "list", "--all")), SERVERS)
        finally:
            self.go_on(*processes.values())
        wait_until(self.are_all_running, SERVE_DEADLINE_SECONDS, "all servers are RUNNING")
        self.assertTrue(all(client.is_connected for client in clients), "a client was cut off")
        for server, process in processes.items():
            self.assertEqual(self.servers_processes(server), [process])
        self.wait_until_snapshots_work(servers[0])
        self.check_consistency()
        self.say(f"listening {took} after the start beside {SERVERS} stopped processes, all of which went on")

    def are_all_running(self):
        return {server["state"] for server in self.command.ask("server", "list", "--all")} == {"RUNNING"}

    def wait_until_snapshots_work(self, server):
        numbers = iter(range(1000))
        wait_until(lambda: self.command.run("server-snapshot", "create", f"try-{next(numbers)}", "--server",
                                            server).code == 0, SERVE_DEADLINE_SECONDS, "a snapshot works")


class HungStorageDaemon(HazardCase):
    """Its disk does not answer, and so neither does its monitor: it waits for the flush of a cut."""

    def setUp(self):
        super().setUp()
        self.shim = StorageShim(self.workspace)
        self.daemon.environment.update(self.shim.environment)
        self.addCleanup(self.shim.speed_up)
        self.daemon.start()

    def test_starts_amid_its_operations(self):
        servers = [self.make_server(f"hung-{number}", 1) for number in range(HUNG_SERVERS)]
        processes = [self.server_process(server) for server in servers]
        clients = [self.client(server) for server in servers]
        for client in clients:
            client.write(1)
        self.shim.slow_down()
        for server in servers:
            self.command.ask("server-snapshot", "create", f"of-{server}", "--server", server, "--no-wait")
        wait_until(lambda: len(self.operations("RUNNING")) == HUNG_SERVERS, SERVE_DEADLINE_SECONDS, "cuts wait")
        took = []
        for _ in range(HUNG_STARTS):
            self.daemon.kill()
            with self.timed(LISTEN_LIMIT_SECONDS) as one:
                self.daemon.start()
            self.assertEqual(len(self.command.ask("server", "list", "--all")), HUNG_SERVERS)
            self.make_volume_elsewhere()
            took.append(str(one))
        self.shim.speed_up()
        self.wait_until_settled()
        self.assertTrue(all(client.is_connected and client.holds_what_it_wrote() for client in clients))
        self.assertEqual([self.server_process(server) for server in servers], processes)
        self.check_consistency()
        self.say(f"listening {', '.join(took)} after starts beside {HUNG_SERVERS} hung processes with operations")

    def make_volume_elsewhere(self):
        """Others are served meanwhile."""
        volume = self.command.ask("volume", "create", "other", "--size", "1MiB")
        self.command.delete("volume", volume["id"])
