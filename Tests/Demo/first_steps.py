"""A daemon, a server, two volumes, and files on them."""

from setting import IMAGE_SIZE, VOLUME_SIZE


def start(setting, transcript):
    transcript.chapter("holdpointd, in a folder of its own")
    daemon = setting.daemon
    print(f"$ cd {setting.workspace.path}")
    print(f"$ export STATE={daemon.state} HOLDPOINT_ENDPOINT={daemon.endpoint}")
    print(f"$ {' '.join(['holdpointd', *daemon.arguments[1:]])} &", flush=True)
    daemon.start()
    for endpoint in daemon.endpoints:
        print(f"listening on {endpoint}", flush=True)
    transcript.run("holdpoint version")
    transcript.run("holdpoint status")
    transcript.run("stat -c '%A %n' \"$STATE/admin.token\" \"$STATE/admin.password\"")


def make_server(setting, transcript):
    transcript.chapter("A server and two volumes, served over NBD")
    transcript.run("holdpoint server create web-1 --kind external")
    transcript.run(f"holdpoint volume create data-a --size {VOLUME_SIZE} --attach web-1")
    transcript.run(f"holdpoint volume create data-b --size {VOLUME_SIZE} --attach web-1")
    transcript.run("holdpoint volume list")
    transcript.run("holdpoint server nbd web-1")
    setting.uris = setting.command.uris("web-1")
    transcript.check("one URI a volume", len(setting.uris) == 2)


def fill_volumes(setting, transcript):
    transcript.chapter("Two file systems with real files: this repository's, written through NBD")
    repository, uris = setting.repository, list(setting.uris.values())
    halves = {"a": "':!Tests' ':!Clients'", "b": "Tests Clients"}
    for half, uri in zip(halves, uris):
        transcript.run(
            f"mkdir files-{half} && git -C {repository} ls-files -z -- {halves[half]} | "
            f"tar -C {repository} --null -T - -c | tar -x -C files-{half}")
        transcript.run(f"mke2fs -q -t ext4 -d files-{half} {half}.ext4 {IMAGE_SIZE}")
        transcript.run(f"nbdcopy --flush {half}.ext4 '{uri}'")
        counted = transcript.run(f"find files-{half} -type f | wc -l")
        transcript.check("there are files", int(counted.output) > 50)
