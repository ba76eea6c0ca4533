using Filecoin.Primitives;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Recovery.Scrub;

/// <summary>A large file whose reading was begun and is not finished.</summary>
/// <param name="Path">The file.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Parts">Parts of it that were read.</param>
public sealed record UnfinishedReading(string Path, long Length, long Parts)
{
    /// <summary>Bytes of a part where files are so long.</summary>
    public const int PartBytes = 1 << 20;

    /// <summary>Bytes of it that were read.</summary>
    public long Read => Math.Min(Length, Parts * PartBytes);
}

/// <summary>What is remembered from scrub to scrub. One process writes it at a time. Members are called from one thread, readings from any.</summary>
public interface IScrubLedger : IReadingKeeper
{
    /// <summary>The miners whose sectors were scrubbed.</summary>
    IReadOnlyList<ActorId> Miners();

    /// <summary>What was seen of a miner's sectors when each was looked at last, whether it is still there or not.</summary>
    IReadOnlyList<ScrubbedSector> SectorsOf(ActorId miner);

    /// <summary>The runs of a miner's scrubs, the newest first.</summary>
    /// <param name="miner">Whose.</param>
    /// <param name="most">How many.</param>
    IReadOnlyList<ScrubNight> NightsOf(ActorId miner, int most);

    /// <summary>The readings that were begun and are not finished.</summary>
    IReadOnlyList<UnfinishedReading> Unfinished();

    /// <summary>A run begins, goes on or ends: takes the place of the one that began when it did.</summary>
    void Update(ScrubNight night);

    /// <summary>A sector was looked at: takes the place of what was known of it, and the readings of its files are done.</summary>
    void Record(ScrubbedSector sector);

    /// <summary>Forgets the readings of files, which changed while they were read.</summary>
    void Forget(IEnumerable<string> paths);

    /// <summary>Makes durable what was kept of readings; that also happens by itself every few seconds.</summary>
    void Flush();
}
