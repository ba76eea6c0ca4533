using Filecoin.Chain.Rpc;
using Filecoin.Chain.Rules;
using Filecoin.Primitives;

namespace Filecoin.Chain.Pieces;

/// <summary>
/// Finds the pieces of a sector: asks one list after the other, the best first, and takes the first answer that can be true. What the lists
/// before it said becomes notes; if none answers, the failure says what each said.
/// </summary>
internal sealed class PieceLists(IReadOnlyList<IPieceList> lists)
{
    private static readonly Hint WhoSealed =
        $"the lotus-miner that sealed it with {Setting.MinerApi}, or Curio's database with {Setting.CurioDatabase}, or damocles' state of it with {Setting.DamoclesState}; "
        + $"or write the pieces to a metadata file as docs/formats.md describes and name that with {Setting.Metadata}";

    private static readonly Hint AnybodyHint = $"name an archive node with {Setting.ArchiveNode}, best one with actor events indexed; or {WhoSealed}";

    // Data without deals comes on chain with the proof: until then no node, old or new, can have a word about it.
    private static readonly Hint UnprovenHint = $"until it is proven only who sealed it knows its pieces: name {WhoSealed}";

    /// <summary>The pieces of a sector that holds some.</summary>
    /// <param name="question">Which sector.</param>
    /// <param name="notes">What the operator should know about the answer is added here.</param>
    /// <param name="cancellation">Ends the search.</param>
    internal async Task<FoundPieces> FindAsync(PieceQuestion question, List<string> notes, CancellationToken cancellation)
    {
        string what = question.IsUpdate ? "the pieces of its update" : "its pieces";
        List<string> complaints = [];
        List<string> troubles = [];
        List<string> unable = [];
        List<FailureKind> kinds = [];
        foreach (IPieceList list in lists)
        {
            PieceAnswer answer;
            string? remark = null;
            try
            {
                answer = Checked(question, await list.FindAsync(question, cancellation).ConfigureAwait(false), kinds, out remark);
            }
            catch (OperatorException error)
            {
                kinds.Add(KindOf(error));
                if (error is ChainCallException { IsUntold: true } or ChainCallException { IsAnswer: true })
                {
                    // That a node has pruned something or keeps no events matters only if the next list says less than this one could.
                    unable.Add($"{list.Name}: {error.Message}");
                    answer = PieceAnswer.Nothing(error.Message);
                }
                else
                {
                    answer = PieceAnswer.Refused(error.Message);
                }
            }

            if (answer.Data is { } data)
            {
                notes.AddRange(troubles.Concat(data.OrderKnown ? [] : unable).Select(trouble => $"{what} could not be read from {trouble}"));
                notes.AddRange(remark is null ? [] : [$"{what} {remark} ({data.Source})"]);
                return new FoundPieces(data with { CommD = question.CommD ?? data.CommD }, null);
            }

            complaints.Add($"{list.Name}: {answer.Why}");
            if (answer.IsTrouble)
            {
                troubles.Add($"{list.Name}: {answer.Why}");
            }
        }

        FailureKind kind =
            kinds.Contains(FailureKind.StatePruned) ? FailureKind.StatePruned
            : kinds.Contains(FailureKind.NodeUnreachable) ? FailureKind.NodeUnreachable
            : kinds.Contains(FailureKind.SourcesDisagree) ? FailureKind.SourcesDisagree
            : FailureKind.NotSupported;
        string holds = question.IsUpdate ? "was updated with data" : "holds data";
        bool isUnproven = question is { IsUpdate: false, Epoch: null, DealIds.Count: 0 };
        return new FoundPieces(null, new OperatorException(
            kind, $"{question.Sector} {holds}, but nothing tells which pieces ({string.Join("; ", complaints)})", isUnproven ? UnprovenHint : AnybodyHint));
    }

    /// <summary>A node that says no, or that it does not know a method or keep events, is there; only silence makes it unreachable.</summary>
    private static FailureKind KindOf(OperatorException error) =>
        error is ChainCallException { Error: not null, Kind: not FailureKind.StatePruned } ? FailureKind.NotSupported : error.Kind;

    /// <summary>Refuses pieces that do not fit, or that do not give the CommD that is known.</summary>
    private static PieceAnswer Checked(PieceQuestion question, PieceAnswer answer, List<FailureKind> kinds, out string? remark)
    {
        remark = null;
        if (answer.Data is not { } data)
        {
            return answer;
        }

        CommD zeros = ZeroCommitments.ForSector(question.Size);
        if (question.CommD is { } known && data.CommD is { } told && known != told)
        {
            kinds.Add(FailureKind.SourcesDisagree);
            return PieceAnswer.Refused($"they are said to give CommD {told}, but the sector has {known} by {question.CommDBy}");
        }

        // An update to zeros is possible, and its list is empty; but then its CommR is its key's, and no list is asked.
        CommD? commD = question.CommD ?? data.CommD;
        if (question.IsUpdate && commD == zeros)
        {
            kinds.Add(FailureKind.SourcesDisagree);
            return PieceAnswer.Refused("they are said to be zeros, but then its SealedCID would be that of its key");
        }

        PieceAnswer? refused =
            data.Pieces.IsEmpty && commD != zeros ? PieceAnswer.Refused("there are none")
            : data.Pieces.Length > PieceSizes.MostPieces ? PieceAnswer.Refused($"{data.Pieces.Length} pieces are more than any sector has")
            : PieceSizes.Misfit(data.Pieces.AsSpan(), data.OrderKnown, question.Size) is { } misfit ? PieceAnswer.Refused(misfit)
            : null;
        if (refused is not null || commD is not { } expected)
        {
            return refused ?? answer;
        }

        string whose = question.CommD is null ? "" : $" (by {question.CommDBy})";
        if (PieceOrder.InOrder(question.Size, data, expected, whose, out remark) is { } ordered)
        {
            return PieceAnswer.Found(ordered);
        }

        kinds.Add(FailureKind.SourcesDisagree);
        return PieceAnswer.Refused($"they {remark}");
    }
}
