"""A peer that shuts its write side behind its requests (`printf … | nc`) gets all answers, then the connection ends."""

import socket

import client
import daemon
from case import Case

CALLS = 50


class HalfClosedTests(Case):
    def answers(self, address) -> list:
        connection = self.connect_to(address)
        calls = [connection.begin("AdminService/GetStatus", client.request("AdminService/GetStatus"))
                 for _ in range(CALLS)]
        health = connection.begin("HealthService/Check", client.request("HealthService/Check"))
        connection.socket.shutdown(socket.SHUT_WR)
        answers = [connection.response(call) for call in [*calls, health]]
        with self.assertRaises(client.ConnectionEnded):
            connection.receive()
        return answers

    def connect_to(self, address):
        connection = client.Connection(address, token=daemon.current.token)
        self.addCleanup(connection.socket.close)
        return connection

    def test_all_answers_come(self):
        for address in (daemon.current.address, daemon.current.unix_address):
            with self.subTest(address):
                self.assertEqual(len(self.answers(address)), CALLS + 1)
        self.admin.call("HealthService/Check")

    def test_items_for_an_ended_call_have_a_limit(self):
        call = self.admin.begin("HealthService/Check", client.request("HealthService/Check"))
        self.admin.response(call)
        item = client.message("rpc.v1.StreamItem", call_id=call, payload=bytes(256 << 10))
        with self.ended("ENHANCE_YOUR_CALM", "calls that have ended"):
            # At the limit's rate this would take 250 s.
            for _ in range(1000):
                self.admin.send(stream_item=item)
            while True:
                self.admin.receive()
