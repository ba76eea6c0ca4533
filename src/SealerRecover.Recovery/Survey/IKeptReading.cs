using Filecoin.Primitives;

namespace SealerRecover.Recovery.Survey;

/// <summary>How far a reading is cannot be kept, which says nothing of the file that is read.</summary>
/// <param name="reason">Why.</param>
public sealed class ReadingNotKeptException(OperatorException reason) : Exception(reason?.Message, reason)
{
    /// <summary>Why.</summary>
    public OperatorException Reason { get; } = reason!;
}

/// <summary>What reading a part of a file found beside its nodes.</summary>
/// <param name="Bad">Stretches of the file that cannot be read or are no field elements.</param>
/// <param name="Failure">Why one cannot be read; null where all could.</param>
public sealed record PartTrouble(IReadOnlyList<ByteRange> Bad, string? Failure);

/// <summary>
/// How far the reading of one large file is, kept between runs. From any thread; where the keeping fails, with <see cref="ReadingNotKeptException"/>.
/// </summary>
public interface IKeptReading
{
    /// <summary>What a part was reduced to; false where it is still to be read.</summary>
    /// <param name="part">Which, from 0.</param>
    /// <param name="nodes">Filled with its nodes.</param>
    /// <param name="trouble">What else was found; null for nothing.</param>
    bool TryRecall(long part, Span<byte> nodes, out PartTrouble? trouble);

    /// <summary>Keeps what a part was reduced to; of one that is known already nothing changes.</summary>
    /// <param name="part">Which, from 0.</param>
    /// <param name="nodes">Its nodes.</param>
    /// <param name="trouble">What else was found; null for nothing.</param>
    void Keep(long part, ReadOnlySpan<byte> nodes, PartTrouble? trouble);

    /// <summary>Forgets all parts.</summary>
    void Forget();
}

/// <summary>Keeps how far readings are, so that a survey that is stopped goes on within a file.</summary>
public interface IReadingKeeper
{
    /// <summary>The reading of one file, as it is now: of one that was changed since, nothing is known.</summary>
    /// <param name="path">The file.</param>
    /// <param name="partNodes">Nodes that each part is reduced to.</param>
    IKeptReading Of(string path, int partNodes);
}
