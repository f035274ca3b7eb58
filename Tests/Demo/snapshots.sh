# A server with two volumes under load, one instant of both kept and brought back.

counter_offset=$((96 << 20))

# Two file systems with this repository's files in them, made without mounting anything.
make_images() {
    mkdir -p "$work/files"
    git -C "$repository" ls-files -z | tar -C "$repository" --null -T - -cf - 2>/dev/null | tar -C "$work/files" -xf -
    for image in a b; do
        truncate -s 64M "$work/$image.img"
        mke2fs -q -t ext4 -E root_owner=0:0 -d "$work/files" "$work/$image.img"
    done
}

start_counters() {
    mkfifo "$work/stop"
    "$python" "$here/counters.py" write "$counter_offset" "$1" "$2" <"$work/stop" >"$work/counters.log" 2>&1 &
    writer=$!
    exec 8>"$work/stop"
    until grep -q writing "$work/counters.log"; do
        kill -0 "$writer" || { cat "$work/counters.log"; return 1; }
        read -rt 0.02 <> <(:) || :
    done
}

stop_counters() {
    exec 8>&-
    wait "$writer"
    rm -f "$work/stop"
}

snapshots() {
    echo
    echo "== a server with two volumes, each with a file system of real files"
    show holdpoint server create web-1 --kind external
    check "server made" exits 0
    show holdpoint volume create data-a --size 128MiB --attach web-1
    check "first volume made and attached" exits 0
    show holdpoint volume create data-b --size 128MiB --attach web-1
    check "second volume made and attached" exits 0
    show holdpoint server nbd web-1
    local a b; a=$(uri_of web-1 0) b=$(uri_of web-1 1)
    make_images
    show nbdcopy "$work/a.img" "$a"
    check "image written through NBD" exits 0
    show nbdcopy "$work/b.img" "$b"
    check "image written through NBD" exits 0

    echo
    echo "== a writer counts in both volumes, A then B, flushed; a snapshot is taken while it writes"
    start_counters "$a" "$b"
    show holdpoint server-snapshot create before-2-4 --server web-1 --description "before version 2.4"
    check "snapshot of both volumes taken under load" exits 0
    show holdpoint server-snapshot show before-2-4
    show holdpoint snapshot list --volume data-a
    # The writer goes on: the volumes now differ from the snapshot.
    local mark; mark=$("$python" "$here/counters.py" read "$counter_offset" "$a" "$b")
    until [ "$("$python" "$here/counters.py" read "$counter_offset" "$a" "$b")" != "$mark" ]; do :; done
    stop_counters
    echo "the writer wrote $(tail -1 "$work/counters.log") times to each"

    echo
    echo "== both volumes restored to a second server, and read back over NBD"
    show holdpoint server create web-2 --server-snapshot before-2-4
    check "second server made" exits 0
    show holdpoint volume list --server web-2
    verify_restored
}

verify_restored() {
    local a b counters now
    a=$(uri_of web-2 0) b=$(uri_of web-2 1)
    counters=$("$python" "$here/counters.py" read "$counter_offset" "$a" "$b")
    now=$("$python" "$here/counters.py" read "$counter_offset" "$(uri_of web-1 0)" "$(uri_of web-1 1)")
    echo "counters in the snapshot: $counters; in the volumes now: $now"
    check "both counters are of one instant: 0 <= A - B <= 1" one_instant $counters
    check "the writer went on after the snapshot" test "${now% *}" -gt "${counters% *}"
    for name in a b; do
        local uri=$a; [ "$name" = a ] || uri=$b
        quietly nbdcopy "$uri" "$work/copy.img"
        # A journal is replayed on the copy, then nothing may be left to mend.
        e2fsck -fy "$work/copy.img" >/dev/null 2>&1
        show e2fsck -fn "$work/copy.img"
        check "file system $name is clean" exits 0
        rm -rf "$work/restored"; mkdir "$work/restored"
        quietly debugfs -R "rdump / $work/restored" "$work/copy.img"
        rmdir "$work/restored/lost+found" 2>/dev/null
        check "the files of $name are equal" diff -rq "$work/files" "$work/restored"
    done
}
one_instant() { [ "$1" -gt 0 ] && [ $(($1 - $2)) -ge 0 ] && [ $(($1 - $2)) -le 1 ]; }
