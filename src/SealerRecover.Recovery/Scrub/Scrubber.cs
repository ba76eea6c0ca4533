using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Recovery.Scrub;

/// <summary>How a scrub is done.</summary>
public sealed record ScrubSettings
{
    /// <summary>How sectors are looked at; deep, and with what the ledger keeps, in any case.</summary>
    public SurveySettings Survey { get; init; } = new();

    /// <summary>Bytes a second over all that is read; null for no limit.</summary>
    public long? Rate { get; init; }

    /// <summary>What was looked at since so long ago is not looked at again.</summary>
    public TimeSpan AgainAfter { get; init; } = TimeSpan.FromDays(30);
}

/// <summary>
/// Looks at every sector of storage paths from end to end, one after the other, and goes on next time where it was stopped, within a file too. Opens
/// files for reading only; what it saw goes into a ledger.
/// </summary>
/// <param name="roots">Where sectors lie.</param>
/// <param name="ledger">Remembers.</param>
/// <param name="settings">How.</param>
/// <param name="time">The clock.</param>
/// <param name="events">Told how far.</param>
public sealed class Scrubber(StorageRoots roots, IScrubLedger ledger, ScrubSettings settings, TimeProvider time, EventSink events)
{
    /// <summary>Begins a run.</summary>
    /// <param name="miner">Whose sectors.</param>
    /// <param name="sectors">What is known of them; those that are not proven yet, whose files are still worked on, are left out.</param>
    /// <param name="stop">Stops the run within a second or two, between two parts of a file; what was read is not read again.</param>
    /// <exception cref="OperatorException">The ledger cannot be used.</exception>
    public ScrubRun Begin(ActorId miner, IEnumerable<SurveyFacts> sectors, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        SurveyFacts[] all = [.. sectors];
        Dictionary<SectorId, SurveyFacts> known = all.Where(facts => facts.Unproven is null).ToDictionary(facts => facts.Sector);
        if (known.Count < all.Length)
        {
            events.Notice(string.Create(CultureInfo.InvariantCulture, $"{all.Length - known.Count} of {all.Length} sectors are left out: they are not proven yet, so their files are still worked on"));
        }

        DateTimeOffset started = time.GetUtcNow();

        // Of files that are gone nothing will go on.
        ledger.Forget(ledger.Unfinished().Where(reading => FileIdentity.Of(reading.Path)?.Length != reading.Length).Select(reading => reading.Path));
        ScrubOrder order = new(roots, ledger.SectorsOf(miner), ledger.Unfinished(), time, events);
        IReadOnlyList<DueSector> due = order.Of(known.Keys, started - settings.AgainAfter);
        HashSet<SectorId> again = [.. due.Select(sector => sector.Sector)];
        ReadRate rate = new(settings.Rate, time, stop);
        SectorSurveyor surveyor = new(roots, settings.Survey with
        {
            Deep = true,
            Sample = null,
            Quick = false,
            Files = new RatedFileSystem(settings.Survey.Files, rate),
            Readings = ledger,
        });
        ScrubNight night = new(miner, started, null, ScrubEnd.None, 0, 0, 0, known.Count, due.Count, due.Sum(sector => sector.Bytes));
        ledger.Update(night);
        return new ScrubRun(roots, ledger, surveyor, due, known, rate, night, time, events, stop)
        {
            StillDamaged = [.. order.StillDamaged(known.Keys).Where(seen => !again.Contains(seen.Sector))],
        };
    }
}
