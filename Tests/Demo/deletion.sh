# The plan, then everything deleted in order, by the commands that the refusals themselves print.

deletion() {
    echo
    echo "== the plan for a volume, and its execution step by step"
    show holdpoint plan delete data-a
    check "the plan begins with the server snapshot" says "1."
    echo
    echo "== the remedies that the refusal prints, run as printed"
    local remedies remedy
    remedies=$(holdpoint volume delete data-a -o json 2>&1 >/dev/null | tail -1 |
        python3 -c 'import json,sys; [print(r["command"]) for r in json.load(sys.stdin)["remedies"]]')
    check "there are three of them" test "$(wc -l <<<"$remedies")" = 3
    while read -r remedy; do
        case $remedy in *" delete "*) remedy+=" --yes" ;; esac
        show $remedy
        check "the remedy runs as printed" exits 0
    done <<<"$remedies"
    show holdpoint volume delete data-a --yes
    check "the volume can be deleted now" exits 0

    echo
    echo "== the rest, until nothing is left"
    show holdpoint server delete web-2 --yes
    check "second server deleted; its volumes are kept" exits 0
    show holdpoint volume delete web-2-0 web-2-1 --yes
    check "copies deleted in one call" exits 0
    show holdpoint volume detach data-b
    show holdpoint volume delete data-b --yes
    check "second volume deleted" exits 0
    show holdpoint server delete web-1 --yes
    check "first server deleted" exits 0
    show ls -A "$state/layers" "$state/trash"
    check "no layer is left in the state directory" test -z "$(ls -A "$state/layers" "$state/trash" | grep -v : | tr -d '[:space:]')"
    show holdpoint status
}
