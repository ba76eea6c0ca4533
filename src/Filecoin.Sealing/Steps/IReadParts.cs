namespace Filecoin.Sealing.Steps;

/// <summary>
/// Remembers what the parts of a file were reduced to, so that a reading that was interrupted goes on behind them and no part is read twice. A
/// part is the unit that is read at once (1 MiB, or the tree over it where that is smaller), counted over the file from 0. From any thread.
/// </summary>
public interface IReadParts
{
    /// <summary>The nodes that a part was reduced to when it was read; false where that is still to be done.</summary>
    /// <param name="part">Which.</param>
    /// <param name="nodes">Filled with as many nodes as <see cref="Keep"/> was given.</param>
    bool TryRecall(long part, Span<byte> nodes);

    /// <summary>Keeps what a part was reduced to; of one that is known already nothing changes.</summary>
    /// <param name="part">Which.</param>
    /// <param name="nodes">Whole nodes of 32 bytes.</param>
    void Keep(long part, ReadOnlySpan<byte> nodes);

    /// <summary>Forgets all parts: what hashed them has come into doubt.</summary>
    void Forget();
}
