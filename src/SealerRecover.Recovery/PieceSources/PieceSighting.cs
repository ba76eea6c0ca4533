namespace SealerRecover.Recovery.PieceSources;

/// <summary>A place that seems to have a piece. Nothing was read, so nothing is verified.</summary>
/// <param name="Source">The place; null for the store of an earlier or another run.</param>
/// <param name="Where">The path or address.</param>
/// <param name="Length">Bytes there, where told; of an unsealed sector file those of the piece.</param>
public sealed record PieceSighting(PieceSource? Source, string Where, long? Length)
{
    /// <summary>Whether it is only said to be there, on a machine from which nothing is fetched.</summary>
    public bool IsOutOfReach { get; init; }
}
