#!/usr/bin/env bash
# Checks a built package as somebody meets it who has nothing of ours: a fresh Debian without .NET.
#
#   packaging/check.sh [folder]      # where build.sh wrote to
#
# lintian, manual pages and units; then, in a chroot: install, start, recover samples and compare their files with the reference's digests,
# complete in bash, remove, and find nothing left but the configuration; purge, and find nothing at all. Needs lintian, mandoc, systemd-analyze,
# mmdebstrap and root; what cannot be had is said, and the rest is checked. The exit code is 0 unless a check failed.
set -uo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
packaging=$repository/packaging
out=$(cd "${1:-$repository/artifacts/packages}" && pwd) || exit 1
architecture=$(dpkg --print-architecture)
deb=$(find "$out" -name "sealer-recover_*_$architecture.deb" | sort | tail -n 1)
tarball=$(find "$out" -name "sealer-recover-*-linux-$architecture.tar.gz" | sort | tail -n 1)
[ -n "$deb" ] && [ -n "$tarball" ] || { echo "$out holds no package for $architecture; packaging/build.sh $architecture makes it"; exit 1; }

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
broken=0
left_out=()
fail() { echo "FAILED: $*"; broken=1; }
have() { command -v "$1" > /dev/null || { left_out+=("what needs $1"); return 1; }; }

(cd "$out" && sha256sum --quiet --check SHA256SUMS) || fail "SHA256SUMS"

# What is overridden says why in packaging/debian/lintian-overrides.
! have lintian || lintian --allow-root --fail-on error,warning --tag-display-limit 0 "$deb" || fail "lintian"

unpacked=$work/unpacked
dpkg-deb --extract "$deb" "$unpacked"
! have mandoc || for page in "$unpacked"/usr/share/man/{man1,zh_CN/man1}/*.1.gz; do
    gunzip -c "$page" | mandoc -T lint -W warning || fail "$(basename "$page" .gz)"
done
! have systemd-analyze || for unit in "$packaging"/systemd/*; do
    # The program is where it was unpacked; other units are this machine's.
    sed "s|/usr/bin/sealer-recover|$unpacked/usr/bin/sealer-recover|" "$unit" > "$work/$(basename "$unit")"
    complaints=$(systemd-analyze verify --man=no "$work/$(basename "$unit")" 2>&1)
    [ -z "$complaints" ] || fail "$(basename "$unit"): $complaints"
done

examples=$unpacked/usr/share/doc/sealer-recover/examples
! have promtool || promtool test rules "$examples/alerts_test.yml" > "$work/log" 2>&1 || { cat "$work/log"; fail "the alerts in the package"; }
(cd "$repository/contrib" && find . -type f | sort) | while IFS= read -r one; do cmp -s "$repository/contrib/$one" "$examples/$one" || echo "$one"; done > "$work/log"
[ ! -s "$work/log" ] || fail "not in the package as in contrib: $(paste -sd' ' "$work/log")"
[ "$("$examples/run-until-final.sh" sh -c 'exit 8' > /dev/null 2>&1; echo $?)" = 8 ] || fail "run-until-final.sh does not end with what is final"

# Compares files of sectors of a size with the digests that rust-fil-proofs' files have.
compare() { # folder size sectors...
    local folder=$1 size=$2 sector
    shift 2
    for sector in "$@"; do
        awk -v sector="$sector" '
            /^ "[0-9]+": / { here = $1 == "\"" sector "\":" }
            /^  "[a-z0-9_]+": / { part = $1; name = "" }
            here && /"name": / { split($2, word, "\""); name = word[2] }
            here && /"sha256": / {
                split($2, word, "\"")
                if (part == "\"sealed\":") print word[2] "  sealed/s-t01000-" sector
                if (part == "\"files_after_pc2\":" && name ~ /^(p_aux|sc-02-data-tree-r-last.*)$/) print word[2] "  cache/s-t01000-" sector "/" name
            }' "$repository/tests/vectors/metadata/$size/sectors-recovery-f01000.expected.json" > "$work/digests"
        [ "$(wc -l < "$work/digests")" -ge 3 ] || fail "sector $sector of $size has no digests"
        (cd "$folder" && sha256sum --quiet --check "$work/digests") || fail "sector $sector of $size is not the reference's"
    done
}

# The tar.gz, unpacked anywhere, with nothing in its environment.
mkdir "$work/any"
tar -C "$work/any" -xzf "$tarball"
any=("$work"/any/*/bin/sealer-recover)
env -i "${any[0]}" recover --metadata="$repository/samples/2KiB/sectors-recovery-f01000.json" --sealing-result="$work/any/result" \
    --sealing-temp="$work/any/temp" 1 > "$work/log" 2>&1 || { tail -n 20 "$work/log"; fail "the tar.gz recovers no sample"; }
compare "$work/any/result" 2KiB 1

# What the package depends on: of alternatives the first that this distribution has.
dependencies() {
    dpkg-deb -f "$deb" Depends | tr ',' '\n' | while IFS='|' read -ra alternatives; do
        for alternative in "${alternatives[@]}"; do
            name=$(awk '{ print $1 }' <<< "$alternative")
            ! apt-cache show "$name" > /dev/null 2>&1 || { echo "$name"; break; }
        done
    done | paste -sd,
}

