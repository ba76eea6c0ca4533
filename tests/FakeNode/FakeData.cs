using Filecoin.Primitives;

namespace SealerRecover.Tests;

/// <summary>A piece as messages, events, deals and claims name it; nothing keeps it from being absurd.</summary>
/// <param name="Cid">CommP.</param>
/// <param name="Size">Padded.</param>
public readonly record struct FakePiece(Cid Cid, ulong Size);

/// <summary>A storage deal.</summary>
/// <param name="Piece">What it is about.</param>
/// <param name="Provider">With whom.</param>
public sealed record FakeDeal(FakePiece Piece, Address Provider)
{
    /// <summary>The first state that has it.</summary>
    public long From { get; init; }

    /// <summary>The last state that has it.</summary>
    public long Until { get; init; } = long.MaxValue;
}

/// <summary>A claim of verified data.</summary>
/// <param name="Sector">Where the piece is.</param>
/// <param name="Piece">The piece.</param>
public sealed record FakeClaim(ulong Sector, FakePiece Piece)
{
    /// <summary>The first state that has it.</summary>
    public long From { get; init; }

    /// <summary>The last state that has it.</summary>
    public long Until { get; init; } = long.MaxValue;
}

/// <summary>How a sector was updated.</summary>
/// <param name="Epoch">In which messages; the state after them has it.</param>
public sealed record FakeUpdate(long Epoch)
{
    /// <summary>27, 29 or 35; any other number for a call through another actor.</summary>
    public int Method { get; init; } = 35;

    /// <summary>CommD of the new data: told by method 29 and by the event.</summary>
    public Cid? UnsealedCid { get; init; }

    /// <summary>The pieces: told by method 35 and by the event.</summary>
    public FakePiece[] Pieces { get; init; } = [];

    /// <summary>The deals: told by methods 27 and 29.</summary>
    public ulong[] DealIds { get; init; } = [];
}
