using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Primitives;
using SealerRecover.Recovery;
using SealerRecover.Recovery.Metadata;

namespace SealerRecover.Commands;

/// <summary>
/// The metadata file that export adds to. What is found goes in as the run goes on, the file whole each time, so that a run that is stopped or
/// killed has not asked for nothing: the next one goes on from there. From any thread.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="miner">Whose sectors.</param>
/// <param name="size">Their size.</param>
/// <param name="time">The clock.</param>
internal sealed class ExportFile(string path, ActorId miner, SectorSize size, TimeProvider time) : ILostDiskList
{
    /// <summary>At least so long between two writings.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>And so many times as long as the last writing took, so that a large file is not written all the time.</summary>
    private const int TimesWriting = 20;

    private readonly Lock _lock = new();
    private List<LostDisk> _lost = [];
    private readonly List<SectorFacts> _found = [];
    private HashSet<ulong> _withPieces = [];
    private HashSet<ulong> _fromEarlier = [];
    private long _last = time.GetTimestamp();
    private TimeSpan _wait = Interval;

    /// <summary>The file.</summary>
    public string Path => path;

    string? ILostDiskList.Path => path;

    /// <summary>Which sectors stood on disks that were lost, by earlier runs and this one.</summary>
    public IReadOnlyList<LostDisk> LostDisks => _lost;

    /// <summary>What the file holds after the last writing; null if nothing was written.</summary>
    public RecoveryMetadata? Written { get; private set; }

    /// <summary>
    /// What the file has of sectors from earlier runs, as far as the epochs of their tickets and their CommD were cross-checked then; nothing if
    /// there is none. Whether what a source told alone is right shows nowhere but in the result of sealing, so that is asked again.
    /// </summary>
    /// <exception cref="OperatorException">BadInput: it is no metadata file of this miner, found out before anybody is asked.</exception>
    public IReadOnlyDictionary<ulong, SectorFacts> Known()
    {
        if (!System.IO.Path.Exists(path))
        {
            return new Dictionary<ulong, SectorFacts>();
        }

        RecoveryMetadata there = MetadataFile.Read(path);
        MetadataFile.RefuseAnotherMiner(path, there, new RecoveryMetadata(miner, size, []));
        _lost = [.. there.LostOn];
        _fromEarlier = [.. there.Sectors.Select(facts => facts.Sector.Number)];
        _withPieces = [.. there.Sectors.Where(facts => facts.Holds is { PiecesUntold: false }).Select(facts => facts.Sector.Number)];
        return there.Sectors.Where(facts => there.Checked.Contains(facts.Sector.Number)).ToDictionary(facts => facts.Sector.Number);
    }

    /// <summary>Writes at once which sectors stood on disks that were lost.</summary>
    /// <exception cref="OperatorException">The file cannot be written.</exception>
    public void Keep(IReadOnlyList<LostDisk> disks)
    {
        lock (_lock)
        {
            _lost = [.. _lost.Where(there => disks.All(disk => disk.Storage != there.Storage)), .. disks];
            Written = MetadataFile.Merge(path, new RecoveryMetadata(miner, size, []) { LostOn = _lost });
        }
    }

    /// <summary>A sector is done.</summary>
    /// <exception cref="OperatorException">The file cannot be written.</exception>
    public void Add(SectorLookupResult result)
    {
        // Pieces that the file has are worth more than that nobody tells them today.
        if (result.Facts is not { } facts || (facts.PiecesUntold && _withPieces.Contains(facts.Sector.Number)))
        {
            return;
        }

        lock (_lock)
        {
            _found.Add(facts);
            if (time.GetElapsedTime(_last) >= _wait)
            {
                Write(_found, []);
            }
        }
    }

    /// <summary>Writes all that was found.</summary>
    /// <param name="inOrder">In which order new sectors go in.</param>
    /// <exception cref="OperatorException">The file cannot be written.</exception>
    public void Finish(IReadOnlyList<ulong> inOrder)
    {
        lock (_lock)
        {
            Dictionary<ulong, SectorFacts> found = _found.ToDictionary(facts => facts.Sector.Number);
            SectorFacts[] ordered = [.. inOrder.Where(found.ContainsKey).Select(number => found[number])];
            if (ordered.Length > 0)
            {
                Write(ordered, ordered.Select(facts => facts.Sector.Number).Where(number => !_fromEarlier.Contains(number)).ToHashSet());
            }
        }
    }

    private void Write(IReadOnlyList<SectorFacts> sectors, HashSet<ulong> goLast)
    {
        long began = time.GetTimestamp();
        Written = MetadataFile.Merge(path, new RecoveryMetadata(miner, size, sectors) { GoLast = goLast });
        TimeSpan took = time.GetElapsedTime(began) * TimesWriting;
        _wait = took > Interval ? took : Interval;
        _last = time.GetTimestamp();
    }
}
