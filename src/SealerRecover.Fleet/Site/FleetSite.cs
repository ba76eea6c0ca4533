using Filecoin.Primitives;
using SealerRecover.Fleet.Claims;
using SealerRecover.Fleet.Database;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Fleet.Site;

/// <summary>
/// A fleet as something to watch and to act on. However many readers there are, the database is asked once a second at most, on one connection;
/// that it does not answer is an answer that is kept as long. From any thread.
/// </summary>
/// <param name="database">Where the list is.</param>
/// <param name="silence">After how long without a sign of life a machine counts as gone.</param>
/// <param name="version">What was built that tells it.</param>
public sealed class FleetSite(FleetDatabase database, TimeSpan silence, string version) : ISite, ISiteActions
{
    /// <summary>How old an answer may be.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly FleetList _list = new(database);
    private readonly Lock _gate = new();
    private long _readAt;
    private SiteState? _state;
    private OperatorException? _failure;

    /// <summary>How concerns are worded; without commands unless they are given.</summary>
    public IConcernWords Words { get; init; } = NoConcernWords.Instance;

    /// <inheritdoc/>
    public ISiteActions? Actions => this;

    /// <inheritdoc/>
    public SiteState Read()
    {
        lock (_gate)
        {
            if ((_state is null && _failure is null) || TimeProvider.System.GetElapsedTime(_readAt) >= Fresh)
            {
                Refresh();
            }

            return _failure is { } failure ? throw new OperatorException(failure.Kind, failure.Message, failure.Hint, failure) : _state!;
        }
    }

    /// <inheritdoc/>
    public SiteSectorDetail? Sector(SectorId sector)
    {
        SiteSector? known = Read().Sectors.FirstOrDefault(one => one.Sector == sector);
        return known is null || _list.JobOf(sector) is not { } job ? null : SectorDetails.Of(known, job, _list.Events(sector), Words);
    }

    /// <inheritdoc/>
    public int Pause(IReadOnlyList<SectorId> sectors, bool paused) => Acted(_list.Pause(paused, sectors));

    /// <inheritdoc/>
    public int Retry(IReadOnlyList<SectorId> sectors) => Acted(_list.Retry(sectors));

    /// <inheritdoc/>
    public int Cancel(IReadOnlyList<SectorId> sectors)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        return sectors.Count > 0
            ? Acted(_list.Cancel(sectors))
            : throw new OperatorException(FailureKind.BadInput, "no sectors were named", "name those that are to be taken off the list.");
    }

    /// <inheritdoc/>
    public int Prefer(IReadOnlyList<SectorId> sectors, int priority) => Acted(_list.Prefer(sectors, priority));

    /// <inheritdoc/>
    public int Drain(string? machine) => Acted(_list.Drain(machine));

    private void Refresh()
    {
        try
        {
            _state = SiteReading.Of(_list.All(), database.ToString(), silence, version, Words);
            _failure = null;
        }
        catch (OperatorException failure)
        {
            (_state, _failure) = (null, failure);
        }

        _readAt = TimeProvider.System.GetTimestamp();
    }

    /// <summary>Has the next reader see what was done.</summary>
    private int Acted(int changed)
    {
        lock (_gate)
        {
            (_state, _failure) = (null, null);
        }

        return changed;
    }
}
