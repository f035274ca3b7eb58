"""What is refused, with which exit code and reason, and the way out."""

import uuid

from transcript import CONSENT


def bad_input(setting, transcript):
    transcript.chapter("Bad input: a clear error each, and nothing changed")
    before = setting.revision()
    for name in ("ab", "a-name-of-21-bytes-ab", "under_score", "vol-abcdefghijkl"):
        transcript.refused(f"holdpoint volume create {name} --size 1GiB", 2, "INVALID_NAME")
    for size in ("0", "1000", "65TiB", "8388608TiB"):
        transcript.refused(f"holdpoint volume create fine --size {size}", 2, "INVALID_SIZE")
    transcript.refused("holdpoint volume create fine --size 9EiB", 2)
    transcript.refused("holdpoint volume resize data-a --size 64MiB", 2, "INVALID_SIZE")
    transcript.refused("holdpoint volume show vol-aaaaaaaaaaaa", 3, "NOT_FOUND")
    transcript.refused("holdpoint volume show no-such-volume", 3, "NOT_FOUND")
    transcript.refused("holdpoint volume list --no-such-option", 2)
    transcript.refused("holdpoint volume list --filter 'size_bytes ~ 1'", 2)
    transcript.refused("holdpoint volume detach data-a --server web-2", 4)
    transcript.refused(
        "holdpoint server-snapshot create calm --server web-1 --require offline", 4, "CONSISTENCY_NOT_MET")
    transcript.refused("holdpoint volume update data-a --description stale --etag 1", 4, "ETAG_MISMATCH")
    transcript.check("nothing changed", setting.revision() == before)


def deletions(setting, transcript):
    transcript.chapter("What cannot be deleted, and the way out as it is printed")
    consent(setting, transcript)
    owned(setting, transcript)
    attached(transcript)
    protected(transcript)
    connected(setting, transcript)
    taken(transcript)


def consent(setting, transcript):
    transcript.run("holdpoint volume create scratch --size 1GiB")
    before = setting.revision()
    missing = transcript.refused("holdpoint volume delete scratch", 2)
    transcript.check("it names the options", "--yes" in missing.error and "--password-file" in missing.error)
    transcript.run("(umask 077; echo wrong > wrong.password)")
    transcript.refused("holdpoint volume delete scratch --yes --password-file wrong.password", 5, "CONSENT_INVALID")
    transcript.refused("holdpoint call VolumeService/DeleteVolume '{\"volume\":\"scratch\"}'", 5, "CONSENT_REQUIRED")
    transcript.check("nothing changed", setting.revision() == before)


def owned(setting, transcript):
    alone = transcript.run("holdpoint snapshot create by-hand --volume data-b")
    transcript.check("it warns that data in flight may be torn", "DATA_IN_FLIGHT" in alone.error)
    refusal = transcript.refused("holdpoint volume delete data-b", 4, "VOLUME_HAS_SNAPSHOTS", remedies=3)
    transcript.check("everything that is in the way is named: client, both snapshots, attachment",
                     all(reason in refusal.error for reason in (
                         f"pid={setting.writer.process.pid}", "SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT", "by-hand",
                         "VOLUME_ATTACHED")))
    member = setting.command.ask("server-snapshot", "show", "before-update")["memberIds"][0]
    transcript.refused(f"holdpoint snapshot delete {member}", 4, "SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT", remedies=1)


def attached(transcript):
    transcript.run("holdpoint volume attach scratch --server web-2")
    refusal = transcript.refused("holdpoint volume delete scratch", 4, "VOLUME_ATTACHED", remedies=1)
    transcript.follow(refusal.remedies)


def protected(transcript):
    transcript.run("holdpoint volume update scratch --protect -o name")
    refusal = transcript.refused("holdpoint volume delete scratch", 4, "DELETION_PROTECTED", remedies=1)
    transcript.follow(refusal.remedies)
    transcript.run("holdpoint volume delete scratch" + CONSENT)


def connected(setting, transcript):
    # web-1 serves several volumes: whose client it is only the detachment itself finds out, and then fails.
    for command, code in (("volume detach data-b", 7), ("server delete web-1", 4)):
        refusal = transcript.refused(f"holdpoint {command}", code, "VOLUME_HAS_CLIENTS")
        transcript.check("it names the client", f"pid={setting.writer.process.pid}" in refusal.error)
    transcript.check("and the writer goes on", setting.writer.runs)


def taken(transcript):
    first = transcript.run("holdpoint volume create twin --size 8MiB -o name").output.strip()
    refusal = transcript.refused("holdpoint volume create twin --size 8MiB", 4, "NAME_TAKEN")
    transcript.check("it names the holder", first in refusal.error)
    transcript.run("holdpoint volume delete twin" + CONSENT)


def access(setting, transcript):
    transcript.chapter("Access, and asking again")
    tcp = next(endpoint for endpoint in setting.daemon.endpoints if endpoint.startswith("tcp"))
    transcript.refused(f"holdpoint --endpoint {tcp} volume list", 5)
    transcript.run(f'holdpoint --endpoint {tcp} --token-file "$STATE/admin.token" volume list --limit 2')
    transcript.refused("holdpointd --state-dir other --listen tcp://0.0.0.0:0", 2)
    transcript.refused('holdpointd --state-dir "$STATE"', 3)
    request = uuid.uuid4()
    first = transcript.run(f"holdpoint volume create once --size 8MiB -o name --request-id {request}")
    again = transcript.run(f"holdpoint volume create once --size 8MiB -o name --request-id {request}")
    transcript.check("the same request, the same volume", first.output == again.output)
    transcript.refused(f"holdpoint volume create twice --size 8MiB --request-id {request}", 2, "REQUEST_ID_REUSED")
    transcript.run("holdpoint volume delete once" + CONSENT)
