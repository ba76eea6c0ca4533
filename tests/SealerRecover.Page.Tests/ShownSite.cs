using System.Collections.Concurrent;
using Filecoin.Primitives;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Page.Tests;

/// <summary>A site that is as a test says, and notes what is done to it.</summary>
internal sealed class ShownSite(SiteState state) : ISite, ISiteActions
{
    private volatile SiteState _state = state;

    public OperatorException? Trouble { get; set; }

    public OperatorException? Refusal { get; set; }

    public bool IsWatchedOnly { get; init; }

    public ConcurrentQueue<string> Done { get; } = [];

    ISiteActions? ISite.Actions => IsWatchedOnly ? null : this;

    public void Change(Func<SiteState, SiteState> change) => _state = change(_state);

    /// <summary>Changes the sectors that are meant.</summary>
    public void Change(Func<SiteSector, bool> which, Func<SiteSector, SiteSector> change) =>
        Change(now => now with { At = now.At.AddSeconds(1), Sectors = [.. now.Sectors.Select(sector => which(sector) ? change(sector) : sector)] });

    public SiteState Read() => Trouble is { } trouble ? throw trouble : _state;

    public SiteSectorDetail? Sector(SectorId sector) =>
        Read().Sectors.FirstOrDefault(known => known.Sector == sector) is { } found ? SampleFleet.Detail(found, _state.At) : null;

    public int Pause(IReadOnlyList<SectorId> sectors, bool paused) => Do(
        paused ? "pause" : "resume", sectors, sector => sector with { Paused = paused });

    public int Retry(IReadOnlyList<SectorId> sectors) => Do(
        "retry", sectors, sector => sector with { Stage = Recovery.Metrics.SectorStage.Queued, Cancelled = false, Message = null, ExitCode = null, Outcome = null });

    public int Cancel(IReadOnlyList<SectorId> sectors) => Do("cancel", sectors, sector => sector with { Cancelled = true });

    public int Prefer(IReadOnlyList<SectorId> sectors, int priority) => Do($"prefer {priority}", sectors, sector => sector with { Priority = priority });

    public int Drain(string? machine)
    {
        Do($"drain {machine}", [], sector => sector);
        Change(now => now with { Machines = [.. now.Machines.Select(one => one.Name == machine ? one with { Draining = true } : one)] });
        return 1;
    }

    private int Do(string action, IReadOnlyList<SectorId> sectors, Func<SiteSector, SiteSector> change)
    {
        if (Refusal is { } refusal)
        {
            throw refusal;
        }

        Done.Enqueue($"{action} {string.Join(',', sectors.Select(sector => sector.Number))}".Trim());
        Change(sector => sectors.Contains(sector.Sector), change);
        return sectors.Count;
    }
}
