using System.Collections.Immutable;
using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Messages;
using Filecoin.Primitives;

namespace Filecoin.Chain.Sources;

/// <summary>
/// The one place where sources are compared: what two of them both say must be the same, and epochs must lie in the order in which a sector
/// lives. The records of who sealed give way to the newest state, with a note. Pure; asks nobody.
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
        List<string> overruled = [];
        Compared ofKey = new(sector, statements, overruled, said => said.SealedCid);
        Compared ofUpdate = ofKey with { Named = said => said.UpdateSealedCid };
        AgreedFacts agreed = new()
        {
            SealProof = Same(ofKey, "the seal proof", said => said.SealProof),
            TicketEpoch = Same(ofKey, "the ticket's epoch", said => Some(said.TicketEpoch)),
            Ticket = Same(ofKey, "the ticket", said => Some(said.Ticket)),
            SealedCid = Same(ofKey, sealedCid, said => Some(said.SealedCid)),
            UpdateSealedCid = Same(ofUpdate, "the update's SealedCID", said => Some(said.UpdateSealedCid)),
            CommD = Same(ofKey, "CommD", said => Some(said.CommD ?? said.Data?.CommD)),
            DealIds = Same(ofKey, "the list of deals", said => said.DealIds, SameDeals, DealsText),
            Data = Same(ofKey, "the list of pieces", said => said.Data, SamePieces, PiecesText),
            UpdateCommD = Same(ofUpdate, "the update's CommD", said => Some(said.UpdateCommD ?? said.UpdateData?.CommD)),
            UpdateData = Same(ofUpdate, "the update's list of pieces", said => said.UpdateData, SamePieces, PiecesText),
            PreCommitEpoch = Same(ofKey, "the epoch of the pre-commit", said => Some(said.PreCommitEpoch)),
            PreCommitMessage = statements.Select(said => said.PreCommitMessage).FirstOrDefault(cid => cid is not null),
            CommitMessages = Named(statements, said => said.CommitMessage),
            UpdateMessages = Named(statements, said => said.UpdateMessage),
            Overruled = overruled,
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
        Compared compared, string what, Func<SectorStatement, T?> of, Func<T, T, bool>? same = null, Func<T, string>? text = null)
        where T : class
    {
        same ??= EqualityComparer<T>.Default.Equals;
        text ??= value => value.ToString()!;
        SectorStatement[] saying = [.. compared.Statements.Where(said => of(said) is not null)];
        SectorStatement? newest = saying.FirstOrDefault(said => said.IsNewestState);
        if ((newest ?? saying.FirstOrDefault(said => !compared.IsOfAnother(said)) ?? saying.FirstOrDefault()) is not { } first)
        {
            return null;
        }

        List<SectorStatement> agreeing = [];
        foreach (SectorStatement said in saying)
        {
            if (same(of(said)!, of(first)!))
            {
                agreeing.Add(said);
            }
            else if (said.GivesWay && (newest is not null || (compared.IsOfAnother(said) && !compared.IsOfAnother(first))))
            {
                compared.Overruled.Add($"{what} is {text(of(first)!)} by {first.Source}, which holds, though {said.Source} says {text(of(said)!)}");
            }
            else
            {
                // Who spoke first is named first.
                (SectorStatement one, SectorStatement other) = Array.IndexOf(saying, said) < Array.IndexOf(saying, first) ? (said, first) : (first, said);
                throw Contradiction(compared.Sector, what, text(of(one)!), one.Source, text(of(other)!), other.Source);
            }
        }

        return new Agreed<T>(of(first)!, [.. agreeing]);
    }

    private static Agreed<T>? Same<T>(Compared compared, string what, Func<SectorStatement, Said<T>?> of)
        where T : struct
    {
        Agreed<Said<T>>? agreed = Same<Said<T>>(compared, what, of);
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

    /// <summary>What is compared.</summary>
    /// <param name="Sector">Whom it is about.</param>
    /// <param name="Statements">In the order they were made.</param>
    /// <param name="Overruled">A sentence for each word that gave way is added here.</param>
    /// <param name="Named">The CommR that a statement names for what its facts are about.</param>
    private sealed record Compared(
        SectorId Sector, IReadOnlyList<SectorStatement> Statements, List<string> Overruled, Func<SectorStatement, CommR?> Named)
    {
        /// <summary>Whether a record names another CommR than the newest state has: then the rest of it may be of another sealing, too.</summary>
        internal bool IsOfAnother(SectorStatement said) =>
            said.GivesWay && Named(said) is { } named
            && Statements.FirstOrDefault(other => other.IsNewestState) is { } newest && Named(newest) is { } onChain && onChain != named;
    }

    /// <summary>A value in the guise of an object, so that one comparison serves both.</summary>
    private sealed record Said<T>(T Value)
        where T : struct
    {
        public override string ToString() => Value.ToString()!;
    }
}
