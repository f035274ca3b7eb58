# Everything that is refused, with its reason and the way out.

refusals() {
    echo
    echo "== what is refused, why, and the way out"
    local volume member
    volume=$(field data-a volume id)
    member=$(holdpoint snapshot list --volume data-a -o name | head -1)
    show holdpoint snapshot create by-hand --volume data-a
    check "a snapshot of one attached volume warns" says "DATA_IN_FLIGHT" || :

    refused "a volume with snapshots" 4 VOLUME_HAS_SNAPSHOTS holdpoint volume delete data-a
    check "it names the server snapshot that owns one" says "server-snapshot delete"
    check "it names the snapshot made by hand" says by-hand
    check "it names the attachment" says "volume detach $volume"
    refused "a snapshot that a server snapshot owns" 4 SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT holdpoint snapshot delete "$member"
    show holdpoint volume update data-b --protect
    refused "a protected volume" 4 DELETION_PROTECTED holdpoint volume delete data-b
    show holdpoint volume update data-b --no-protect

    echo
    echo "-- a client is connected"
    sleep_client=$work/client
    mkfifo "$sleep_client"
    "$python" "$here/counters.py" write "$counter_offset" "$(uri_of web-2 0)" "$(uri_of web-2 1)" \
        <"$sleep_client" >"$work/client.log" 2>&1 &
    local client=$!
    exec 9>"$sleep_client"
    until grep -q writing "$work/client.log"; do read -rt 0.02 <> <(:) || :; done
    refused "a volume whose clients are connected" 4 VOLUME_HAS_CLIENTS holdpoint volume detach web-2-0
    refused "a server whose volumes' clients are connected" 4 VOLUME_HAS_CLIENTS holdpoint server delete web-2
    exec 9>&-
    wait "$client"

    echo
    echo "-- consent"
    show holdpoint volume create spare --size 16MiB
    refused "a deletion without consent" 2 "--password-file" holdpoint volume delete spare
    echo wrong >"$work/wrong-password"
    refused "a deletion with a wrong password" 5 CONSENT_INVALID \
        holdpoint volume delete spare --yes --password-file "$work/wrong-password"

    echo
    echo "-- wrong input"
    refused "a name of 2 bytes" 2 INVALID_NAME holdpoint volume create ab --size 1GiB
    refused "a name of 21 bytes" 2 INVALID_NAME holdpoint volume create aaaaaaaaaaaaaaaaaaaaa --size 1GiB
    refused "a name with _" 2 INVALID_NAME holdpoint volume create my_volume --size 1GiB
    refused "a name in the shape of an id" 2 INVALID_NAME holdpoint volume create vol-aaaaaaaaaaaa --size 1GiB
    refused "size 0" 2 INVALID_SIZE holdpoint volume create nothing --size 0
    refused "9 EiB" 2 "size" holdpoint volume create everything --size 9437184TiB
    refused "an unknown id" 3 "vol-aaaaaaaaaaaa" holdpoint volume show vol-aaaaaaaaaaaa
    refused "an unknown option" 2 "--colour" holdpoint volume list --colour
    show holdpoint volume create spare --size 16MiB
    refused "an ambiguous name" 2 AMBIGUOUS_NAME holdpoint volume show spare
    for id in $(holdpoint volume list --filter "name = spare" -o name); do
        show holdpoint volume delete "$id" --yes
        check "an id is not ambiguous" exits 0
    done
    refused "a smaller size" 2 INVALID_SIZE holdpoint volume resize data-a --size 16MiB
    refused "a grade that cannot be had" 4 CONSISTENCY_NOT_MET \
        holdpoint server-snapshot create clean-one --server web-1 --require offline
}
