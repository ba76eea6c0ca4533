using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Repair;

/// <summary>Sectors with which no more is to be done once what was misplaced is moved.</summary>
/// <param name="Whole">
/// Snapped ones whose update is whole and whose key is nowhere, which proving does without; of a dry run all of which something would be moved.
/// </param>
/// <param name="Failed">Those whose files could not be moved, and why.</param>
public sealed record MovedSectors(IReadOnlyList<SectorId> Whole, IReadOnlyDictionary<SectorId, OperatorException> Failed)
{
    /// <summary>Nothing was moved.</summary>
    public static MovedSectors None { get; } = new([], new Dictionary<SectorId, OperatorException>());
}

/// <summary>
/// Moves what lies in the place of something else where it belongs, by renaming, before anything is made: nothing is sealed that is only
/// misplaced. Nothing is overwritten; what stands in the way is moved aside.
/// </summary>
/// <param name="settings">As sectors are mended with; the storage paths count.</param>
/// <param name="known">What sectors commit to whose files may be found, those to mend among them.</param>
/// <param name="time">The clock, for names of what is moved aside.</param>
public sealed class MisplacedRepair(RecoverySettings settings, IReadOnlyList<SurveyFacts> known, TimeProvider time)
{
    private static readonly IFileSystem Files = LinuxFileSystem.Instance;

    /// <summary>Moves what is misplaced of sectors, or lies under their names.</summary>
    /// <param name="sectors">The sectors.</param>
    /// <param name="dryRun">Only says what would be moved.</param>
    /// <param name="events">Told in one sentence of each file and folder, and how far each sector's survey is.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <returns>How the sectors ended with which no more is to be done; nothing of the others.</returns>
    public MovedSectors Run(
        IReadOnlyList<SurveyFacts> sectors,
        bool dryRun,
        EventSink events,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        ArgumentNullException.ThrowIfNull(events);
        SectorSurvey[] surveys = Survey(sectors, events, cancellation);
        MisplacedFiles[] misplaced = [.. surveys.SelectMany(survey => survey.Misplaced).Where(files => files.To is not null).DistinctBy(files => files.From)];
        IReadOnlyList<MoveStep> steps = MovePlan.For(misplaced, time.GetUtcNow());
        if (steps.Count == 0)
        {
            return MovedSectors.None;
        }

        HashSet<SectorId> touched = [.. misplaced.Select(files => files.Owner)];
        SectorId OwnerOf(MoveStep step) => misplaced.First(files => files.To == step.To || files.To == step.From || files.From == step.From).Owner;
        if (dryRun)
        {
            foreach (MoveStep step in steps)
            {
                events.Notice(OwnerOf(step), $"{step.From} would be moved to {step.To}{Why(step)}; what is wanting then shows when that is done");
            }

            return MovedSectors.None with { Whole = [.. touched] };
        }

        try
        {
            using Locks locks = new(misplaced, settings.StoragePaths);
            MovePlan.Make(steps, Files, step => events.Notice(OwnerOf(step), $"{step.From} was moved to {step.To}{Why(step)}"));
        }
        catch (OperatorException failure)
        {
            // Nothing of these is made before what is left of them is where it belongs; other sectors go on.
            touched.UnionWith(misplaced.Select(files => files.LiesAs));
            return MovedSectors.None with { Failed = touched.ToDictionary(sector => sector, _ => failure) };
        }

        return MovedSectors.None with
        {
            Whole =
            [
                .. Survey([.. sectors.Where(facts => touched.Contains(facts.Sector))], events, cancellation)
                    .Where(survey => survey.Update is { IsGood: true } && survey.Sealed.Replica.IsMissing && !RepairAdvice.For(survey).Any(advice => advice.IsNeeded))
                    .Select(survey => survey.Sector),
            ],
        };
    }

    private static string Why(MoveStep step) => step.IsAside ? ", to make room" : ", where it belongs";

    private SectorSurvey[] Survey(
        IReadOnlyList<SurveyFacts> sectors, EventSink events, CancellationToken cancellation)
    {
        StorageRoots roots = StorageRoots.Read(settings.StoragePaths);
        SurveySettings how = new() { RowsToDiscard = settings.RowsToDiscard, Threads = settings.Threads, Kernels = settings.Kernels };
        SectorSurveyor surveyor = new(roots, how with { Quick = true });
        MisplacedSearch search = new(roots, how, known);
        return
        [
            .. sectors.Select(facts => search.Complete(
                surveyor.Survey(facts, events.LongOf(facts.Sector), cancellation), events.LongOf(facts.Sector), cancellation)),
        ];
    }

    /// <summary>The locks of all sectors that files are moved of, in all storage paths they are moved in.</summary>
    private sealed class Locks : IDisposable
    {
        private readonly List<FolderLock> _held = [];

        public Locks(IReadOnlyList<MisplacedFiles> misplaced, IReadOnlyList<string> paths)
        {
            try
            {
                foreach (string path in paths)
                {
                    foreach (SectorId sector in misplaced.Where(files => files.From.StartsWith(path.TrimEnd('/') + '/', StringComparison.Ordinal))
                        .SelectMany(files => new[] { files.LiesAs, files.Owner }).Distinct().OrderBy(sector => sector.FileName, StringComparer.Ordinal))
                    {
                        string file = new ResultLayout(path, sector).LockFile;
                        _held.Add(StorageFailure.Explain($"locking {sector} in {path}", () => FolderLock.Take(Files, file, sector.ToString())));
                    }
                }
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public void Dispose() => _held.ForEach(held => held.Remove(Files));
    }
}
