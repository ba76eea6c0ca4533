using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Pipeline;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>A sector that is labelled, with what is then taken out of it.</summary>
/// <param name="Facts">The sector.</param>
/// <param name="Wanted">What; each is with one sector at a time.</param>
internal sealed record SectorShare(SectorFacts Facts, IReadOnlyList<WantedWork> Wanted)
{
    /// <summary>The sector.</summary>
    public SectorId Sector => Facts.Sector;
}

/// <summary>
/// Sectors whose labels are made, each once in a run: as many at once as planned, several of one seal proof side by side. Then all that is
/// wanted of a sector is taken out of it. Of its labels the last layer stays as long as something that it holds has not come out, since a copy
/// that is damaged elsewhere, or here, may bring it back to this sector, in this run or in the next.
/// </summary>
/// <param name="settings">Folders, threads and kernels.</param>
/// <param name="roles">Labels, and what files commit to.</param>
/// <param name="files">Changes files.</param>
/// <param name="events">Told how far it is.</param>
/// <param name="all">All that is wanted.</param>
/// <param name="check">Whether data can come out of files; reads what it has to once.</param>
/// <param name="cancellation">Stops within a second or two; finished layers are kept.</param>
internal sealed class LabelledSectors(
    RecoverySettings settings,
    SealingRoles roles,
    IFileSystem files,
    EventSink events,
    IReadOnlyList<WantedWork> all,
    Action<UnsealPlan> check,
    CancellationToken cancellation) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SectorId, LabelKey> _keys = [];
    private readonly HashSet<SectorId> _atWork = [];
    private readonly ParentsPool _parents = new(roles.Labels, events.Of(null));
    private readonly RawOutput _output = new(files, events);

    /// <summary>Labels sectors and takes out what is wanted. A sector that fails does not stop the others.</summary>
    /// <param name="plan">How cores are divided.</param>
    /// <param name="shares">The sectors, in the order in which they are begun.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public void Run(CorePlan plan, IReadOnlyList<SectorShare> shares)
    {
        CoreBudget budget = new(plan.Threads, plan.Threads / plan.Cores);
        LinkedList<SectorShare> waiting = new(shares);
        Task[] seats = [.. plan.Seats.Select(seat => Task.Factory.StartNew(
            () => Serve(seat, waiting, budget), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Task.WhenAll(seats).GetAwaiter().GetResult();
    }

    /// <summary>Lets go of what labels are left, and says where.</summary>
    public void Dispose()
    {
        foreach ((SectorId sector, LabelKey key) in _keys)
        {
            if (key.IsMade)
            {
                events.Notice(sector, $"labels are kept in {key.Folder}, since not all that is wanted has come out");
            }

            key.Dispose();
        }

        _parents.Dispose();
    }

    private void Serve(LabelSeat seat, LinkedList<SectorShare> waiting, CoreBudget budget)
    {
        while (Take(waiting, seat.Sectors) is { Count: > 0 } group)
        {
            List<SectorShare> made;
            using (budget.Labelling(seat.CoresTaken))
            {
                List<SectorShare> open = [.. group.Where(share => Attempt(share, () => Open(share)))];
                LabelTogether(open);
                made = [.. open.Where(share => Attempt(share, () => Make(share, seat.Cores)))];
            }

            made.ForEach(share => Attempt(share, () => TakeOut(share, budget)));
            Sweep(group);
        }
    }

    private static List<SectorShare> Take(LinkedList<SectorShare> waiting, int most)
    {
        lock (waiting)
        {
            List<SectorShare> group = [.. waiting.Where(share => share.Facts.SealProof.Porep == waiting.First!.Value.Facts.SealProof.Porep).Take(most)];
            group.ForEach(share => waiting.Remove(share));
            return group;
        }
    }

    /// <summary>A step of a sector. Where it fails nothing comes out by this sector's labels.</summary>
    private bool Attempt(SectorShare share, Func<bool> step)
    {
        try
        {
            cancellation.ThrowIfCancellationRequested();
            return StorageFailure.Explain(share.Sector.ToString(), step);
        }
        catch (OperatorException failure)
        {
            foreach ((WantedWork wanted, UnsealPlan way) in share.Wanted.SelectMany(wanted => wanted.WaysBy(share.Sector).Select(way => (wanted, way))).ToArray())
            {
                wanted.Drop(way, failure);
            }

            events.Notice(share.Sector, $"nothing comes out by labels: {failure.Message}");
            return false;
        }
    }

    /// <summary>Drops what cannot work, and takes the workspace if something is left.</summary>
    private bool Open(SectorShare share)
    {
        foreach (WantedWork wanted in share.Wanted)
        {
            foreach (UnsealPlan way in wanted.WaysBy(share.Sector))
            {
                try
                {
                    check(way);
                }
                catch (OperatorException failure)
                {
                    wanted.Drop(way, failure);
                }
            }
        }

        if (share.Wanted.SelectMany(wanted => wanted.WaysBy(share.Sector)).FirstOrDefault() is not { } any)
        {
            return false;
        }

        lock (_gate)
        {
            _atWork.Add(share.Sector);
            if (!_keys.ContainsKey(share.Sector))
            {
                _keys.Add(share.Sector, LabelKey.Open(any.Request, files, roles.Labels, events, CommDOf(share), settings));
            }
        }

        return true;
    }

    private CommD CommDOf(SectorShare share) => UnsealFiles.SealedOver(share.Facts, cancellation);

    private LabelKey KeyOf(SectorShare share)
    {
        lock (_gate)
        {
            return _keys[share.Sector];
        }
    }

    private void LabelTogether(List<SectorShare> open)
    {
        SectorShare[] missing = [.. open.Where(share => !KeyOf(share).IsMade)];
        if (missing.Length < 2)
        {
            return;
        }

        try
        {
            roles.Labels.LabelTogether([.. missing.Select(share => KeyOf(share).Work(CommDOf(share), _parents, cores: null, cancellation))], cancellation);
        }
        catch (Exception failure) when (failure is OperatorException || StorageFailure.Is(failure))
        {
            // One sector's disk or journal, say. Alone, each sector fails or succeeds for itself, and keeps the layers it has.
            Array.ForEach(missing, share => events.Notice(
                share.Sector, string.Create(CultureInfo.InvariantCulture, $"labelling {missing.Length} sectors together stopped ({failure.Message}); going on one by one")));
        }
    }

    // What has been labelled together is found finished here.
    private bool Make(SectorShare share, LabelCores? cores)
    {
        if (KeyOf(share) is { IsMade: false } key)
        {
            key.Make(CommDOf(share), _parents, cores, cancellation);
        }

        return true;
    }

    private bool TakeOut(SectorShare share, CoreBudget budget)
    {
        string lastLayer = KeyOf(share).LastLayer;
        int count = 0;
        foreach (WantedWork wanted in share.Wanted.OrderBy(wanted => wanted.WaysBy(share.Sector) is [var way, ..] ? way.Request.Range.RawOffset : 0))
        {
            foreach (UnsealPlan way in wanted.WaysBy(share.Sector))
            {
                if (_output.TryWrite(wanted, way, () => _output.Write(lastLayer, way with { Request = way.Request with { How = way.Request.How with { Threads = budget.Now } } }, cancellation)))
                {
                    count++;
                    break;
                }
            }
        }

        events.Notice(share.Sector, string.Create(CultureInfo.InvariantCulture, $"{count} of {share.Wanted.Count} {(share.Wanted.Count == 1 ? "piece" : "pieces")} are out"));
        return true;
    }

    /// <summary>Sectors of a group are through: deletes labels that nothing waits for any more, of others, too.</summary>
    private void Sweep(List<SectorShare> group)
    {
        lock (_gate)
        {
            group.ForEach(share => _atWork.Remove(share.Sector));
            foreach ((SectorId sector, LabelKey key) in _keys.Where(entry => !_atWork.Contains(entry.Key)).ToArray())
            {
                bool isOver = !all.Any(wanted => wanted.Awaits(sector));
                if (isOver)
                {
                    _keys.Remove(sector);
                }

                try
                {
                    if (isOver)
                    {
                        using LabelKey over = key;
                        over.Finish();
                    }
                    else if (key.IsMade)
                    {
                        key.KeepLastLayer();
                    }
                }
                catch (Exception failure) when (StorageFailure.Is(failure))
                {
                    // What came out is out, and what is left is found by the next run.
                    events.Notice(sector, $"its labels in {key.Folder} could not be deleted: {failure.Message}");
                }
            }
        }
    }
}
