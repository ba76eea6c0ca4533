using Filecoin.Primitives;

namespace SealerRecover.Recovery.Scrub;

/// <summary>How a run of a scrub ended.</summary>
public enum ScrubEnd
{
    /// <summary>It has not, or died.</summary>
    None,

    /// <summary>Everything that was due was looked at.</summary>
    Complete,

    /// <summary>Its hours were over, or it was stopped; the next one goes on.</summary>
    Interrupted,
}

/// <summary>One run of a scrub.</summary>
/// <param name="Miner">Whose sectors.</param>
/// <param name="Started">When it began.</param>
/// <param name="Ended">When it ended; null while it runs, and of one that died.</param>
/// <param name="End">How.</param>
/// <param name="Bytes">Bytes read.</param>
/// <param name="Looked">Sectors whose look was finished in it.</param>
/// <param name="Damaged">Those of them that were not whole.</param>
/// <param name="There">Sectors of which anything was in the storage paths.</param>
/// <param name="Left">Those that were due and not finished.</param>
/// <param name="LeftBytes">Bytes of their files that were still to be read.</param>
public sealed record ScrubNight(
    ActorId Miner, DateTimeOffset Started, DateTimeOffset? Ended, ScrubEnd End, long Bytes, int Looked, int Damaged, int There, int Left, long LeftBytes);
