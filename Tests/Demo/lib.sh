# What the demo's parts share: running commands visibly, and checking what they did.

checks=0 failures=0

# Prints a command and runs it; its output is shown and kept in $output, its exit code in $code.
show() {
    echo
    echo "\$ $*"
    output=$("$@" 2>&1)
    code=$?
    [ -z "$output" ] || echo "$output"
}

# Runs a command that only prepares something: shown only if it fails.
quietly() {
    if ! "$@" >"$work/quiet.log" 2>&1; then
        echo "failed: $*"
        cat "$work/quiet.log"
        failures=$((failures + 1))
    fi
}

# check WHAT COMMAND...: the command must succeed.
check() {
    local what=$1; shift
    if "$@"; then
        checks=$((checks + 1))
        echo "  ok: $what"
    else
        failures=$((failures + 1))
        echo "  FAILED: $what"
    fi
}

exits() { [ "$code" = "$1" ]; }
says() { grep -qF -- "$1" <<<"$output"; }

# refused WHAT EXIT REASON COMMAND...: shows a command that must be refused.
refused() {
    local what=$1 expected=$2 reason=$3; shift 3
    show "$@"
    check "$what: refused with exit code $expected, $reason" refusal "$expected" "$reason"
}
refusal() { exits "$1" && says "$2"; }

# A field of a resource: field ID-OR-NAME NOUN FIELD
field() { holdpoint "$2" show "$1" -o json | python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$3"; }
uri_of() { holdpoint server show "$1" -o json | python3 -c '
import json, sys
server = json.load(sys.stdin)
slots = {a["volumeId"]: a["slot"] for a in server["attachments"]}
print(next(e["uri"] for e in server["nbd"] if slots[e["volumeId"]] == int(sys.argv[1])))' "$2"; }

# The middle of some numbers, one a line.
median() { sort -n | awk '{ v[NR] = $1 } END { if (NR) printf "%.1f", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }
