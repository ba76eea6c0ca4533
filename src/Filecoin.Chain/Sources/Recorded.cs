using System.Collections.Immutable;
using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>Reads what a sealing node wrote down about a sector, which is checked as far as it can be read.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="Source">The node, for complaints and statements.</param>
public readonly record struct Recorded(SectorId Sector, string Source)
{
    /// <summary>A ticket; null for none, which is also an empty one.</summary>
    /// <exception cref="OperatorException">BadInput: of another length.</exception>
    public Ticket? Ticket(byte[]? value) => value switch
    {
        null or [] => null,
        { Length: Cryptography.Bytes32.Length } => new Ticket(new Cryptography.Bytes32(value)),
        _ => throw Bad($"a ticket of {value.Length} bytes where it must be {Cryptography.Bytes32.Length}"),
    };

    /// <summary>An epoch; null for none.</summary>
    /// <exception cref="OperatorException">BadInput: further than the chain can reach.</exception>
    public long? Epoch(long? number) =>
        number is not { } epoch || Epochs.CanBe(epoch) ? number : throw Bad($"the epoch {number}, which there is none of");

    /// <summary>A CID from its text; null for none.</summary>
    /// <exception cref="OperatorException">BadInput: text that is none.</exception>
    public Cid? Cid(string? text) =>
        string.IsNullOrEmpty(text) ? null
        : Primitives.Cid.TryParse(text, out Cid? cid) ? cid
        : throw Bad($"\"{Printable.Line(text, 80)}\" where a CID has to be");

    /// <summary>A CommR; null for none.</summary>
    /// <exception cref="OperatorException">BadInput: another kind of CID.</exception>
    public CommR? CommR(Cid? cid) =>
        cid is null ? null
        : CommitmentCid.TryGetCommR(cid, out CommR commR) ? commR
        : throw Bad($"a CommR that is no replica commitment ({cid})");

    /// <summary>A CommD; null for none.</summary>
    /// <exception cref="OperatorException">BadInput: another kind of CID.</exception>
    public CommD? CommD(Cid? cid) =>
        cid is null ? null
        : CommitmentCid.TryGetCommD(cid, out CommD commD) ? commD
        : throw Bad($"a CommD that is no data commitment ({cid})");

    /// <summary>A seal proof; null for none.</summary>
    /// <exception cref="OperatorException">BadInput: not one of the table.</exception>
    public SealProofInfo? Proof(long? number) =>
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
        return named.Length == (entries?.Count ?? 0) ? Data(named, size) : throw Bad("a list of pieces with null where there must be a piece");
    }

    /// <summary>Pieces in their order; null where there are none or only zero pieces.</summary>
    /// <exception cref="OperatorException">BadInput: one that can be none, or more than the sector holds.</exception>
    public SectorData? Data(IReadOnlyCollection<NamedPiece> named, SectorSize size)
    {
        if (named.Count > PieceSizes.MostPieces)
        {
            throw Bad($"{named.Count} pieces, more than any sector has");
        }

        if (!NamedPieces.TryMake(named, size, out ImmutableArray<PieceInfo> pieces, out string? complaint))
        {
            throw Bad($"a list of pieces that cannot be ({complaint})");
        }

        return pieces.All(piece => piece.CommP == ZeroCommitments.ForPiece(piece.PaddedSize)) ? null
            : PieceSizes.Misfit(pieces.AsSpan(), orderKnown: true, size) is { } misfit ? throw Bad($"a list of pieces that cannot be ({misfit})")
            : new SectorData { Pieces = pieces, OrderKnown = true, Source = $"the list of pieces of {Source}, in its order" };
    }

    /// <summary>The failure that something written down cannot be.</summary>
    /// <param name="what">What it is, the end of a sentence: "two rows for it".</param>
    public OperatorException Bad(string what) => new(
        FailureKind.BadInput, $"{Sector}: {Source} has {what}", "leave that source out, or correct what it says");
}
