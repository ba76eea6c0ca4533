using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Ledger;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Scrub;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Tests.Survey;

namespace SealerRecover.Recovery.Tests.Scrub;

/// <summary>A storage path with many sectors in it, all of one miner, and what scrubs of it remember.</summary>
internal sealed class ScrubbedStorage : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Dictionary<ulong, SurveyFacts> _facts = [];

    public static ActorId Miner { get; } = new(1000);

    public string Root => _folder.At("root");

    public string LedgerPath => _folder.At("state", "scrub.db");

    public IReadOnlyCollection<SurveyFacts> Facts => _facts.Values;

    /// <summary>Puts copies of a sector there. What proves a sector is the same under any number.</summary>
    public void Add(SurveyedSector source, params IEnumerable<ulong> numbers)
    {
        foreach (ulong number in numbers)
        {
            SectorId sector = new(Miner, number);
            _facts[number] = source.Facts with { Sector = sector };
            Directory.CreateDirectory(Path.GetDirectoryName(Sealed(number))!);
            File.Copy(source.Sealed, Sealed(number));
            Directory.CreateDirectory(Cache(number));
            foreach (string path in Directory.EnumerateFiles(source.Cache))
            {
                File.Copy(path, Path.Combine(Cache(number), Path.GetFileName(path)));
            }
        }
    }

    /// <summary>An unsealed copy of zeros, as long as the sector.</summary>
    public string AddUnsealed(ulong number)
    {
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(Root, "unsealed")).FullName, Name(number));
        File.WriteAllBytes(path, new byte[_facts[number].Porep.SectorSize.Bytes]);
        return path;
    }

    /// <summary>Makes a sector a snapped one, whose update is as its key, which is all the same to those who only read.</summary>
    public void AddUpdate(ulong number)
    {
        _facts[number] = _facts[number] with { IsSnapped = true, UpdateSealedCid = _facts[number].SealedCid };
        File.Copy(Sealed(number), Path.Combine(Directory.CreateDirectory(Path.Combine(Root, "update")).FullName, Name(number)));
        string cache = Directory.CreateDirectory(Path.Combine(Root, "update-cache", Name(number))).FullName;
        foreach (string path in Directory.EnumerateFiles(Cache(number)))
        {
            File.Copy(path, Path.Combine(cache, Path.GetFileName(path)));
        }
    }

    public string Sealed(ulong number) => Path.Combine(Root, "sealed", Name(number));

    public string Cache(ulong number) => Path.Combine(Root, "cache", Name(number));

    public string PAux(ulong number) => Path.Combine(Cache(number), CacheNames.PAux);

    public string Tree(ulong number) => Path.Combine(Cache(number), CacheNames.TreeRLast(_facts[number].Porep.Shape, 0));

    public ScrubLedger Open(TimeProvider? time = null) => ScrubLedger.Open(LedgerPath, time ?? TimeProvider.System);

    /// <summary>A run to its end, or until it is stopped.</summary>
    public (ScrubNight Night, IReadOnlyList<LookedSector> Looked, ScrubRun Run) Scrub(
        ScrubLedger ledger, IFileSystem? files = null, CancellationToken? stop = null, ScrubSettings? settings = null, TimeProvider? time = null)
    {
        settings ??= new ScrubSettings();
        settings = settings with { Survey = settings.Survey with { Files = files ?? LinuxFileSystem.Instance } };
        TimeProvider clock = time ?? TimeProvider.System;
        Scrubber scrubber = new(StorageRoots.Read([Root]), ledger, settings, clock, new EventSink(new NobodyLooks(), clock));
        ScrubRun run = scrubber.Begin(Miner, Facts, stop ?? TestContext.Current.CancellationToken);
        List<LookedSector> looked = [];
        while (run.Next() is { } sector)
        {
            looked.Add(sector);
        }

        return (run.End(), looked, run);
    }

    public void Dispose() => _folder.Dispose();

    private static string Name(ulong number) => new SectorId(Miner, number).FileName;

    private sealed class NobodyLooks : IRecoveryObserver
    {
        public void On(RecoveryEvent happened)
        {
        }
    }
}
