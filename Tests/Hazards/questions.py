"""Plans, dry runs, checks and refused deletions touch nothing that is served, and need nothing from who serves it."""

import os
import signal
import threading
import time

import nbd

import client
from hazard_case import HazardCase
from session import Session
from storage_shim import StorageShim

QUESTIONS = 1000
# A check looks at everything, twice; the others take milliseconds.
QUESTIONS_A_CHECK = 50
LEAST_CONNECTIONS = 100
# A loop without a pause would take a processor of its own.
VISIT_INTERVAL_SECONDS = 0.002
ANSWER_LIMIT_SECONDS = 15


class Visitor:
    """A client that connects to a volume again and again."""

    def __init__(self, uri):
        self.uri = uri
        self.connections, self.refusals = 0, []
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._visit, daemon=True)
        self._thread.start()

    def _visit(self):
        while not self._ends.is_set():
            handle = nbd.NBD()
            try:
                handle.connect_uri(self.uri)
                self.connections += 1
                handle.shutdown()
            except nbd.Error as error:
                self.refusals.append(str(error))
            time.sleep(VISIT_INTERVAL_SECONDS)

    def end(self):
        self._ends.set()
        self._thread.join()


class Questions(HazardCase):
    def setUp(self):
        super().setUp()
        self.shim = StorageShim(self.workspace)
        self.daemon.environment.update(self.shim.environment)
        self.daemon.start()
        self.server = self.make_server("asked", 2)
        self.volumes = list(self.command.uris(self.server))
        self.process = self.server_process(self.server)
        self.session = Session(self.daemon)
        self.addCleanup(self.session.close)
        self.session.connect()

    def questions(self):
        first, second = self.volumes
        dry = {"validate_only": True}
        return [
            ("PlanService/PlanDelete", {"resource": first}),
            ("PlanService/PlanDelete", {"resource": self.server, "delete_volumes": True}),
            ("VolumeService/DetachVolume", {"volume": second, **dry}),
            ("VolumeService/DetachVolume", {"volume": first, **dry}),
            ("VolumeService/DeleteVolume", {"volume": second}),
            ("ServerService/StopServer", {"server": self.server, **dry}),
            ("ServerService/DeleteServer", {"server": self.server}),
            ("VolumeService/ResizeVolume", {"volume": second, "size_bytes": 128 << 20, **dry}),
        ]

    def ask(self, method, fields):
        """Whether it is answered or refused does not matter here."""
        if "request_id" in client.method(method).input_type.fields_by_name:
            fields = {**fields, "request_id": client.new_request_id()}
        try:
            self.session.call(method, **fields)
        except client.CallError as error:
            self.assertEqual(error.code, "FAILED_PRECONDITION", str(error))

    def test_a_thousand_beside_a_client_that_connects_in_a_loop(self):
        resident = self.client(self.server, 0)
        visitor = Visitor(list(self.command.uris(self.server).values())[1])
        self.addCleanup(visitor.end)
        self.shim.forget_commands()
        questions = self.questions()
        for number in range(QUESTIONS):
            self.ask(*questions[number % len(questions)])
            if (number + 1) % QUESTIONS_A_CHECK == 0:
                self.ask("AdminService/CheckConsistency", {})
                self.check_untouched(visitor)
        visitor.end()
        self.check_untouched(visitor)
        self.assertGreater(visitor.connections, LEAST_CONNECTIONS)
        self.assertTrue(resident.is_connected)
        self.assertEqual(self.servers_processes(self.server), [self.process])
        self.say(f"{QUESTIONS} questions beside {visitor.connections} connections: none refused, no command")

    def check_untouched(self, visitor):
        self.assertEqual(visitor.refusals[:1], [], f"{len(visitor.refusals)} connections were refused")
        self.assertEqual(self.shim.commands[:1], [], f"its process was told {len(self.shim.commands)} things")

    def test_of_a_process_that_does_not_answer(self):
        resident = self.client(self.server, 0)
        resident.write(1)
        self.shim.forget_commands()
        os.kill(self.process, signal.SIGSTOP)
        try:
            for method, fields in [*self.questions(), ("AdminService/CheckConsistency", {})]:
                with self.timed(ANSWER_LIMIT_SECONDS):
                    self.ask(method, fields)
        finally:
            self.go_on(self.process)
        self.assertTrue(resident.is_connected, "asking has cut a client off")
        self.assertEqual(self.shim.commands[:1], [], f"its process was told {len(self.shim.commands)} things")
        self.assertTrue(resident.holds_what_it_wrote())
        self.assertEqual(self.servers_processes(self.server), [self.process])
        self.say("a stopped process: every question is answered, and it is left alone")
