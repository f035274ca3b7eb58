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


def cascade(setting, transcript):
    transcript.chapter("The whole chain in one call, that does what was shown or nothing")
    transcript.run("holdpoint volume create logs --size 64MiB --attach web-1 -o name")
    transcript.run("holdpoint server-snapshot create nightly --server web-1 -o name")
    transcript.run("holdpoint snapshot create by-hand --volume logs -o name")
    held = transcript.run("holdpoint graph logs")
    transcript.check("the graph shows what holds what", "nightly" in held.output and "by-hand" in held.output)
    transcript.refused("holdpoint volume delete logs", 4, "VOLUME_HAS_SNAPSHOTS", remedies=3)
    seen = setting.command.ask("plan", "delete", "logs")["hash"]
    transcript.say("somebody takes another snapshot between the plan and its execution")
    transcript.run("holdpoint snapshot create late --volume logs -o name")
    transcript.refused(f"holdpoint plan execute logs --hash {seen}" + CONSENT, 4, "PLAN_STALE")
    transcript.refused("holdpoint volume delete logs --cascade", 2)
    done = transcript.run("holdpoint volume delete logs --cascade" + CONSENT)
    transcript.check("it shows the plan before it does it",
                     all(name in done.error for name in ("nightly", "by-hand", "late", "logs")))
    transcript.refused("holdpoint volume show logs", 3, "NOT_FOUND")
    transcript.refused("holdpoint server-snapshot show nightly", 3, "NOT_FOUND")


def look_after(setting, transcript):
    transcript.chapter("Metadata and data agree, and are kept twice")
    transcript.run("holdpoint admin check")
    transcript.run("holdpoint admin backup metadata.backup")
    transcript.check("the backup is for its owner only", not transcript.mode("metadata.backup") & 0o077)


def delete_the_rest(setting, transcript):
    transcript.chapter("Nothing is left")
    for kind in ("server-snapshot", "server", "volume"):
        ids = [each["id"] for each in setting.command.ask(kind, "list", "--all")]
        transcript.run(f"holdpoint {kind} delete {' '.join(ids)}" + CONSENT)
    transcript.run("holdpoint status")
    left = transcript.run('find "$STATE/layers" "$STATE/run" -mindepth 1 ! -name .folder-id')
    transcript.check("no layer, no socket, no process is left",
                     not left.output and not setting.daemon.storage_daemons())
    print("$ kill -TERM %1", flush=True)
    transcript.check("holdpointd ends with 0", setting.daemon.stop() == 0)
