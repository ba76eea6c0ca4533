#!/bin/sh
# Runs a command of sealer-recover again until it ends with a code that is final, and ends with that: for schedulers that know no codes, and start
# again whatever failed, or nothing.
#
#   run-until-final.sh sealer-recover recover --metadata=… --sealing-result=… --sealing-temp=…
#
# A stop (TERM, INT) goes to the command and is not followed by another start.
program=
told=
stop() { told=1; [ -z "$program" ] || kill -TERM "$program" 2> /dev/null; }
trap stop TERM INT

tries=0
while :; do
    "$@" &
    program=$!
    wait "$program"
    code=$?
    # A trapped signal ends the waiting, not the program.
    while kill -0 "$program" 2> /dev/null; do
        wait "$program"
        code=$?
    done
    [ -z "$told" ] || exit 130
    case $code in
        # As in the unit: again would end the same way, and a machine that computed wrongly (14) or a CommR that is not the SealedCID (8) must not be
        # tried again unseen.
        0 | 2 | 4 | 5 | 6 | 7 | 8 | 9 | 11 | 13 | 14) exit "$code" ;;
        126 | 127 | 130) exit "$code" ;; # no program; stopped
    esac
    tries=$((tries + 1))
    [ "$tries" -lt "${TRIES:-20}" ] || exit "$code"
    echo "sealer-recover ended with $code; once more in ${PAUSE:-60} seconds" >&2
    sleep "${PAUSE:-60}" &
    wait $!
    [ -z "$told" ] || exit 130
done
