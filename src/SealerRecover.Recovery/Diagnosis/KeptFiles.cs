using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Kernels;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Diagnosis;

/// <summary>How much of what is kept is read.</summary>
public sealed record KeptFilesSettings
{
    /// <summary>Neither replicas nor the parent cache, only p_aux.</summary>
    public bool Quick { get; init; }

    /// <summary>Threads, at least 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Rows of tree_r_last that the files lack, where no journal says it; null for the default.</summary>
    public int? RowsToDiscard { get; init; }

    /// <summary>Kernels asked for by name. Where none is for Poseidon, trees are built with another one than a run would take.</summary>
    public KernelChoice Kernels { get; init; } = KernelChoice.Best;

    /// <summary>The folder of parent caches.</summary>
    public required string ParentCacheFolder { get; init; }
}

/// <summary>
/// Reads what a mismatch left, once, and changes nothing. That comm_c of the kept p_aux equals a known one proves nothing: a run takes a known
/// comm_c over without hashing columns.
/// </summary>
/// <param name="settings">How much.</param>
/// <param name="progress">Told how far; may be null.</param>
/// <param name="cancellation">Stops within a second.</param>
public sealed class KeptFiles(KeptFilesSettings settings, IProgress<SealProgress>? progress, CancellationToken cancellation)
{
    private readonly string _poseidon = settings.Kernels.Poseidon ?? PoseidonKernel.Available.ElementAtOrDefault(1) ?? PoseidonKernel.Available[0];

    /// <summary>The facts about <paramref name="work"/>, without what the chain says.</summary>
    /// <param name="used">What it was made of.</param>
    /// <param name="work">Where it is.</param>
    public DiagnosisFacts Read(UsedInputs used, KeptWork work)
    {
        ArgumentNullException.ThrowIfNull(used);
        ArgumentNullException.ThrowIfNull(work);
        PorepParameters porep = used.SealProof.Porep;
        ParentCacheFolder parents = new(settings.ParentCacheFolder, kernel: settings.Kernels.Parents);
        return new DiagnosisFacts
        {
            Used = used,
            Sealed = Replica(used, work.SealedFile, work.CacheFolder, work.Journal, StepsOf.Sealing),
            Update = work.Journal is not null && Directory.Exists(work.UpdateCacheFolder)
                ? Replica(used, work.UpdateFile, work.UpdateCacheFolder, work.Journal, StepsOf.Update)
                : null,
            ParentCache = settings.Quick ? null : parents.Check(porep, settings.Threads, progress, cancellation),
            ParentCachePath = parents.PathFor(porep),
        };
    }

    private KeptReplica Replica(UsedInputs used, string file, string cacheFolder, Journal? journal, StepsOf steps)
    {
        PorepParameters porep = used.SealProof.Porep;
        string pAuxPath = Path.Combine(cacheFolder, CacheNames.PAux);
        PAuxCopy pAux = PAuxCopy.Read(pAuxPath, expected: null, _poseidon);
        FileState look = settings.Quick ? new Unreadable("replicas were not read") : FileLooks.Of(file, porep.SectorSize.Bytes);
        ReplicaReading? reading = null;
        if (look.IsGood)
        {
            look = FileLooks.Reading(() =>
            {
                reading = Read(used, file, cacheFolder, pAux.Value, journal, steps);
                return look;
            });
        }

        return new KeptReplica(
            file,
            pAuxPath,
            pAux.Value,
            pAux.Value is { } value ? CommRs.From(value.CommC, value.CommRLast, _poseidon) : null,
            Trouble(pAux.State),
            reading,
            Trouble(look));
    }

    private ReplicaReading Read(UsedInputs used, string file, string cacheFolder, PAuxFile? pAux, Journal? journal, StepsOf steps)
    {
        PorepParameters porep = used.SealProof.Porep;
        BaseTreeLayout layout = BaseTreeLayout.For(porep);
        KeptTree kept = new(layout, layout.LowestRowOfTreeRLast(journal is null ? settings.RowsToDiscard : used.RowsToDiscard));
        using PaddedFile padded = new(file, porep.SectorSize);
        SurveyedReplica replica = new(padded);
        FixedTreeCores cores = new(settings.Threads);
        List<Bytes32> roots = [];
        bool? agree = true;
        for (int tree = 0; tree < porep.Shape.BaseTrees; tree++)
        {
            using KeptRows made = BaseTreeOfReplica.Rows(replica, porep, tree, kept.LowestRow, cores, progress, cancellation, _poseidon);
            roots.Add(made.Root);
            agree = Both(agree, AreRowsOf(Path.Combine(cacheFolder, CacheNames.TreeRLast(porep.Shape, tree)), kept, made));
        }

        Bytes32 commRLast = TreeRoots.Join(porep.Shape, roots, _poseidon);

        // Only where something is wrong does it matter whether the file was altered since it was written; that reads it again.
        bool? asRecorded = journal is null || (pAux?.CommRLast == commRLast && agree != false) ? null : IsAsRecorded(file, porep, journal, steps);
        return new ReplicaReading(commRLast, _poseidon, agree, asRecorded, replica.Bad.Sum(range => range.Length));
    }

    private bool? IsAsRecorded(string file, PorepParameters porep, Journal journal, StepsOf steps)
    {
        StepsOf recordedAs = steps == StepsOf.Sealing && ReplicaRecord.IsIn(journal, StepsOf.Key) ? StepsOf.Key : steps;
        return ReplicaRecord.IsIn(journal, recordedAs)
            ? ReplicaRecord.DigestIfIntact(LinuxFileSystem.Instance, file, journal, recordedAs, porep, null, cancellation) is not null

            // A replica of zeros is the last layer.
            : recordedAs == StepsOf.Sealing && CacheFiles.TryGetRecorded(journal, CacheNames.Layer(porep.Layers), out FileDigest recorded)
                ? SegmentDigests.OfFile(LinuxFileSystem.Instance, file, null, cancellation) == recorded
                : null;
    }

    private static bool? AreRowsOf(string path, KeptTree kept, KeptRows made)
    {
        if (!FileLooks.Of(path, kept.FileLength).IsGood)
        {
            return null;
        }

        bool? same = null;
        _ = FileLooks.Reading(() =>
        {
            using KeptRows stored = KeptRows.Read(path, kept.Layout, kept.LowestRow);
            same = stored.DifferencesFrom(made).Count == 0;
            return new Good(CheckDepth.Consistent);
        });
        return same;
    }

    private static bool? Both(bool? one, bool? other) => one == false || other == false ? false : one is null || other is null ? null : true;

    private static string? Trouble(FileState state) => state switch
    {
        Good => null,
        Missing => "is missing",
        WrongLength wrong => $"has {wrong.Found} bytes instead of {wrong.Expected}",
        Unreadable unreadable => unreadable.Reason,
        Damaged damaged => $"is damaged: {damaged.ComparedWith}",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "a state without words"),
    };
}
