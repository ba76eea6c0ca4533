using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>
/// Takes pieces and stretches out of many sectors into a folder. First what needs no labels: out of unsealed copies, then with keys that are
/// there. What is left comes by labels, with as little labelling as possible, each sector's once for all that is wanted of it. What fails in one
/// copy comes out of another, and does not stop the rest. Files of sectors are only read.
/// </summary>
public sealed class ManyUnsealer
{
    private readonly UnsealManyRequest _request;
    private readonly RecoverySettings _settings;
    private readonly SealingRoles _roles;
    private readonly IFileSystem _files;
    private readonly ISystemProbe _probe;
    private readonly SectorWays _ways;
    private readonly LabelSchedule _schedule;
    private readonly Dictionary<(string From, string? Key, string? Cache, string? UpdateCache), OperatorException?> _checked = [];
    private IReadOnlyList<WantedWork> _work = [];

    /// <summary>Makes an unsealer; nothing happens yet.</summary>
    /// <param name="request">What, where and how.</param>
    public ManyUnsealer(UnsealManyRequest request)
        : this(request, new SealingRoles(request.How.ToSettings()), LinuxFileSystem.Instance, new LinuxSystemProbe())
    {
    }

    internal ManyUnsealer(UnsealManyRequest request, SealingRoles roles, IFileSystem files, ISystemProbe probe)
    {
        _request = request;
        _settings = request.How.ToSettings();
        _roles = roles;
        _files = files;
        _probe = probe;
        _ways = new SectorWays(request.Storage, _settings.TempFolder);
        _schedule = new LabelSchedule(request, probe, roles.Labels, _settings.TempFolder);
    }

    private IEnumerable<WantedWork> Open => _work.Where(wanted => wanted.Outcome is null);

    /// <summary>
    /// Finds what is wanted in sectors, reads what of it stands in the folder already, and says what the rest comes out of and what that takes.
    /// Changes nothing.
    /// </summary>
    /// <param name="events">Told how far reading is.</param>
    /// <param name="cancellation">Stops.</param>
    public UnsealManyPlan Plan(EventSink events, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(events);
        Holders holders = new(_request, cancellation);
        _work = [.. _request.Wanted.Select(wanted => Look(wanted, holders, events, cancellation))];
        IReadOnlyList<SectorShare> shares = Shares(Open.Where(wanted => wanted.Ways.All(WantedWork.NeedsLabels)));
        Dictionary<WantedWork, SectorId> labelled = shares.SelectMany(share => share.Wanted.Select(wanted => (wanted, share.Sector))).ToDictionary();
        (CorePlan? cores, IReadOnlyList<ResourceLine> resources) = Schedule(shares);
        return new UnsealManyPlan(
            [.. _work.Select(wanted => new UnsealStep(
                wanted.Wanted, labelled.TryGetValue(wanted, out SectorId sector) ? wanted.WaysBy(sector)[0] : wanted.Ways is [var cheapest, ..] ? cheapest : null, wanted.Outcome))],
            [.. shares.Where(share => _ways.LayersToCome(share.Facts) > 0).Select(share => share.Sector)],
            cores,
            resources);
    }

    /// <summary>Does it. Blocks; cancelling ends it within a second or two: pieces that are out and finished layers are kept.</summary>
    /// <param name="plan">What <see cref="Plan"/> said.</param>
    /// <param name="events">Told how far it is.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>For each that is wanted, how it ended.</returns>
    /// <exception cref="OperatorException">Resources do not suffice, or the folder cannot be written to or is another run's.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public IReadOnlyList<UnsealOutcome> Run(UnsealManyPlan plan, EventSink events, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(events);
        RefuseShortage(plan.Resources);
        if (Open.Any() || OutputFolder.IsTaken(_request.OutputFolder))
        {
            using OutputFolder folder = OutputFolder.Take(_files, _request.OutputFolder, _work.Select(OutputOf).OfType<string>().ToHashSet(StringComparer.Ordinal));
            WithoutLabels(events, cancellation);
            WithLabels(events, cancellation);
        }

        TellLeftLabels(events);
        return [.. _work.Select(wanted => wanted.Outcome!)];
    }

    private static string? OutputOf(WantedWork wanted) => wanted.Outcome is { } ended
        ? ended.Output is { } there && there.EndsWith(CarHeader.Extension, StringComparison.Ordinal) ? there[..^CarHeader.Extension.Length] : ended.Output
        : wanted.Ways[0].Request.Output;

    /// <summary>A run that was killed when all was out has left labels, which may also be another run's that is to go on: they are the operator's to delete.</summary>
    private void TellLeftLabels(EventSink events)
    {
        foreach (SectorId sector in _request.How.KeepLabels ? [] : _request.Sectors.Select(facts => facts.Sector))
        {
            string folder = WorkspacePaths.Of(_settings.TempFolder, sector).Folder;
            if (!_work.Any(wanted => wanted.Awaits(sector)) && FileLook.TryThrough(folder).Kind == FileKind.Folder)
            {
                events.Notice(sector, $"{folder} holds labels that nothing here is waiting for, to be deleted when not needed");
            }
        }
    }

    private WantedWork Look(WantedData wanted, Holders holders, EventSink events, CancellationToken cancellation)
    {
        UnsealRequest[] held = [];
        try
        {
            held = [.. holders.Of(wanted).Select(holding => RequestFor(wanted, holding))];
            if (StandingPiece.Find(held[0], events, cancellation) is { } there)
            {
                return new WantedWork(new UnsealOutcome(wanted, UnsealResult.AlreadyThere, null, held[0].Range, there, null));
            }

            UnsealPlan[] ways = [.. held.SelectMany(_ways.Of).OrderBy(way => way.Key)];
            return ways.Length > 0 ? new WantedWork(wanted, ways) : throw new OperatorException(
                FailureKind.BadInput,
                $"{wanted.Name}: no storage path has a file of {string.Join(" or ", held.Select(request => request.Facts.Sector))} that it can come out of",
                $"Name the storage path that has the sector's files with {Setting.StoragePath}.");
        }
        catch (OperatorException failure)
        {
            return new WantedWork(new UnsealOutcome(wanted, UnsealResult.Failed, null, held.FirstOrDefault()?.Range, null, failure));
        }
    }

    private UnsealRequest RequestFor(WantedData wanted, Holding holding) => new()
    {
        // Nobody named these files: they stand where they are found.
        NameOf = _ => "its place in a storage path",
        Facts = holding.Facts,
        Range = holding.Range,
        Within = holding.Within,
        Output = Path.Combine(_request.OutputFolder, wanted.IsPiece
            ? wanted.Name
            : string.Create(CultureInfo.InvariantCulture, $"{holding.Facts.Sector.FileName}.{wanted.Offset}.{wanted.Length}")),
        NamesCars = wanted.IsPiece,
        How = _request.How,
    };

    /// <summary>Which sectors are labelled for what comes out of labels, and what of each.</summary>
    private IReadOnlyList<SectorShare> Shares(IEnumerable<WantedWork> byLabels)
    {
        WantedWork[] wanted = [.. byLabels];
        Dictionary<SectorId, SectorFacts> facts = _request.Sectors.ToDictionary(sector => sector.Sector);
        IReadOnlySet<SectorId> chosen = LabelChoice.Of(
            [.. wanted.Select(one => one.Ways.Select(WantedWork.SectorOf).ToHashSet())],
            sector => (double)_ways.LayersToCome(facts[sector]) * facts[sector].SealProof.SectorSize.Bytes);
        return
        [
            .. wanted.GroupBy(one => one.Ways.Select(WantedWork.SectorOf).First(chosen.Contains))
                .Select(share => new SectorShare(facts[share.Key], [.. share])),
        ];
    }

    private (CorePlan? Cores, IReadOnlyList<ResourceLine> Resources) Schedule(IReadOnlyList<SectorShare> shares) => StorageFailure.Explain(
        "cannot plan the run",
        () => _schedule.For(
            [.. shares.Select(share => share.Facts).Where(facts => _ways.LayersToCome(facts) > 0)], Open.Sum(wanted => wanted.Range!.RawLength)));

    private void RefuseShortage(IReadOnlyList<ResourceLine> resources)
    {
        if (!_request.How.IgnoreResources)
        {
            ResourcePlan.RefuseShortage(resources);
        }
    }

    private void WithoutLabels(EventSink events, CancellationToken cancellation)
    {
        RawOutput output = new(_files, events);
        while (Open.Where(wanted => !WantedWork.NeedsLabels(wanted.Ways[0])).ToArray() is { Length: > 0 } ready)
        {
            foreach (WantedWork wanted in ready.OrderBy(wanted => WantedWork.SectorOf(wanted.Ways[0]).Number).ThenBy(wanted => wanted.Range!.RawOffset))
            {
                cancellation.ThrowIfCancellationRequested();
                UnsealPlan way = wanted.Ways[0];
                output.TryWrite(wanted, way, () =>
                {
                    Check(way, cancellation);
                    return output.Write(way, cancellation);
                });
            }
        }
    }

    private void WithLabels(EventSink events, CancellationToken cancellation)
    {
        using LabelledSectors labelled = new(_settings, _roles, _files, events, _work, way => Check(way, cancellation), cancellation);
        while (Open.Any())
        {
            IReadOnlyList<SectorShare> shares = Shares(Open);
            (CorePlan? cores, IReadOnlyList<ResourceLine> resources) = Schedule(shares);
            try
            {
                RefuseShortage(resources);
            }
            catch (OperatorException shortage)
            {
                // What there is was enough for the plan, but copies that failed have brought other sectors in.
                Array.ForEach([.. Open], wanted => wanted.Fail(shortage));
                return;
            }

            labelled.Run(cores ?? CorePlan.OneSeat(_request.How.Threads), shares);
        }
    }

    /// <summary>Whether data can come out of files; of replicas looked at once, since that may read one as a whole.</summary>
    private void Check(UnsealPlan way, CancellationToken cancellation)
    {
        UnsealRequest request = way.Request;
        if (request.UnsealedFile is not null)
        {
            UnsealFiles.Check(request, _roles.Proofs, cancellation);
            return;
        }

        lock (_checked)
        {
            (string, string?, string?, string?) files = (request.From, request.SealedFile, request.CacheFolder, request.UpdateCacheFolder);
            if (!_checked.TryGetValue(files, out OperatorException? found))
            {
                try
                {
                    StorageFailure.Explain(request.From, () => UnsealFiles.Check(request, _roles.Proofs, cancellation));
                }
                catch (OperatorException failure)
                {
                    found = failure;
                }

                _checked.Add(files, found);
            }

            if (found is not null)
            {
                throw found;
            }
        }
    }
}
