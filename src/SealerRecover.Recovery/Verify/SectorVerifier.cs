using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Proofs;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;
using SealerRecover.Recovery.Latency;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Verify;

/// <summary>
/// Proves sectors where they lie, as the network would have them proven: CommR of p_aux against the chain's, then window PoSt's vanilla proofs
/// (<see cref="ReplicaProof"/>). Opens files for reading and changes nothing.
/// </summary>
/// <param name="roots">Where to look.</param>
/// <param name="settings">How many challenges, and whether to read all.</param>
public sealed class SectorVerifier(StorageRoots roots, VerifySettings settings)
{
    /// <summary>Proves one sector. What is wrong with its files is a fault, never an exception.</summary>
    /// <param name="facts">The sector and its CommR; without that, only whether its files fit together can be told.</param>
    /// <param name="seed">What its challenges are drawn from.</param>
    /// <param name="progress">Told how far; may be null.</param>
    /// <param name="cancellation">Stops within a second.</param>
    public SectorVerification Verify(SurveyFacts facts, ChallengeSeed seed, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(seed);
        bool hasUpdate = roots.PlacesOf(facts.Sector, InstallArea.Update).Count + roots.PlacesOf(facts.Sector, InstallArea.UpdateCache).Count > 0;
        bool isUpdate = facts.IsSnapped ?? hasUpdate;
        (InstallArea area, InstallArea cacheArea, string name) = isUpdate
            ? (InstallArea.Update, InstallArea.UpdateCache, ManifestFile.Update)
            : (InstallArea.Sealed, InstallArea.Cache, ManifestFile.Sealed);
        CommR? expected = isUpdate ? facts.UpdateSealedCid : facts.SealedCid;
        IReadOnlyList<string> replicas = roots.PlacesOf(facts.Sector, area);
        IReadOnlyList<string> folders = roots.PlacesOf(facts.Sector, cacheArea);
        long[] challenges = WindowPost.Challenges(seed.Randomness, facts.Sector.Number, facts.Porep.SectorSize, settings.Challenges);
        (string Replica, string Folder)[] pairs = [.. Pairs(replicas, folders)];
        List<ReadStep> reads = [];
        ReplicaVerification[] proofs =
        [
            .. pairs.Select(pair => new ReplicaVerification(
                pair.Replica, pair.Folder, Prove(facts, ReplicaFiles.In(pair.Folder, pair.Replica, facts.Porep), expected, challenges, reads, progress, cancellation))),
        ];
        if (settings.Full && proofs.Length > 0)
        {
            ReplicaSurvey read = new ReplicaSurveyor(
                roots,
                new SurveySettings { Deep = true, RowsToDiscard = settings.RowsToDiscard, Threads = settings.Threads, Kernels = settings.Kernels },
                facts,
                progress,
                cancellation).Survey(area, cacheArea, name, expected);
            proofs = [.. proofs.Select(proof => proof with { Faults = [.. proof.Faults, .. FaultsIn(read, proof, facts.Porep)] })];
        }

        return new SectorVerification
        {
            Facts = facts,
            Part = isUpdate ? SectorPart.Update : SectorPart.Sealed,
            Seed = seed,
            Challenges = challenges,
            Sample = SampleOf(challenges, facts.Porep),
            Full = settings.Full,
            Replicas = proofs,
            Reads = reads,
            Missing =
            [
                .. replicas.Count > 0 ? [] : new[] { new VerificationFault(null, $"no storage path holds its {name} file") },
                .. folders.Count > 0 ? [] : new[] { new VerificationFault(null, $"no storage path holds the cache folder of its {name} file") },
            ],
            Warnings =
            [
                .. pairs.Where(pair => RootOf(pair.Replica) != RootOf(pair.Folder))
                    .Select(pair => $"{pair.Replica} and {pair.Folder} lie in different storage paths: what proves this sector must reach both"),
                .. hasUpdate && !isUpdate ? ["it has files in update/ or update-cache/, but the chain knows of no update"] : Array.Empty<string>(),
            ],
        };
    }

    /// <summary>Each replica with the cache folder of its storage path, or else with the first; then each folder that is left.</summary>
    private static IEnumerable<(string Replica, string Folder)> Pairs(IReadOnlyList<string> replicas, IReadOnlyList<string> folders)
    {
        if (replicas.Count == 0 || folders.Count == 0)
        {
            return [];
        }

        (string Replica, string Folder)[] own =
        [
            .. replicas.Select(replica => (replica, folders.FirstOrDefault(folder => RootOf(folder) == RootOf(replica)) ?? folders[0])),
        ];
        return [.. own, .. folders.Except(own.Select(pair => pair.Folder)).Select(folder => (replicas[0], folder))];
    }

