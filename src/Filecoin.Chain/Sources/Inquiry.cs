using Filecoin.Chain.Rpc;
using Filecoin.Primitives;

namespace Filecoin.Chain.Sources;

/// <summary>
/// Asks sources about a sector, one after the other in order of trust and cost, each only if it helps, and compares after each answer what
/// they say. Ends with all that was said; whether that is enough is asked of the result.
/// </summary>
internal sealed class Inquiry
{
    /// <summary>What a complaint of a source may take of a sentence that tells of several; with --verbose the whole is in the log.</summary>
    private const int LongestComplaint = 200;

    private static readonly Hint WhereElse =
        $"name an archive node with {Setting.ArchiveNode}; or the lotus-miner that sealed it with {Setting.MinerApi}; or the database of the Curio that did "
        + $"with {Setting.CurioDatabase}; or give damocles' state of it with {Setting.DamoclesState}; or ";

    private static readonly Hint EpochByHand = $"the ticket's epoch by hand with {Setting.TicketEpoch}, as `lotus-miner sectors status <number>` tells it";

    private const string Unseen =
        "a sector made with the genesis block has no pre-commit and cannot be recovered from chain data; one proven through another actor, such as "
        + "a multisig, is not seen by all of these: ";

    private readonly SectorId _sector;
    private readonly List<SectorStatement> _statements = [];
    private readonly List<string> _complaints = [];
    private readonly List<string> _unusable = [];
    private readonly List<(ISectorSource Source, OperatorException Failure)> _failures = [];
    private OperatorException? _first;
    private bool _isPruned;

    private Inquiry(SectorId sector) => _sector = sector;

    /// <summary>All that was said, without contradiction.</summary>
    internal AgreedFacts Agreed { get; private set; } = new();

    /// <summary>The statements, in the order they were made.</summary>
    internal IReadOnlyList<SectorStatement> Statements => _statements;

    /// <summary>Asks.</summary>
    /// <param name="question">The sector.</param>
    /// <param name="onChain">What the head's state says; null where no node told.</param>
    /// <param name="sources">Whom to ask, in order.</param>
    /// <param name="named">Those of them that the operator named: that they fail is worth a note even if nothing is missing.</param>
    /// <param name="notes">What the operator should know is added here.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="OperatorException">SourcesDisagree; NotSupported.</exception>
    /// <exception cref="SourceMisconfiguredException">One that was named is not to be asked as it was named.</exception>
    internal static async Task<Inquiry> AskAsync(
        SourceQuestion question,
        SectorStatement? onChain,
        IEnumerable<ISectorSource> sources,
        IReadOnlyList<ISectorSource> named,
        List<string> notes,
        CancellationToken cancellation)
    {
        Inquiry inquiry = new(question.Sector);
        if (onChain is not null)
        {
            inquiry.Hear(onChain, question.Activation);
        }

        foreach (ISectorSource source in sources)
        {
            SourceQuestion open = inquiry.Open(question);
            if (source.IsWorthAsking(open))
            {
                // What the operator said for this run is no record: whether it is right is theirs to see to.
                bool isRecord = named.Contains(source) && source is not GivenStatements;
                await inquiry.AskAsync(source, open, isRecord, notes, cancellation).ConfigureAwait(false);
            }
        }

        notes.AddRange(inquiry._failures.Where(failed => named.Contains(failed.Source))
            .Select(failed => $"{failed.Source.Name} could not be asked ({failed.Failure.Message})"));
        return inquiry;
    }

    /// <summary>Adds a statement.</summary>
    /// <exception cref="OperatorException">SourcesDisagree.</exception>
    internal void Hear(SectorStatement statement, long? activation)
    {
        _statements.Add(statement);
        Agreed = Agreement.Of(_sector, _statements, activation);
    }

    /// <summary>Why something that nobody said cannot be told.</summary>
    /// <param name="lacking">"nothing tells which ticket it was sealed with".</param>
    /// <param name="option">The setting that gives it by hand; null for the ticket's epoch.</param>
    internal OperatorException Lacks(string lacking, Setting? option = null) =>
        LacksUnless(lacking, option is { } setting ? (Hint)$"it by hand with {setting}" : EpochByHand, option is null);

    /// <summary>The same where not a fact is given by hand.</summary>
    /// <param name="lacking">"nothing tells which ticket it was sealed with".</param>
    /// <param name="byHand">What the operator may do instead of naming a source, the end of a sentence.</param>
    /// <param name="isTicket">Whether the ticket is lacking.</param>
    internal OperatorException LacksUnless(string lacking, Hint byHand, bool isTicket = false)
    {
        string why = _complaints.Count + _unusable.Count > 0 ? string.Join("; ", [.. _complaints, .. _unusable])
            : _statements.Count > 0 ? $"it is not among what is told by {string.Join(", ", _statements.Select(said => said.Source))}"
            : "there is nobody to ask";
        string message = $"{_sector}: {lacking} ({why})";
        Hint whereElse = WhereElse + byHand;

        // A node that makes no sense is what has to be seen to first; one that says no is no obstacle to asking others.
        return _isPruned && _first is null or ChainCallException { Error: not null }
            ? new OperatorException(FailureKind.StatePruned, message, $"{Unheard}what the node has pruned stands elsewhere too: {whereElse}", _first)
            : new OperatorException(
                _first?.Kind ?? FailureKind.NotOnChain,
                message,
                _first?.Hint ?? $"{(isTicket ? Unseen : "")}{whereElse}",
                _first);
    }

    /// <summary>What to do about the first source that may know but gave no answer, as the beginning of a hint; empty if all answered.</summary>
    private Hint Unheard => _failures
        .Where(failed => failed.Failure is { Kind: FailureKind.NodeUnreachable } and not ChainCallException { Error: not null })
        .Select(failed => (Hint)$"{failed.Source.Name} could not be asked: {failed.Failure.Hint}; ")
        .FirstOrDefault("");

    private SourceQuestion Open(SourceQuestion question) => question with
    {
        SealProof = question.SealProof ?? Agreed.SealProof?.Value,
        SealedCid = question.SealedCid ?? Agreed.SealedCid?.Value,
        LacksTicket = Agreed.TicketEpoch is null && Agreed.Ticket is null,
        LacksContent = Agreed.CommD is null && Agreed.Data is null && Agreed.DealIds is null,
        PreCommitMessage = Agreed.PreCommitMessage,
    };

    private async Task AskAsync(ISectorSource source, SourceQuestion open, bool isRecord, List<string> notes, CancellationToken cancellation)
    {
        try
        {
            SourceAnswer answer = await source.AskAsync(open, cancellation).ConfigureAwait(false);
            if (answer.Statement is { } statement)
            {
                List<string> impossible = [];
                Hear(Consequences.Of(open, statement, Agreed, impossible) with { GivesWay = isRecord }, open.Activation);
                notes.AddRange([.. new[] { answer.Note }.OfType<string>(), .. answer.Unusable, .. impossible]);
                _unusable.AddRange([.. answer.Unusable, .. impossible]);
            }
            else
            {
                _complaints.Add($"{source.Name}: {SafeText.Line(answer.Why, LongestComplaint)}");
            }
        }
        catch (SourceMisconfiguredException wrong)
        {
            throw wrong.Of(source.Name);
        }
        catch (OperatorException failure) when (failure.Kind is not (FailureKind.SourcesDisagree or FailureKind.NotSupported))
        {
            // The first speaks for the most trusted source, so its kind and hint are the sector's, unless it is only that something was pruned.
            _first ??= _complaints.Count == 0 ? failure : null;
            _isPruned |= failure.Kind == FailureKind.StatePruned;
            _failures.Add((source, failure));
            _complaints.Add($"{source.Name}: {(_complaints.Count == 0 ? failure.Message : Briefly(failure))}");
        }
    }

    private static string Briefly(OperatorException failure) => failure switch
    {
        { Kind: FailureKind.StatePruned } => "pruned there",
        ChainCallException { Error: { } said } => SafeText.Line(said.Message, LongestComplaint),
        _ => SafeText.Line(failure.Message, LongestComplaint),
    };
}
