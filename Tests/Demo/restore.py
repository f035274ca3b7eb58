"""The bytes come back: both volumes, of one instant, with their file systems and files."""

from records import REGION_BYTES, number_held
from setting import REGION_OFFSET


def restore(setting, transcript):
    transcript.chapter("A second server made from the snapshot, and what its volumes hold")
    transcript.run("holdpoint server create web-2 --server-snapshot before-update")
    transcript.run("holdpoint volume list --server web-2")
    uris = list(setting.command.uris("web-2").values())
    for half, uri in zip("ab", uris):
        transcript.run(f"nbdcopy '{uri}' restored-{half}.img")
    check_counters(setting, transcript)
    for half in "ab":
        check_files(transcript, half)
    restore_member(setting, transcript)
    transcript.check("the writer on the first server was not disturbed", setting.writer.runs)


def check_counters(setting, transcript):
    numbers = []
    for volume, half in enumerate("ab"):
        with open(setting.workspace.file(f"restored-{half}.img"), "rb") as image:
            image.seek(REGION_OFFSET)
            numbers.append(number_held(image.read(REGION_BYTES), volume))
    first, second = numbers
    transcript.say(f"the restored volumes' counters: A {first}, B {second}")
    transcript.check("counters of one instant: 0 <= A-B <= 1", 0 <= first - second <= 1)
    transcript.check("nothing that was flushed before the call is missing",
                     all(number >= flushed for number, flushed in zip(numbers, setting.flushed)))
    transcript.check("nothing that was written after the answer is there",
                     all(number <= issued for number, issued in zip(numbers, setting.issued)))


def check_files(transcript, half):
    transcript.run(f"cp --sparse=always restored-{half}.img replayed-{half}.img")
    transcript.run(f"e2fsck -y -E journal_only replayed-{half}.img")
    transcript.run(f"e2fsck -fn replayed-{half}.img")
    transcript.run(f'mkdir out-{half} && debugfs -R "rdump / out-{half}" replayed-{half}.img 2> rdump-{half}.log')
    compared = transcript.run(f"diff -r -x lost+found files-{half} out-{half} && echo equal")
    transcript.check(f"the files of {half.upper()} are equal", compared.output == "equal\n")


def restore_member(setting, transcript):
    transcript.say("one volume alone comes back the same way, here to the server that lost it")
    transcript.run(
        "holdpoint volume create data-a-again --server-snapshot before-update --volume data-a --attach web-1")
    volume = setting.command.ask("volume", "show", "data-a-again")["id"]
    transcript.run(f"nbdcopy '{setting.command.uris('web-1')[volume]}' again-a.img")
    compared = transcript.run("cmp restored-a.img again-a.img && echo equal")
    transcript.check("two restores of a snapshot are equal", compared.output == "equal\n")
