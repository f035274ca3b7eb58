"""How long a snapshot takes under write load: from the client's call to the durable answer, and QMP's part of it."""

import re
import statistics

from writing import Writer

RUNS = 15
VOLUME_COUNTS = (1, 8)
VOLUME_SIZE = "64MiB"
REGION_OFFSET = 32 << 20
# As the command's --verbose prints durations.
UNIT_MILLISECONDS = {"us": 0.001, "µs": 0.001, "ms": 1, "s": 1000}


def measure(setting, transcript):
    transcript.chapter("How long it takes, under write load")
    results = [measure_server(setting, transcript, count) for count in VOLUME_COUNTS]
    print()
    for result in results:
        print(result, flush=True)


def measure_server(setting, transcript, count):
    server = f"timed-{count}"
    transcript.run(f"holdpoint server create {server} --kind external -o name")
    for slot in range(count):
        transcript.run(
            f"holdpoint volume create {server}-{slot} --size {VOLUME_SIZE} --attach {server} -o name --quiet")
    uris = list(setting.command.uris(server).values())
    writer = Writer(setting.workspace.file(f"writer-{server}"), REGION_OFFSET, uris).start()
    records = len(setting.daemon.log_records("cut"))
    times = []
    for run in range(1, RUNS + 1):
        writer.wait_for_more(1)
        times.append(time_one(transcript, server, run))
    transcript.check("the writer went on all the time", writer.runs and writer.stop() == 0)
    cuts = setting.daemon.log_records("cut")[records:]
    transcript.check(f"every cut was of {count} volume(s)",
                     len(cuts) == RUNS and all(int(cut["volumes"]) == count for cut in cuts))
    return summary(count, times, [1000 * float(cut["duration"].split()[0]) for cut in cuts])


def time_one(transcript, server, run):
    """Milliseconds, as the command itself measured them."""
    line = transcript.run(
        f"holdpoint --verbose server-snapshot create {server}-{run} --server {server} 2>&1 | grep durable").output
    number, unit = re.search(r"durable, ([0-9.]+)([a-zµ]+) after", line).groups()
    return float(number) * UNIT_MILLISECONDS[unit]


def summary(count, times, cuts):
    return (f"snapshot of {count} attached volume(s), {RUNS} runs: call to durable answer median "
            f"{statistics.median(times):.1f} ms ({min(times):.1f} to {max(times):.1f}), of it QMP's transaction "
            f"{statistics.median(cuts):.1f} ms ({min(cuts):.1f} to {max(cuts):.1f})")
