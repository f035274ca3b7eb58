"""A layer or a process that somebody has, whom nobody knows: nothing is done to it, and `admin check` names it."""

import os
import subprocess

from hazard_case import PROGRAM, Client, HazardCase
from workspace import wait_until

STRANGER = "srv-aaaaaaaaaaaa"
START_DEADLINE_SECONDS = 30


class HeldLayer(HazardCase):
    def setUp(self):
        super().setUp()
        self.daemon.start()
        self.server = self.make_server("own", 1)
        self.command.ask("volume", "create", "held", "--size", "64MiB")

    def start_storage_daemon(self, *words):
        """One of somebody's own making, in the folder of the layers."""
        pid_file = self.workspace.file("stranger.pid")
        log = open(self.workspace.file("stranger.log"), "wb")
        self.addCleanup(log.close)
        process = subprocess.Popen(
            [PROGRAM, *words, "--pidfile", pid_file], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            cwd=os.path.join(self.daemon.state, "layers"))
        self.addCleanup(self.end, process)
        wait_until(lambda: os.path.exists(pid_file) or process.poll() is not None, START_DEADLINE_SECONDS,
                   "the other process has started")
        self.assertIsNone(process.poll(), f"it did not start: {log.name}")
        return process

    @staticmethod
    def end(process):
        process.kill()
        process.wait()

    def findings(self):
        return self.command.run("admin", "check").answer["findings"]

    def test_a_layer_that_a_stranger_writes_to(self):
        served = self.layers_of_server()
        [layer] = [path for path in self.daemon.layer_paths() if path.endswith(".qcow2") and path not in served]
        socket = self.workspace.file("stranger.nbd")
        holder = self.start_storage_daemon(
            "--blockdev", f"driver=file,node-name=file,filename={os.path.basename(layer)}",
            "--blockdev", "driver=qcow2,node-name=held,file=file",
            "--nbd-server", f"addr.type=unix,addr.path={socket}",
            "--export", "type=nbd,id=held,node-name=held,name=held,writable=on")
        stranger = Client(f"nbd+unix:///held?socket={socket}")
        stranger.write(1)
        before = self.command.ask("volume", "show", "held")
        for words in (("snapshot", "create", "held-snap", "--volume", "held"),
                      ("volume", "attach", "held", "--server", self.server),
                      ("volume", "resize", "held", "--size", "128MiB")):
            with self.subTest(words=words[:2]):
                self.assertNotEqual(self.command.run(*words).code, 0, f"{words[:2]} of a layer that is written to")
                self.wait_until_settled()
        self.assertEqual(self.command.ask("volume", "show", "held")["state"], before["state"])
        self.assertEqual(self.command.ask("snapshot", "list", "--all"), [])
        name = os.path.basename(layer).removesuffix(".qcow2")
        self.assertIn(name, str(self.findings()), "admin check does not name the layer")
        stranger.write(2)
        stranger.end()
        self.end(holder)
        self.command.ask("snapshot", "create", "free-snap", "--volume", "held")
        self.check_consistency()
        self.say("a layer that somebody writes to: not cut, attached, or resized, and named; cut when it is free")

    def layers_of_server(self):
        """Files that its process has open."""
        folder = f"/proc/{self.server_process(self.server)}/fd"
        return [os.readlink(os.path.join(folder, name)) for name in os.listdir(folder)]

    def test_a_process_of_a_server_that_nobody_knows(self):
        run = os.path.join(self.daemon.state, "run")
        process = subprocess.Popen(
            [PROGRAM, "--chardev", f"socket,path={run}/{STRANGER}.qmp,server=on,wait=off,id=monitor",
             "--monitor", "chardev=monitor", "--nbd-server",
             f"addr.type=unix,addr.path={run}/{STRANGER}.nbd,max-connections=0",
             "--pidfile", f"{run}/{STRANGER}.pid"],
            stdin=subprocess.DEVNULL, cwd=os.path.join(self.daemon.state, "layers"))
        self.addCleanup(self.end, process)
        wait_until(lambda: os.path.exists(f"{run}/{STRANGER}.pid"), START_DEADLINE_SECONDS, "the process has started")
        os.unlink(f"{run}/{STRANGER}.pid")
        for occasion in ("while it runs", "after a start"):
            named = [finding for finding in self.findings() if STRANGER in str(finding)]
            self.assertTrue(named, f"admin check does not name the process, {occasion}")
            self.assertIsNone(process.poll())
            self.daemon.stop()
            self.daemon.start()
        self.say(f"a process of a server that nobody knows is named: {named[0]['reason']}")
