#!/usr/bin/env bash
# Recovers the sample sectors: CC sectors of 2KiB and 8MiB, one for every kind of seal proof. Their SealedCIDs were made by
# rust-fil-proofs. Writes only below the folder given, by default ./recovered; needs the .NET SDK and nothing else.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-recovered}

dotnet build "$here/../src/SealerRecover" --nologo --verbosity quiet
for size in 2KiB 8MiB; do
    dotnet run --no-build --project "$here/../src/SealerRecover" -- recover \
        --sectors-recovery-metadata="$here/$size/sectors-recovery-f01000.json" \
        --sealing-result="$out/$size" --sealing-temp="$out/temp"
done
