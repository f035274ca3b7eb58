"""A server snapshot while both volumes are written to."""

import os

from setting import REGION_OFFSET
from writing import Writer

RECORDS_BEFORE = 50
RECORDS_AFTER = 50


def take_while_written(setting, transcript):
    transcript.chapter("A snapshot of the server while a writer writes to A, then to B, each flushed")
    start_writer(setting, transcript)
    writer = setting.writer
    writer.wait_for(RECORDS_BEFORE)
    setting.flushed = writer.progress.flushed
    taken = transcript.run('holdpoint server-snapshot create before-update --server web-1 --description "before 2.4"')
    setting.issued = writer.progress.issued
    transcript.check("it warns that data in flight may be torn", "DATA_IN_FLIGHT" in taken.error)
    writer.wait_for(setting.issued[0] + RECORDS_AFTER)
    transcript.say(f"flushed before the call: A {setting.flushed[0]}, B {setting.flushed[1]}; sent when it had ended: "
                   f"A {setting.issued[0]}, B {setting.issued[1]}; flushed by now: A {writer.progress.flushed[0]}")
    transcript.check("the writer goes on over its connections", writer.runs)
    show(setting, transcript)
    destroy(setting, transcript)


def start_writer(setting, transcript):
    setting.writer = Writer(setting.workspace.file("writer"), REGION_OFFSET, list(setting.uris.values()))
    words = [word if os.path.basename(word) != "writer.py" else "Tests/Harness/writer.py"
             for word in setting.writer.arguments]
    print("$ " + " ".join(f"'{word}'" if word.startswith("nbd") else word for word in words) + " &", flush=True)
    setting.writer.start()


def show(setting, transcript):
    transcript.run("holdpoint server-snapshot list")
    members = transcript.run("holdpoint snapshot list --server-snapshot before-update")
    transcript.check("a member for every volume", "data-a" in members.output and "data-b" in members.output)
    transcript.run("holdpoint snapshot list --volume data-a")
    again = transcript.run("holdpoint operation list --filter 'kind = CREATE_SNAPSHOT'")
    transcript.check("its operation has ended", "SUCCEEDED" in again.output and "RUNNING" not in again.output)


def destroy(setting, transcript):
    transcript.say("then somebody overwrites the file system on A")
    transcript.run("head -c 8M /dev/urandom > accident")
    transcript.run(f"nbdcopy --flush accident '{list(setting.uris.values())[0]}'")