    /// <summary>A challenge reads what lies beneath one node of the lowest kept row.</summary>
    private ReadSample SampleOf(long[] challenges, PorepParameters porep)
    {
        BaseTreeLayout layout = BaseTreeLayout.For(porep);
        long beneath = new KeptTree(layout, layout.LowestRowOfTreeRLast(settings.RowsToDiscard)).BytesBeneath;
        return ReadSample.From(challenges.Select(node => node * SectorSize.NodeBytes / beneath), beneath, porep.SectorSize);
    }

    private static string? RootOf(string place) => Path.GetDirectoryName(Path.GetDirectoryName(place));

    private IReadOnlyList<VerificationFault> Prove(
        SurveyFacts facts,
        ReplicaFiles files,
        CommR? expected,
        long[] challenges,
        List<ReadStep> reads,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation)
    {
        BaseTreeLayout layout = BaseTreeLayout.For(facts.Porep);
        long treeLength = new KeptTree(layout, layout.LowestRowOfTreeRLast(settings.RowsToDiscard)).FileLength;
        VerificationFault[] unusable =
        [
            .. Look(files.Replica, facts.Porep.SectorSize.Bytes),
            .. Look(files.PAux, PAuxFile.Length),
            .. files.TreeRLast.SelectMany(path => Look(path, treeLength, length => CacheFolders.TreeOfOtherRows(layout, length))),
        ];
        if (unusable.Length > 0)
        {
            return unusable;
        }

        if (settings.Clock is { } clock)
        {
            // Before the proof, which reads the same again and is then answered from memory.
            reads.AddRange(new ChallengeTimer(settings.TimedFiles, clock).Time(
                files, facts.Porep, settings.RowsToDiscard, [.. challenges.Take(ChallengeCounts.WindowPost)], progress, cancellation));
        }

        List<VerificationFault> faults = [];
        FileState state = FileLooks.Reading(() =>
        {
            PAuxFile pAux = PAuxFile.Read(files.PAux);
            CommR commR = expected ?? CommRs.From(pAux.CommC, pAux.CommRLast, settings.Kernels.Poseidon);
            faults.AddRange(ReplicaProof.Check(
                files, facts.Porep, facts.Sector.Number, commR, challenges, settings.Threads, progress, cancellation, settings.Kernels.Poseidon)
                .Select(fault => new VerificationFault(fault.Kind, fault.Sentence) { Node = fault.Node, Places = fault.Places }));
            return new Good(CheckDepth.Sampled);
        });
        return state is Unreadable unreadable ? [.. faults, new VerificationFault(null, unreadable.Reason)] : faults;
    }

    private static IEnumerable<VerificationFault> Look(string path, long length, Func<long, string?>? remark = null) =>
        Of(path, FileLooks.Of(path, length, remark)) is { } fault ? [fault] : [];

    /// <summary>What the survey of all of the replica says against replica and trees of one proof; p_aux, all of which was looked at, aside.</summary>
    private static IEnumerable<VerificationFault> FaultsIn(ReplicaSurvey read, ReplicaVerification proof, PorepParameters porep)
    {
        HashSet<string> files = [.. ReplicaFiles.In(proof.CacheFolder, proof.Replica, porep).All];
        files.Remove(Path.Combine(proof.CacheFolder, CacheNames.PAux));
        return read.Files.SelectMany(file => file.Copies)
            .Where(copy => files.Contains(copy.Path) && copy.State is not (Missing or WrongLength))
            .Select(copy => Of(copy.Path, copy.State))
            .OfType<VerificationFault>();
    }

    private static VerificationFault? Of(string path, FileState state) => state switch
    {
        Missing => new VerificationFault(null, $"{path} is missing"),
        WrongLength wrong => new VerificationFault(
            null,
            FormattableString.Invariant($"{path} is {wrong.Found} bytes long instead of {wrong.Expected}") + (wrong.Remark is { } remark ? $"; {remark}" : "")),
        Unreadable unreadable => new VerificationFault(null, $"{path} cannot be read: {unreadable.Reason}"),
        Damaged damaged => new VerificationFault(null, $"{path} is damaged: {damaged.ComparedWith}")
        {
            Places = [.. damaged.Ranges.Select(range => new FaultPlace(path, range.Offset, range.Length))],
        },
        _ => null,
    };
}
