"""The plan, the deletion in the order that refusals print, and an empty folder at the end."""

from transcript import CONSENT


def plan(setting, transcript):
    transcript.chapter("The plan before the deed")
    before = setting.revision()
    planned = transcript.run("holdpoint plan delete data-b")
    steps = ["delete server-snapshot", "delete snapshot", "detach volume", "delete volume"]
    places = [planned.output.find(step) for step in steps]
    transcript.check("both snapshots go first, then it is detached, then deleted",
                     -1 not in places and places == sorted(places))
    transcript.check("the connected client is told of", f"pid={setting.writer.process.pid}" in planned.output)
    again = transcript.run("holdpoint plan delete data-b -o json | grep '\"hash\"'")
    transcript.check("the same plan has the same hash", again.output.split('"')[3] in planned.output)
    transcript.check("nothing changed", setting.revision() == before)


def delete_in_order(setting, transcript):
    transcript.chapter("Deleted in order, by the commands that the refusals print")
    transcript.say("the writer ends: its connections close, all flushed")
    transcript.check("it wrote to its end without an error", setting.writer.stop() == 0)
    transcript.run("holdpoint server delete web-2" + CONSENT)
    refusal = transcript.refused("holdpoint volume delete data-b", 4, "VOLUME_HAS_SNAPSHOTS", remedies=3)
    transcript.follow(refusal.remedies)
    transcript.run("holdpoint volume delete data-b" + CONSENT)
    transcript.refused("holdpoint volume show data-b", 3, "NOT_FOUND")
    refusal = transcript.refused("holdpoint volume delete data-a", 4, "VOLUME_ATTACHED", remedies=1)
    transcript.follow(refusal.remedies)
    transcript.run("holdpoint volume delete data-a" + CONSENT)
    transcript.say("copies live on without what they were made from")
    transcript.run("holdpoint volume list")


def delete_the_rest(setting, transcript):
    transcript.chapter("Nothing is left")
    for kind in ("server-snapshot", "server", "volume"):
        ids = [each["id"] for each in setting.command.ask(kind, "list", "--all")]
        transcript.run(f"holdpoint {kind} delete {' '.join(ids)}" + CONSENT)
    transcript.run("holdpoint status")
    left = transcript.run('find "$STATE/layers" "$STATE/trash" "$STATE/run" -mindepth 1')
    transcript.check("no layer, no socket, no process is left",
                     not left.output and not setting.daemon.storage_daemons())
    print("$ kill -TERM %1", flush=True)
    transcript.check("holdpointd ends with 0", setting.daemon.stop() == 0)
