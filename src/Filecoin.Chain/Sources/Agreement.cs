using System.Collections.Immutable;
using System.Globalization;
using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>
/// The one place where sources are compared: what two of them both say must be the same, and epochs must lie in the order in which a sector
/// lives. Pure; asks nobody.
/// </summary>
internal static class Agreement
{
    private const string Hint =
        "nothing was sealed, since one of the two is wrong: find out which, and leave that source out; for epochs and tickets, "
        + "`lotus state sector` on an archive node shows what the chain had";

    /// <summary>What the statements say together.</summary>
    /// <param name="sector">Whom they are about, for messages.</param>
    /// <param name="statements">In the order they were made; the first is named first in a contradiction.</param>
    /// <param name="activation">Epoch in which the sector was first proven; null where it is not.</param>
    /// <exception cref="OperatorException">SourcesDisagree, in one sentence that names both.</exception>
    internal static AgreedFacts Of(SectorId sector, IReadOnlyList<SectorStatement> statements, long? activation)
    {
        // Who gives the update's by mistake has to see which of the two is meant.
        string sealedCid = statements.Any(said => said.UpdateSealedCid is not null) ? "the SealedCID of its key" : "the SealedCID";
        AgreedFacts agreed = new()
        {
            SealProof = Same(sector, "the seal proof", statements, said => said.SealProof),
            TicketEpoch = Same(sector, "the ticket's epoch", statements, said => Some(said.TicketEpoch)),
            Ticket = Same(sector, "the ticket", statements, said => Some(said.Ticket)),
            SealedCid = Same(sector, sealedCid, statements, said => Some(said.SealedCid)),
            UpdateSealedCid = Same(sector, "the update's SealedCID", statements, said => Some(said.UpdateSealedCid)),
            CommD = Same(sector, "CommD", statements, said => Some(said.CommD ?? said.Data?.CommD)),
            DealIds = Same(sector, "the list of deals", statements, said => said.DealIds, SameDeals, DealsText),
            Data = Same(sector, "the list of pieces", statements, said => said.Data, SamePieces, PiecesText),
            UpdateCommD = Same(sector, "the update's CommD", statements, said => Some(said.UpdateCommD ?? said.UpdateData?.CommD)),
            UpdateData = Same(sector, "the update's list of pieces", statements, said => said.UpdateData, SamePieces, PiecesText),
            PreCommitEpoch = Same(sector, "the epoch of the pre-commit", statements, said => Some(said.PreCommitEpoch)),
            PreCommitMessage = statements.Select(said => said.PreCommitMessage).FirstOrDefault(cid => cid is not null),
            CommitMessages = Named(statements, said => said.CommitMessage),
            UpdateMessages = Named(statements, said => said.UpdateMessage),
        };
        InOrder(sector, agreed, activation);
        return agreed;
    }

    /// <summary>Whether two lists of pieces can be of the same data: zero pieces may stand in one and be left out in the other.</summary>
    internal static bool SamePieces(SectorData one, SectorData other)
    {
        // A set without order may be incomplete, as claims are, so it contradicts nothing; CommD decides about it.
        return !one.OrderKnown || !other.OrderKnown || WithoutZeros(one).SequenceEqual(WithoutZeros(other));

        static IEnumerable<PieceInfo> WithoutZeros(SectorData data) =>
            data.Pieces.Where(piece => piece.CommP != ZeroCommitments.ForPiece(piece.PaddedSize));
    }

    /// <summary>"… is X by this, but Y by that".</summary>
    internal static OperatorException Contradiction(SectorId sector, string what, string one, string oneSource, string other, string otherSource) => new(
        FailureKind.SourcesDisagree, $"{sector}: {what} is {one} by {oneSource}, but {other} by {otherSource}", Hint);

    private static Agreed<T>? Same<T>(
        SectorId sector,
        string what,
        IReadOnlyList<SectorStatement> statements,
        Func<SectorStatement, T?> of,
        Func<T, T, bool>? same = null,
        Func<T, string>? text = null)
        where T : class
    {
        same ??= EqualityComparer<T>.Default.Equals;
        text ??= value => value.ToString()!;
        ImmutableArray<SectorStatement> saying = [.. statements.Where(said => of(said) is not null)];
        if (saying.IsEmpty)
        {
            return null;
        }

        T first = of(saying[0])!;
        return saying.FirstOrDefault(said => !same(of(said)!, first)) is { } other
            ? throw Contradiction(sector, what, text(first), saying[0].Source, text(of(other)!), other.Source)
            : new Agreed<T>(first, saying);
    }

    private static Agreed<T>? Same<T>(SectorId sector, string what, IReadOnlyList<SectorStatement> statements, Func<SectorStatement, Said<T>?> of)
        where T : struct
    {
        Agreed<Said<T>>? agreed = Same<Said<T>>(sector, what, statements, of);
        return agreed is null ? null : new Agreed<T>(agreed.Value.Value, agreed.Statements);
    }

    private static ImmutableArray<NamedMessage> Named(IReadOnlyList<SectorStatement> statements, Func<SectorStatement, Cid?> of) =>
    [
        .. statements.Where(said => of(said) is not null).Select(said => new NamedMessage(of(said)!, said.Source)).DistinctBy(named => named.Cid),
    ];

    /// <summary>SealRandEpoch lies before the pre-commit, that before the proof.</summary>
    private static void InOrder(SectorId sector, AgreedFacts agreed, long? activation)
    {
        if (agreed.PreCommitEpoch is { } preCommit && preCommit.Value >= activation)
        {
            throw new OperatorException(
                FailureKind.SourcesDisagree,
                $"{sector} was pre-committed at epoch {preCommit.Value} by {preCommit.Sources[0]}, not before its activation at epoch {activation}",
                Hint);
        }

        if (agreed.TicketEpoch is { } ticket && (agreed.PreCommitEpoch?.Value ?? activation) is { } committed && ticket.Value >= committed)
        {
            throw new OperatorException(
                FailureKind.SourcesDisagree,
                $"{sector} is said to be sealed with the ticket of epoch {ticket.Value} by {ticket.Sources[0]}, which is not before epoch {committed} "
                    + "in which it was committed",
                Hint);
        }
    }

    private static bool SameDeals(IReadOnlyList<ulong> one, IReadOnlyList<ulong> other) => one.SequenceEqual(other);

    private static string DealsText(IReadOnlyList<ulong> deals) => deals.Count == 0
        ? "empty"
        : Shortened(deals.Select(deal => deal.ToString(CultureInfo.InvariantCulture)));

    private static string PiecesText(SectorData data) => data.Pieces.IsEmpty
        ? "empty"
        : Shortened(data.Pieces.Select(piece => $"{piece.CommP} of {piece.PaddedSize} bytes"));

    private static string Shortened(IEnumerable<string> entries)
    {
        const int most = 3;
        string[] all = [.. entries];
        return all.Length <= most ? string.Join(", ", all) : $"{string.Join(", ", all.Take(most))} and {all.Length - most} more";
    }

    private static Said<T>? Some<T>(T? value)
        where T : struct => value is { } said ? new Said<T>(said) : null;

    /// <summary>A value in the guise of an object, so that one comparison serves both.</summary>
    private sealed record Said<T>(T Value)
        where T : struct
    {
        public override string ToString() => Value.ToString()!;
    }
}
