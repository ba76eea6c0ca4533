using Filecoin.Primitives;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Server.Tests;

/// <summary>A site that says what a test tells it to, and notes what is done to it.</summary>
internal sealed class FakeSite : ISite, ISiteActions
{
    private readonly Lock _gate = new();
    private SiteState _state = new()
    {
        At = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Source = "a fake",
        IsFleet = true,
        Version = "1",
        Run = new SiteRun { Fraction = 0.5 },
        Sectors = [Sector(1, SectorStage.Labelling), Sector(2, SectorStage.Queued)],
        Concerns = [new SiteConcern(ConcernLevel.Urgent, "late", [Id(1)], null, "late", [])],
    };

    public OperatorException? Trouble { get; set; }

    public bool IsWatchedOnly { get; init; }

    public List<string> Done { get; } = [];

    public int Reads { get; private set; }

    ISiteActions? ISite.Actions => IsWatchedOnly ? null : this;

    public static SectorId Id(ulong number) => new(new Filecoin.Primitives.ActorId(1000), number);

    public static SiteSector Sector(ulong number, SectorStage stage) => new() { Sector = Id(number), Stage = stage };

    public void Change(Func<SiteState, SiteState> change)
    {
        lock (_gate)
        {
            _state = change(_state);
        }
    }

    public SiteState Read()
    {
        lock (_gate)
        {
            Reads++;
            return Trouble is { } trouble ? throw trouble : _state;
        }
    }

    public SiteSectorDetail? Sector(SectorId sector) =>
        Read().Sectors.FirstOrDefault(known => known.Sector == sector) is { } found ? new SiteSectorDetail { Sector = found, Diagnosis = "none" } : null;

    public int Pause(IReadOnlyList<SectorId> sectors, bool paused) => Do(paused ? "pause" : "resume", sectors);

    public int Retry(IReadOnlyList<SectorId> sectors) => Do("retry", sectors);

    public int Cancel(IReadOnlyList<SectorId> sectors) => Do("cancel", sectors);

    public int Prefer(IReadOnlyList<SectorId> sectors, int priority) => Do($"prefer {priority}", sectors);

    public int Drain(string? machine) => Do($"drain {machine}", []);

    private int Do(string action, IReadOnlyList<SectorId> sectors)
    {
        if (Trouble is { } trouble)
        {
            throw trouble;
        }

        Done.Add($"{action} {string.Join(',', sectors.Select(sector => sector.Number))}".Trim());
        return Math.Max(1, sectors.Count);
    }
}
