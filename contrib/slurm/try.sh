#!/usr/bin/env bash
# Tries recover.sbatch for real: a cluster of this one machine in a temporary folder, with a munged, a slurmctld and a slurmd of its own, which are
# ended again. Recovers a sample, kills the program once in the middle, requeues the job once, tells it once that its time is up, and looks whether it is
# restarted each time and finished; then whether what is final, or cancelled, is not tried again.
#
#   contrib/slurm/try.sh METADATA SECTORS [PROGRAM]
#
# As samples/8MiB/sectors-recovery-f01000.json 1-2. Needs root and Debian's slurmctld, slurmd, slurm-client and munge.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
metadata=$(realpath "${1:?a metadata file}") sectors=${2:?sectors} program=$(realpath "$(command -v "${3:-sealer-recover}")")
for tool in munged slurmctld slurmd sbatch scontrol; do
    command -v "$tool" > /dev/null || { echo "$tool is missing: apt-get install slurmctld slurmd slurm-client munge" >&2; exit 2; }
done
[ "$(id -u)" -eq 0 ] || { echo "slurmd wants to be root" >&2; exit 2; }

work=$(mktemp -d)
daemons=()
finish() {
    # What a job left behind ends before the daemons do that would end it.
    if [ -n "${SLURM_CONF:-}" ] && sinfo -h > /dev/null 2>&1; then
        scancel --user=root 2> /dev/null || true
        for ((i = 0; i < 100; i++)); do
            [ -n "$(squeue -h 2> /dev/null)" ] || break
            sleep 0.2
        done
    fi
    for ((i = ${#daemons[@]} - 1; i >= 0; i--)); do
        kill "${daemons[i]}" 2> /dev/null && wait "${daemons[i]}" 2> /dev/null || true
    done
    rm -rf "$work"
}
trap finish EXIT
die() { echo "FAILED: $*"; tail -n 15 "$work"/*.log "$work/jobs"/*.log 2> /dev/null; exit 1; }
mkdir -p "$work/state" "$work/spool" "$work/jobs"
chmod 755 "$work"

dd if=/dev/urandom of="$work/key" bs=1024 count=1 status=none
chmod 600 "$work/key"
munged --foreground --force --key-file="$work/key" --socket="$work/munge.socket" --log-file="$work/munged.log" --pid-file="$work/munged.pid" \
    --seed-file="$work/munge.seed" > "$work/munged.out" 2>&1 &
daemons+=($!)

host=$(hostname -s)
port=$((20000 + RANDOM % 10000))
cat > "$work/slurm.conf" <<CONF
ClusterName=try
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
AuthType=auth/munge
CredType=cred/munge
# A requeued job waits for as long as credentials live.
AuthInfo=socket=$work/munge.socket,cred_expire=5
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
JobAcctGatherType=jobacct_gather/none
KillWait=10
ReturnToService=2
$(slurmd -C | sed -n 's/^NodeName=[^ ]*/NodeName='"$host"' NodeAddr=127.0.0.1/p') State=UNKNOWN
PartitionName=all Nodes=$host Default=YES State=UP MaxTime=INFINITE
CONF
export SLURM_CONF=$work/slurm.conf
slurmctld -D -f "$SLURM_CONF" -L "$work/slurmctld.log" > /dev/null 2>&1 &
daemons+=($!)
slurmd -D -f "$SLURM_CONF" -L "$work/slurmd.log" > /dev/null 2>&1 &
daemons+=($!)

until_so() { # seconds what it is, and how it is asked
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || die "$what did not come"
        sleep 0.2
    done
}
up() { [ "$(sinfo -h -o %t 2> /dev/null)" = idle ]; }
field() { scontrol show job "$1" 2> /dev/null | tr ' ' '\n' | sed -n "s/^$2=//p" | head -n 1; }
is() { [ "$(field "$1" "$2")" = "$3" ]; }
running() { worker=$(pgrep -f -- "--sealing-temp=$1( |$)" | head -n 1) && [ -n "$worker" ]; }
made() { find "$1" -name 'sc-02-data-layer-1.dat' 2> /dev/null | grep -q .; }
submit() { # name metadata options
    (cd "$work/jobs" && sbatch --parsable --nodelist="$host" --cpus-per-task=1 --mem=0 \
        --export=ALL,METADATA="$2",SEALING_RESULT="$work/$1/result",SEALING_TEMP="$work/$1/temp",PROGRAM="$program",OPTIONS="$3",PAUSE=1 "$here/recover.sbatch")
}

until_so 60 "the node" up
echo "the cluster is up: $(sinfo -h -o '%n %t')"

job=$(submit good "$metadata" "--sectors=$sectors")
until_so 60 "the program" running "$work/good/temp"
until_so 300 "the first layer" made "$work/good/temp"
kill -9 "$worker"
echo "job $job: its program was killed behind its first layer"
until_so 120 "the first restart" is "$job" Restarts 1
until_so 120 "the program once more" running "$work/good/temp"
scontrol requeue "$job"
echo "job $job: requeued while it ran"
until_so 120 "the second restart" is "$job" Restarts 2
until_so 120 "the program once more" running "$work/good/temp"
scancel --batch --signal=USR1 "$job"
echo "job $job: told that its time is up"
until_so 120 "the third restart" is "$job" Restarts 3
until_so 900 "the end" is "$job" JobState COMPLETED
is "$job" ExitCode 0:0 || die "exit code $(field "$job" ExitCode)"
log=$work/jobs/sealer-recover-$job.log
grep -q "ended with 137" "$log" || die "the kill was not told"
[ "$(find "$work/good/result/sealed" -type f | wc -l)" -gt 0 ] || die "nothing was installed"
echo "job $job: COMPLETED after 3 restarts, $(find "$work/good/result/sealed" -type f | wc -l) sectors installed; it ended with $(sed -n 's/^sealer-recover ended with //p' "$log" | paste -sd' ')"

bad=$(submit bad "$work/none.json" "")
until_so 120 "the end of a job without a file" is "$bad" JobState FAILED
is "$bad" ExitCode 2:0 || die "exit code $(field "$bad" ExitCode)"
is "$bad" Restarts 0 || die "what is final was tried again"
echo "job $bad: FAILED with exit code 2, not tried again"

gone=$(submit gone "$metadata" "--sectors=$sectors")
until_so 60 "the program" running "$work/gone/temp"
scancel "$gone"
until_so 60 "the end of a job that is cancelled" is "$gone" JobState CANCELLED
until_so 60 "the end of its program" grep -q "ended with 130" "$work/jobs/sealer-recover-$gone.log"
sleep 10
is "$gone" JobState CANCELLED && is "$gone" Restarts 0 || die "what was cancelled was tried again"
echo "job $gone: CANCELLED, its program ended with 130 and was not started again"
