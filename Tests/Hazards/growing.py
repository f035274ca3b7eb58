"""Growing a volume that is served would cut its clients off: refused, unless that is wanted."""

from hazard_case import FAILED, REFUSED, HazardCase

LARGER, LARGER_BYTES = "128MiB", 128 << 20


class Growing(HazardCase):
    def setUp(self):
        super().setUp()
        self.daemon.start()

    def test_beside_a_client(self):
        for volume_count in (1, 2):
            with self.subTest(volumes=volume_count):
                self.grow(f"grown-{volume_count}", volume_count)

    def grow(self, name, volume_count):
        server = self.make_server(name, volume_count)
        client = self.client(server)
        client.write(1)
        volume = f"{name}-0"
        result = self.command.run("volume", "resize", volume, "--size", LARGER)
        self.expect(result, (REFUSED, "VOLUME_HAS_CLIENTS"), (FAILED, "VOLUME_HAS_CLIENTS"))
        self.assertTrue(client.is_connected, "a client was cut off without consent")
        self.assertTrue(client.holds_what_it_wrote())
        shown = self.command.ask("volume", "show", volume)
        self.assertEqual((shown["state"], int(shown["sizeBytes"])), ("IN_USE", 64 << 20))
        result = self.command.run("volume", "resize", volume, "--size", LARGER, "--force")
        self.assertNotEqual(result.code, 0, "clients were cut off without consent")
        self.assertTrue(client.is_connected)
        client.flush()
        self.command.ask("volume", "resize", volume, "--size", LARGER, "--force", consent=True)
        self.assertEqual(self.client(server).handle.get_size(), LARGER_BYTES)
        self.say(f"{volume_count} volume(s): refused beside a client, done with --force and consent")

    def test_without_a_client(self):
        server = self.make_server("idle", 1)
        self.command.ask("volume", "resize", "idle-0", "--size", LARGER)
        self.assertEqual(self.client(server).handle.get_size(), LARGER_BYTES)
