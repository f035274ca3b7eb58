# How long a snapshot takes under write load, from the call to the durable answer, and QEMU's part of it.

runs=15

timing() {
    echo
    echo "== how long a server snapshot takes under write load ($runs runs each)"
    local count
    for count in 1 8; do
        quietly holdpoint server create "timed-$count" --kind external
        for ((index = 0; index < count; index++)); do
            quietly holdpoint volume create "timed-$count-$index" --size 64MiB --attach "timed-$count"
        done
        time_snapshots "$count"
        quietly holdpoint server-snapshot delete --yes $(holdpoint server-snapshot list --server "timed-$count" -o name)
        quietly holdpoint server delete "timed-$count" --yes
        quietly holdpoint volume delete --yes $(holdpoint volume list --filter "name : timed-$count-" -o name)
    done
    check "no layer is left after the timing" test -z "$(ls -A "$state/layers")"
}

time_snapshots() {
    local count=$1 last=$(($1 - 1)) calls cuts before
    mkfifo "$work/load"
    "$python" "$here/counters.py" write 0 "$(uri_of "timed-$count" 0)" "$(uri_of "timed-$count" "$last")" \
        <"$work/load" >"$work/load.log" 2>&1 &
    local load=$!
    exec 9>"$work/load"
    until grep -q writing "$work/load.log"; do read -rt 0.02 <> <(:) || :; done
    before=$(wc -l <"$work/daemon.log")
    calls=$(for ((run = 0; run < runs; run++)); do
        holdpoint server-snapshot create "timed-$run-x" --server "timed-$count" --verbose 2>&1 >/dev/null |
            sed -nE 's/.*durable, ([0-9.]+)ms after.*/\1/p'
    done)
    exec 9>&-
    wait "$load"
    rm -f "$work/load"
    cuts=$(tail -n +"$((before + 1))" "$work/daemon.log" | python3 -c '
import json, sys
for line in sys.stdin:
    entry = json.loads(line) if line.startswith("{") else {}
    if entry.get("message") == "cut":
        print(float(entry["duration"].split()[0]) * 1000)')
    echo "$count volume(s): call to durable answer $(median <<<"$calls") ms, of which QMP transaction $(median <<<"$cuts") ms (medians)"
    check "$runs snapshots of $count volume(s) under load" test "$(wc -l <<<"$calls")" = "$runs"
}
