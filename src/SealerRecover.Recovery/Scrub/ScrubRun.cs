using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Scrub;

/// <summary>A sector whose look is finished.</summary>
/// <param name="Survey">What was found.</param>
/// <param name="Seen">What is remembered of it.</param>
public sealed record LookedSector(SectorSurvey Survey, ScrubbedSector Seen);

/// <summary>One run of a scrub, a sector at a time. Not for several threads.</summary>
public sealed class ScrubRun
{
    private readonly StorageRoots _roots;
    private readonly IScrubLedger _ledger;
    private readonly SectorSurveyor _surveyor;
    private readonly IReadOnlyList<DueSector> _due;
    private readonly IReadOnlyDictionary<SectorId, SurveyFacts> _known;
    private readonly ReadRate _rate;
    private readonly TimeProvider _time;
    private readonly EventSink _events;
    private readonly CancellationToken _stop;
    private ScrubNight _night;
    private int _done;

    internal ScrubRun(
        StorageRoots roots,
        IScrubLedger ledger,
        SectorSurveyor surveyor,
        IReadOnlyList<DueSector> due,
        IReadOnlyDictionary<SectorId, SurveyFacts> known,
        ReadRate rate,
        ScrubNight night,
        TimeProvider time,
        EventSink events,
        CancellationToken stop)
    {
        _roots = roots;
        _ledger = ledger;
        _surveyor = surveyor;
        _due = due;
        _known = known;
        _rate = rate;
        _night = night;
        _time = time;
        _events = events;
        _stop = stop;
    }

    /// <summary>Sectors that an earlier run found damaged and nobody has touched since: they are not read again before they are due.</summary>
    public required IReadOnlyList<ScrubbedSector> StillDamaged { get; init; }

    /// <summary>Looks at the next sector that is due; null where none is left, or the run was stopped.</summary>
    /// <exception cref="OperatorException">The ledger cannot be used.</exception>
    public LookedSector? Next()
    {
        try
        {
            while (_done < _due.Count && !_stop.IsCancellationRequested)
            {
                LookedSector? looked = LookAt(_due[_done]);
                _done++;
                if (looked is not null)
                {
                    return looked;
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The sector at hand is the first that the next run goes on with.
        }
        catch (ReadingNotKeptException failure)
        {
            throw failure.Reason;
        }

        return null;
    }

    /// <summary>Puts down how the run ended.</summary>
    /// <exception cref="OperatorException">The ledger cannot be used.</exception>
    public ScrubNight End()
    {
        _ledger.Flush();
        HashSet<string> left = [.. _due.Skip(_done).SelectMany(sector => sector.Large)];
        long begun = _ledger.Unfinished().Where(reading => left.Contains(reading.Path)).Sum(reading => reading.Read);
        _night = _night with
        {
            Ended = _time.GetUtcNow(),
            End = _done == _due.Count ? ScrubEnd.Complete : ScrubEnd.Interrupted,
            Bytes = _rate.Bytes,
            Left = _due.Count - _done,
            LeftBytes = Math.Max(0, _due.Skip(_done).Sum(sector => sector.Bytes) - begun),
        };
        _ledger.Update(_night);
        return _night;
    }

    private LookedSector? LookAt(DueSector due)
    {
        Dictionary<string, FileIdentity> before = Identities(due.Sector);
        SectorSurvey survey = _surveyor.Survey(_known[due.Sector], _events.LongOf(due.Sector), _stop);
        Dictionary<string, FileIdentity> after = Identities(due.Sector);
        LookedSector? looked = null;
        if (after.Count != before.Count || after.Any(file => !before.TryGetValue(file.Key, out FileIdentity was) || was != file.Value))
        {
            _ledger.Forget(before.Keys.Union(after.Keys));
            _events.Notice(due.Sector, "its files were changed while they were read; the next scrub looks at them again");
        }
        else
        {
            looked = new LookedSector(survey, ScrubbedSector.Of(survey, before, _time.GetUtcNow()));
            _ledger.Record(looked.Seen);
        }

        _night = _night with
        {
            Bytes = _rate.Bytes,
            Looked = _night.Looked + (looked is null ? 0 : 1),
            Damaged = _night.Damaged + (looked is { Seen.IsWhole: false } ? 1 : 0),
            Left = _night.Left - 1,
            LeftBytes = Math.Max(0, _night.LeftBytes - due.Bytes),
        };
        _ledger.Update(_night);
        return looked;
    }

    /// <summary>What a sector's files are now, in all storage paths.</summary>
    private Dictionary<string, FileIdentity> Identities(SectorId sector)
    {
        Dictionary<string, FileIdentity> found = [];
        foreach (string path in Enum.GetValues<InstallArea>().SelectMany(area => _roots.PlacesOf(sector, area))
            .SelectMany(path => FileLook.TryThrough(path).Kind == FileKind.Folder ? FileLook.EntriesOf(path) : [path]))
        {
            if (FileIdentity.Of(path) is { } identity)
            {
                found[path] = identity;
            }
        }

        return found;
    }
}
