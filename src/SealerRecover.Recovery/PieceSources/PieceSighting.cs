namespace SealerRecover.Recovery.PieceSources;

/// <summary>What speaks for a piece being somewhere.</summary>
public enum SightingEvidence
{
    /// <summary>A name: the file's, the server's answer, or the sector whose unsealed copy it is. Nothing was read.</summary>
    Name,

    /// <summary>Only that a file whose name tells nothing, as those that Curio parks, has the length for it. Nothing was read.</summary>
    Length,

    /// <summary>All of it was read and has the piece's commitment.</summary>
    Commitment,
}

/// <summary>A place that seems to have a piece.</summary>
/// <param name="Source">The place; null for the store of an earlier or another run.</param>
/// <param name="Where">The path or address.</param>
/// <param name="Length">Bytes there, where told; of an unsealed sector file those of the piece.</param>
public sealed record PieceSighting(PieceSource? Source, string Where, long? Length)
{
    /// <summary>Why it seems so.</summary>
    public SightingEvidence Evidence { get; init; }
}
