#!/usr/bin/env bash
# Builds what is installed where there is no .NET: sealer-recover_VERSION_ARCH.deb, sealer-recover-VERSION-linux-ARCH.tar.gz and their
# SHA256SUMS, all into artifacts/packages or the folder named.
#
#   packaging/build.sh [amd64|arm64|all] [folder]
#
# Needs the .NET SDK, dpkg-deb, GNU tar and gzip. The same commit gives the same bytes, in any folder: times are the commit's, files belong to
# root, names are in order. PROGRAM_FOLDER names a folder that already holds the published program of the one architecture asked for.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
packaging=$repository/packaging
asked=${1:-all}
out=${2:-$repository/artifacts/packages}
case $asked in
    all) architectures=(amd64 arm64) ;;
    amd64 | arm64) architectures=("$asked") ;;
    *) echo "usage: packaging/build.sh [amd64|arm64|all] [folder]" >&2; exit 2 ;;
esac
[ "${#architectures[@]}" -eq 1 ] || [ -z "${PROGRAM_FOLDER:-}" ] || { echo "PROGRAM_FOLDER holds one architecture; name it" >&2; exit 2; }

export LC_ALL=C TZ=UTC DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
umask 022
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$repository" log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
date=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d)
version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' "$repository/Directory.Build.props")
[ -n "$version" ] || { echo "Directory.Build.props names no version" >&2; exit 1; }

mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The program with its runtime, trimmed and compiled ahead with it as one image, which holds what is generic over types of both; in a folder of its own. On amd64 for processors with AVX2 and BMI2 (2013 and later): on others the image is not
# used and all is compiled as it is needed, which takes a second at each start. Symbols would name the folder it was built in.
publish() { # architecture folder
    local rid=linux-x64 processor=(-p:PublishReadyToRunCrossgen2ExtraArgs=--instruction-set:x86-64-v3)
    [ "$1" = amd64 ] || { rid=linux-arm64; processor=(); }
    if [ -n "${PROGRAM_FOLDER:-}" ]; then
        cp -r "$PROGRAM_FOLDER" "$2"
    else
        dotnet publish "$repository/src/SealerRecover" --configuration Release --runtime "$rid" --self-contained true \
            -p:PublishReadyToRun=true -p:PublishReadyToRunComposite=true -p:PublishTrimmed=true -p:TrimmerRemoveSymbols=true "${processor[@]}" --output "$2" > "$work/publish" 2>&1 \
            || { tail -n 30 "$work/publish" >&2; echo "the program could not be published for $rid" >&2; exit 1; }
    fi

    # What the program never loads: documentation of its own libraries, the debugger's side of the runtime, its dumps and its LTTng provider,
    # which would need LTTng, and two other garbage collectors.
    (cd "$2" && rm -f ./*.xml ./*.pdb createdump libmscordbi.so libmscordaccore.so libcoreclrtraceptprovider.so libclrgc.so libclrgcexp.so)
    find "$2" -type f -exec chmod 644 {} +
    chmod 755 "$2/sealer-recover"
}

# Text files of both packages, below the root $1.
texts() {
    local root=$1 page language
    install -d "$root/share/doc/sealer-recover/examples" "$root/share/man/man1"
    for page in "$packaging"/man/*.1; do
        manual "$page" "$root/share/man/man1"
    done
    for language in "$packaging"/man/*/; do
        install -d "$root/share/man/$(basename "$language")/man1"
        for page in "$language"*.1; do
            manual "$page" "$root/share/man/$(basename "$language")/man1"
        done
    done
    install -D -m 644 "$packaging/completions/sealer-recover.bash" "$root/share/bash-completion/completions/sealer-recover"
    install -D -m 644 "$packaging/completions/sealer-recover.zsh" "$root/share/zsh/vendor-completions/_sealer-recover"
    install -D -m 644 "$packaging/completions/sealer-recover.fish" "$root/share/fish/vendor_completions.d/sealer-recover.fish"
    install -m 644 "$packaging"/examples/* "$root/share/doc/sealer-recover/examples"
    # Alerts, a board and jobs for schedulers: scripts among them can be started where they are.
    (cd "$repository/contrib" && find . -type f -printf '%P\n' | sort | while IFS= read -r one; do
        install -D -m "$([ -x "$one" ] && echo 755 || echo 644)" "$one" "$root/share/doc/sealer-recover/examples/$one"
    done)
    install -m 644 "$repository/README.md" "$repository/README_CN.md" "$root/share/doc/sealer-recover"
}

# A page with the commit's date, compressed.
manual() { # page folder
    sed "1s/@DATE@/$date/; 1s/@VERSION@/$version/" "$1" | gzip -9n > "$2/$(basename "$1").gz"
}

settle() { # folder
    find "$1" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
}

for architecture in "${architectures[@]}"; do
    program=$work/program-$architecture
    publish "$architecture" "$program"

    root=$work/deb-$architecture
    doc=$root/usr/share/doc/sealer-recover
    install -d "$root/DEBIAN" "$root/usr/bin" "$root/usr/lib" "$root/etc/sealer-recover" "$root/usr/lib/systemd/system"
    cp -r "$program" "$root/usr/lib/sealer-recover"
    ln -s ../lib/sealer-recover/sealer-recover "$root/usr/bin/sealer-recover"
    texts "$root/usr"
    install -m 644 "$packaging"/systemd/* "$root/usr/lib/systemd/system"
    install -m 600 "$packaging/debian/environment" "$root/etc/sealer-recover/environment"
    install -m 644 "$packaging/debian/copyright" "$doc/copyright"
    install -D -m 644 "$packaging/debian/lintian-overrides" "$root/usr/share/lintian/overrides/sealer-recover"
    {
        printf 'sealer-recover (%s) unstable; urgency=medium\n\n  * Release %s; what changed stands in CHANGELOG.md of the source.\n\n' "$version" "$version"
        printf ' -- sealer-recover developers <developers@sealer-recover.example>  %s\n' "$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
    } | gzip -9n > "$doc/changelog.gz"
    gzip -9n < "$repository/CHANGELOG.md" > "$doc/CHANGELOG.md.gz"
    size=$(du -k --apparent-size -s "$root/usr" | cut -f 1)
    sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$size/" "$packaging/debian/control" > "$root/DEBIAN/control"
    echo /etc/sealer-recover/environment > "$root/DEBIAN/conffiles"
    install -m 755 "$packaging/debian/postinst" "$packaging/debian/postrm" "$root/DEBIAN"
    (cd "$root" && find usr etc -type f -print0 | sort -z | xargs -0 md5sum > DEBIAN/md5sums)
    settle "$root"
    deb=$out/sealer-recover_${version}_$architecture.deb
    dpkg-deb --root-owner-group -Zxz --build "$root" "$deb" > /dev/null

    # The same program for any distribution: unpack it anywhere and run bin/sealer-recover.
    name=sealer-recover-$version-linux-$architecture
    root=$work/$name
    install -d "$root/bin" "$root/lib"
    cp -r "$program" "$root/lib/sealer-recover"
    ln -s ../lib/sealer-recover/sealer-recover "$root/bin/sealer-recover"
    texts "$root"
    install -D -m 644 -t "$root/lib/systemd/system" "$packaging"/systemd/*
    install -m 644 "$repository/LICENSE" "$repository/CHANGELOG.md" "$root/share/doc/sealer-recover"
    settle "$root"
    tar --sort=name --owner=0 --group=0 --numeric-owner --format=gnu -C "$work" -c "$name" | gzip -6n > "$out/$name.tar.gz"
    rm -rf "$root" "$work/deb-$architecture" "$program"
done

(cd "$out" && find . -maxdepth 1 -type f \( -name "sealer-recover_${version}_*.deb" -o -name "sealer-recover-$version-linux-*.tar.gz" \) -printf '%f\n' \
    | sort | xargs sha256sum > SHA256SUMS && cat SHA256SUMS)
