using System.Collections.Immutable;
using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>Reads what a sealing node wrote down about a sector, which is checked as far as it can be read.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="Source">The node, for complaints and statements.</param>
internal readonly record struct Recorded(SectorId Sector, string Source)
{
    /// <summary>A ticket; null for none, which is also an empty one.</summary>
    internal Ticket? Ticket(byte[]? value) => value switch
    {
        null or [] => null,
        { Length: Cryptography.Bytes32.Length } => new Ticket(new Cryptography.Bytes32(value)),
        _ => throw Bad($"a ticket of {value.Length} bytes where it must be {Cryptography.Bytes32.Length}"),
    };

    /// <summary>A CommR; null for none.</summary>
    internal CommR? CommR(Cid? cid) =>
        cid is null ? null
        : CommitmentCid.TryGetCommR(cid, out CommR commR) ? commR
        : throw Bad($"a CommR that is no replica commitment ({cid})");

    /// <summary>A CommD; null for none.</summary>
    internal CommD? CommD(Cid? cid) =>
        cid is null ? null
        : CommitmentCid.TryGetCommD(cid, out CommD commD) ? commD
        : throw Bad($"a CommD that is no data commitment ({cid})");

    /// <summary>A seal proof; null for none.</summary>
    internal SealProofInfo? Proof(long? number) =>
        number is not { } named ? null
        : SealProofs.TryGet(named, out SealProofInfo proof) ? proof
        : throw Bad($"the seal proof {named}, which this version does not know");

    /// <summary>Pieces in their order; null where there are none or only zero pieces.</summary>
    /// <param name="entries">The list; null for none. The JSON reader takes null for an entry, whatever the list's type says.</param>
    /// <param name="name">What an entry names.</param>
    /// <param name="size">The sector's size.</param>
    internal SectorData? Data<T>(IReadOnlyList<T?>? entries, Func<T, NamedPiece> name, SectorSize size)
        where T : class
    {
        NamedPiece[] named = [.. (entries ?? []).OfType<T>().Select(name)];
        if (named.Length != (entries?.Count ?? 0))
        {
            throw Bad("a list of pieces with null where there must be a piece");
        }

        if (named.Length > PieceSizes.MostPieces)
        {
            throw Bad($"{named.Length} pieces, more than any sector has");
        }

        if (!NamedPieces.TryMake(named, size, out ImmutableArray<PieceInfo> pieces, out string? complaint))
        {
            throw Bad($"a list of pieces that cannot be ({complaint})");
        }

        return pieces.All(piece => piece.CommP == ZeroCommitments.ForPiece(piece.PaddedSize)) ? null
            : PieceSizes.Misfit(pieces.AsSpan(), orderKnown: true, size) is { } misfit ? throw Bad($"a list of pieces that cannot be ({misfit})")
            : new SectorData { Pieces = pieces, OrderKnown = true, Source = $"the list of pieces of {Source}, in its order" };
    }

    private OperatorException Bad(string what) => new(
        FailureKind.BadInput, $"{Sector}: {Source} has {what}", "leave that source out, or correct what it says");
}