root=$work/root
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
inside() { unshare --mount --fork bash -c 'mount -t proc proc "$0/proc" && exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root chroot "$0" "$@"' "$root" "$@"; }
# dpkg's own records and log are its own.
files() { inside find / -xdev -path /proc -prune -o -path /tmp -prune -o -type f -print -o -type l -print -o -type d -print | grep -vE '^/var/(lib/dpkg/|log/)' | sort; }
if [ "$(id -u)" -ne 0 ]; then
    left_out+=("the chroot, which needs root")
elif ! unshare --mount true 2> /dev/null; then
    left_out+=("the chroot, which needs mounts")
elif ! have mmdebstrap; then
    :
elif ! mmdebstrap --quiet --mode=root --variant=essential --dpkgopt=force-unsafe-io --include="$(dependencies)" "$suite" "$root" > "$work/log" 2>&1; then
    tail -n 5 "$work/log"
    left_out+=("the chroot, which mmdebstrap could not make")
else
    ! inside which dotnet || fail "the chroot has a .NET of its own"
    files > "$work/before"
    mkdir "$root/tmp/samples"
    cp -r "$repository"/samples/*KiB "$repository"/samples/*MiB "$root/tmp/samples"
    cp "$deb" "$root/tmp/package.deb"

    inside dpkg -i /tmp/package.deb > "$work/log" 2>&1 || { cat "$work/log"; fail "dpkg -i"; }
    inside sealer-recover --version || fail "sealer-recover --version"
    [ "$(stat -c "%a %u" "$root/etc/sealer-recover/environment")" = "600 0" ] || fail "everybody can read /etc/sealer-recover/environment"
    for sample in "2KiB 1 2 3 4 5 6 7 8" "8MiB 2"; do
        read -r size sectors <<< "$sample"
        # shellcheck disable=SC2086
        inside sealer-recover recover --metadata="/tmp/samples/$size/sectors-recovery-f01000.json" --sealing-result="/tmp/result/$size" \
            --sealing-temp=/tmp/temp $sectors > "$work/log" 2>&1 || { tail -n 20 "$work/log"; fail "recovering samples of $size"; }
        # shellcheck disable=SC2086
        compare "$root/tmp/result/$size" "$size" $sectors
    done
    # What it remembers it keeps in a library of its own.
    inside sealer-recover scrub --miner=f01000 --offline --storage=/tmp/result/2KiB --state=/tmp/state > "$work/log" 2>&1 || { tail -n 20 "$work/log"; fail "scrubbing samples"; }
    inside sealer-recover scrub --status --state=/tmp/state | grep -q "8 there, 8 looked at in this run, 0 of them damaged" || fail "scrub remembers nothing"
    completed=$(inside bash -c '. /usr/share/bash-completion/completions/sealer-recover; COMP_WORDS=(sealer-recover re) COMP_CWORD=1; _sealer_recover; echo "${COMPREPLY[*]}"')
    [ "$completed" = "recover repair reconcile" ] || fail "bash completes \"sealer-recover re\" to \"$completed\""

    # The page of those runs, which a web server of its own brings.
    inside bash -c 'port=$((20000 + RANDOM % 20000))
        sealer-recover serve --sealing-temp=/tmp/temp --http=127.0.0.1:$port > /tmp/serve.log 2>&1 &
        for _ in $(seq 150); do { exec 3<> "/dev/tcp/127.0.0.1/$port"; } 2>> /tmp/serve.log && break; sleep 0.2; done
        printf "GET /api/site HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" >&3 && cat <&3
        kill $!; wait $!; [ $? -eq 130 ]' > "$work/log" 2>&1 || { cat "$work/log" "$root/tmp/serve.log"; fail "serve"; }
    grep -q '"stage":"done"' "$work/log" || { tail -n 5 "$work/log"; fail "serve does not show what was recovered"; }

    # What the unit would start, with the example of its configuration.
    sed -e 's|^METADATA=.*|METADATA=/tmp/samples/2KiB/sectors-recovery-f01000.json|' -e 's|^SEALING_RESULT=.*|SEALING_RESULT=/tmp/unit|' \
        -e 's|^SEALING_TEMP=.*|SEALING_TEMP=/tmp/temp|' "$root/usr/share/doc/sealer-recover/examples/recovery.env" > "$root/tmp/unit.env"
    start=$(sed -n 's/^ExecStart=//p' "$root/usr/lib/systemd/system/sealer-recover@.service")
    inside bash -c ". /tmp/unit.env; $start" > "$work/log" 2>&1 || { tail -n 20 "$work/log"; fail "the unit's command"; }
    compare "$root/tmp/unit" 2KiB 1 8

    # The parent cache is the one thing that a recovery leaves outside of the folders named: Lotus and Curio share it.
    rm -rf "$root/var/tmp/filecoin-parents"
    inside dpkg --remove sealer-recover > "$work/log" 2>&1 || { cat "$work/log"; fail "dpkg --remove"; }
    left=$(files | comm -13 "$work/before" -)
    [ "$left" = $'/etc/sealer-recover\n/etc/sealer-recover/environment' ] || fail "removing left: $left"
    inside dpkg --purge sealer-recover > "$work/log" 2>&1 || { cat "$work/log"; fail "dpkg --purge"; }
    left=$(files | comm -13 "$work/before" -)
    [ -z "$left" ] || fail "purging left: $left"
fi

[ "${#left_out[@]}" -eq 0 ] || printf 'not checked: %s\n' "${left_out[@]}"
[ "$broken" -ne 0 ] || echo "the package is good"
exit "$broken"
