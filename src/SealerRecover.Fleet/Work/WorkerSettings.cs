using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Jobs;
using SealerRecover.Recovery.PieceSources;
using SealerRecover.Recovery.Repair;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Transfer;

namespace SealerRecover.Fleet.Work;

/// <summary>What the operator of one machine decided.</summary>
public sealed record WorkerSettings
{
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(3);

    /// <summary>
    /// What the fleet calls this worker: the same for the same temporary folder on the same machine, so that it finds again what it had begun.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>How sectors are made anew here; the number side by side is at most that of it, or whatever the plan holds where it is null.</summary>
    public required RecoverySettings Recover { get; init; }

    /// <summary>How sectors are mended here, with the storage paths of it; null where there are none.</summary>
    public RecoverySettings? Repair { get; init; }

    /// <summary>Sectors in PreCommit1 at once at most; null for as many as the plan holds.</summary>
    public int? Most { get; init; }

    /// <summary>After which a worker that has a sector counts as gone; a quarter of it passes between two signs of life.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>After which others may begin anew what a worker that is gone has the first layer of.</summary>
    public TimeSpan GiveBackAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Between two looks at a list that has nothing for this worker.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The exit code that a failure stands for.</summary>
    public required Func<Exception, int> ExitCodeOf { get; init; }

    /// <summary>What was built that runs here, for whoever watches.</summary>
    public string? Version { get; init; }

    /// <summary>Names of the cards that it uses.</summary>
    public ImmutableArray<string> Gpus { get; init; } = [];

    /// <summary>The address at which its own page is; null for none.</summary>
    public string? Url { get; init; }

    /// <summary>Between two signs of life: a quarter of the silence, and so little that whoever watches sees a run move.</summary>
    internal TimeSpan SignEvery => Silence / 4 < Watched ? Silence / 4 : Watched;

    /// <summary>The token of its page and of the other workers'; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>The folders that it can bring results to, by name.</summary>
    internal IReadOnlyList<string> Places => [Recover.ResultFolder, .. Repair?.StoragePaths ?? []];

    /// <summary>Where what it makes for other folders waits to be fetched.</summary>
    public ResultShelf Shelf => new(Recover.TempFolder);

    /// <summary>What it can do.</summary>
    internal WorkerReach Reach => new(Repair is null ? [JobKind.Recover] : [JobKind.Recover, JobKind.Repair], Places, Serves: Url is not null && Token is not null);

    /// <summary>Whether a sector that is made here goes to a folder of another worker's.</summary>
    internal bool IsForOthers(SectorJob job) => job is { Kind: JobKind.Recover, Place: { } place } && !Places.Contains(place);

    /// <summary>The settings of fetching what was made elsewhere.</summary>
    internal RecoverySettings Into(string place) => (Repair is { } mending && mending.StoragePaths.Contains(place) ? mending : Recover) with { ResultFolder = place };

    /// <summary>The settings of a sector's run, with where its result goes.</summary>
    internal RecoverySettings For(SectorJob job)
    {
        RecoverySettings here = Without(job);
        return job.PieceSources.IsEmpty ? here : here with { PieceSources = [.. here.PieceSources.Union(Had(job))] };
    }

    /// <summary>The places of pieces that a job names and this machine has.</summary>
    private static IEnumerable<PieceSource> Had(SectorJob job)
    {
        foreach (string text in job.PieceSources)
        {
            PieceSource? had = null;
            try
            {
                had = PieceSource.Parse(text);
            }
            catch (OperatorException notHere) when (notHere.Kind == FailureKind.BadInput)
            {
                // Another machine's folder.
            }

            if (had is not null)
            {
                yield return had;
            }
        }
    }

    private RecoverySettings Without(SectorJob job)
    {
        if (IsForOthers(job))
        {
            // The shelf is this tool's own: a result on it that proves damaged makes room for the new one.
            return Recover with { ResultFolder = Shelf.Folder, Destination = job.Place, Force = true };
        }

        if (job.Kind == JobKind.Recover)
        {
            return job.Place is null ? Recover : Recover with { ResultFolder = job.Place };
        }

        ImmutableArray<string> paths = Repair!.StoragePaths;
        SectorFacts facts = job.Facts;
        return Repair with { ResultFolder = job.Place ?? SectorRepair.Choose(facts, paths, Repair).StoragePath };
    }
}
