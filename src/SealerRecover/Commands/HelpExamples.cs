namespace SealerRecover.Commands;

/// <summary>What to type, for each command: the most wanted first.</summary>
internal static class HelpExamples
{
    /// <summary>Command lines with what each does; "" is the form without a command's name.</summary>
    private static readonly Dictionary<string, (string Line, string Does)[]> Table = new(StringComparer.Ordinal)
    {
        [""] =
        [
            ("--miner=f01000 --sectors=0,1 --sealing-result=/sector --sealing-temp=/temp", "ask the node of FULLNODE_API_INFO how two sectors were sealed, and seal them again"),
            ("--miner=f01000 --sectors=7 --piece-source=/pieces --sealing-result=/sector --sealing-temp=/temp", "the same for a sector with deals"),
            ("--miner=f01000 --sectors=0-99 --parallel=8 --sealing-result=/sector --sealing-temp=/temp", "a hundred sectors, eight at once"),
        ],
        ["export"] =
        [
            ("--miner=f01000 1 2 3-40", "write how these sectors were sealed to sectors-recovery-f01000.json"),
            ("--miner=f01000 --faulty --archive-node=https://archive.example", "the faulty ones; ask a second node what the first has pruned"),
            ("--miner=f01000 --all --storage=/sector", "while all is well: every sector, with its comm_c, against the day a disk is lost"),
        ],
        ["recover"] =
        [
            ("--metadata=./sectors-recovery-f01000.json --sealing-result=/sector --sealing-temp=/temp", "all sectors of the file, without a node"),
            ("--metadata=./sectors-recovery-f01000.json --parallel=8 --sealing-result=/sector --sealing-temp=/temp 2 4 5", "three of them, at once"),
            ("--metadata=./sectors-recovery-f01000.json --piece-source=/pieces --piece-source=https://pieces.example 7", "one with deals, its pieces from a folder or a server"),
        ],
        ["parents"] =
        [
            ("--sector-size=32GiB", "build the parent cache before the sectors come"),
            ("--sector-size=32GiB --verify", "check the one that is there"),
            ("--sector-size=64GiB --variant=synthetic", "the one of another seal proof"),
        ],
        ["bench"] =
        [
            ("--sealing-temp=/temp", "what one sector and sixteen take here"),
            ("--sealing-temp=/temp --count=100", "what a hundred take"),
            ("--threads=64 --memory=512", "what they would take with other cores and memory"),
        ],
        ["kernels"] =
        [
            ("", "what this machine has, and why it lacks others"),
            ("--kernel=poseidon=scalar", "what would be used with another choice"),
            ("--json", "the same for programs"),
        ],
        ["commp"] =
        [
            ("./deal.car ./other.car", "piece CIDs and sizes of two files"),
            ("--padded-size=32GiB ./deal.car", "of a piece that is extended with zeros"),
            ("- < ./deal.car", "of standard input"),
        ],
        ["pieces"] =
        [
            ("--miner=f01000 7", "the pieces of a sector"),
            ("--miner=f01000 --piece-source=/pieces 1-40", "and which of them are in a folder"),
            ("--metadata=./sectors-recovery-f01000.json --piece-source=/pieces", "the same for all sectors of a metadata file"),
        ],
        ["unseal"] =
        [
            ("--miner=f01000 --sealed=/sector/sealed/s-t01000-7 --output=./data 7", "the data of a sector; of a snapped one with --update"),
            ("--miner=f01000 --unsealed=/sector/unsealed/s-t01000-7 --piece=baga… --output=./piece 7", "one piece out of an unsealed copy"),
            ("--miner=f01000 --storage=/sector --pieces=./wanted --out=./pieces --sealing-temp=/temp", "pieces of a list out of whichever sectors hold them, each sector labelled once"),
        ],
        ["survey"] =
        [
            ("--miner=f01000 --storage=/sector --storage=/sector2", "every sector that is there: what is missing or damaged, and what mends it"),
            ("--miner=f01000 --storage=/sector --faulty --deep", "the faulty ones, read from end to end"),
            ("--miner=f01000 --storage=/sector --offline 7", "one, without asking a node"),
        ],
        ["repair"] =
        [
            ("--miner=f01000 --storage=/sector --storage=/sector2 --sealing-temp=/temp 2 4 5", "mend three sectors, from what is left"),
            ("--miner=f01000 --storage=/sector --dry-run 7", "say what would be done"),
            ("--miner=f01000 --storage=/sector --piece-source=/pieces --sealing-temp=/temp 7-9", "sectors with deals, if they have to be sealed again"),
        ],
        ["heal"] =
        [
            ("--miner=f01000 --faulty", "see what the faulty sectors need, then mend them"),
            ("--miner=f01000 --faulty --yes --declare --wait-post", "mend them, tell lotus-miner, and wait until the chain sees it"),
            ("--miner=f01000 --dry-run 3-40", "only say what would be done, and when it would be ready"),
        ],
        ["verify"] =
        [
            ("--miner=f01000 --storage=/sector 1-40", "open what the network's newest challenges ask for"),
            ("--miner=f01000 --storage=/sector --full 7", "read everything of one"),
            ("--metadata=./sectors-recovery-f01000.json --storage=/sector", "all sectors of a file, without a node"),
        ],
        ["scrub"] =
        [
            ("--miner=f01000", "read all of the miner's sectors on this machine, once, those first that nobody has looked at"),
            ("--miner=f01000 --storage=/sector --rate=200MiB --hours=1-6", "at night, and the next night go on where this one ends"),
            ("--status", "how far that is, and what was found damaged"),
        ],
        ["config"] =
        [
            ("", "what holds on this machine"),
            ("--config=./night.toml", "what would hold with this file"),
            ("--json", "the same for programs"),
        ],
        ["reconcile"] =
        [
            ("--miner=f01000", "chain, what lotus-miner or Curio believe, and the storage paths of this machine"),
            ("--miner=f01000 --storage=/sector --storage=/sector2 --csv=./reconciled.csv", "these storage paths; what disagrees goes into a file, too"),
            ("--miner=f01000 --storage=/sector --offline --json", "what stands twice or is no sector's, without asking anybody, for programs"),
        ],
        ["doctor"] =
        [
            ("--miner=f01000 --sealing-temp=/temp --sealing-result=/sector", "whether sectors of this miner could be recovered here"),
            ("--archive-node=https://archive.example", "and whether that node keeps what others have pruned"),
            ("--sector-size=64GiB --json", "for sectors of another size, for programs"),
        ],
        ["fleet"] =
        [
            ("submit --fleet-db=postgres://fleet@10.0.0.5/fleet --metadata=./sectors-recovery-f01000.json 3-40", "put sectors on the list that all machines work on"),
            ("work --fleet-db=postgres://fleet@10.0.0.5/fleet --sealing-result=/sector --sealing-temp=/temp", "work on it, on each machine, until it is stopped or drained"),
            ("status --fleet-db=postgres://fleet@10.0.0.5/fleet", "who has what, and how far it is"),
        ],
        ["serve"] =
        [
            ("--sealing-temp=/temp", "the runs of this machine, at http://127.0.0.1:8700 for browsers on it"),
            ("--fleet-db=postgres://fleet@10.0.0.5/fleet --http-token-file=/etc/sealer-recover/token", "a fleet, which whoever has the token may act on"),
            ("--sealing-temp=/temp --http=0.0.0.0:8700 --http-cert=./cert.pem --http-key=./key.pem --http-token-file=./token", "for other machines, too"),
        ],
        ["diagnose"] =
        [
            ("--miner=f01000 --sealing-temp=/temp 7", "why another CommR came out"),
            ("--metadata=./sectors-recovery-f01000.json --sealing-temp=/temp 7", "the same without a node"),
            ("--miner=f01000 --sealed=/sector/sealed/s-t01000-7 --cache=/sector/cache/s-t01000-7 7", "of files that lie elsewhere"),
        ],
        ["commit1"] =
        [
            ("--miner=f01000 --seed=HEX --sealing-result=/sector --output=./c1-7.json 7", "the vanilla proofs of a sector"),
            ("--metadata=./sectors-recovery-f01000.json --seed=HEX --sealing-result=/sector --output=./c1-7.json 7", "without a node"),
            ("--miner=f01000 --seed=HEX --sealed=/sector/sealed/s-t01000-7 --cache=/kept/s-t01000-7 --output=./c1-7.json 7", "of files that lie elsewhere"),
        ],
    };

    /// <summary>Command lines, whole, with what each does.</summary>
    /// <param name="command">A command's name; empty for the form without.</param>
    public static IEnumerable<(string Line, string Does)> Of(string command) => Table[command].Select(example => (
        string.Join(' ', new[] { "sealer-recover", command, example.Line }.Where(word => word.Length > 0)), example.Does));
}
