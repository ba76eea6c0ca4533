using System.Collections.Immutable;
using Filecoin.Chain.Rules;
using Filecoin.Primitives;
using Filecoin.Sealing.Jobs;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Diagnosis;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Rendering;

/// <summary>How a sector ended, over all commands.</summary>
internal enum SectorResult
{
    /// <summary>Recovered; the files are in the result folder.</summary>
    Installed,

    /// <summary>The result folder already held the same files.</summary>
    AlreadyThere,

    /// <summary>Written to the metadata file.</summary>
    Exported,

    /// <summary>Its pieces are listed and, where sources were given, all there.</summary>
    Listed,

    /// <summary>Its data, or a part of it, is in a file.</summary>
    Unsealed,

    /// <summary>Its vanilla proofs are in a file.</summary>
    Written,

    /// <summary>Nothing speaks against its files, every byte of which was read.</summary>
    Good,

    /// <summary>Nothing speaks against its files as far as they were read, which is a sample.</summary>
    GoodSampled,

    /// <summary>Nothing speaks against its files; of replicas only the length was looked at.</summary>
    GoodUnread,

    /// <summary>It would pass window PoSt.</summary>
    Proven,

    /// <summary>Why its CommR is not the chain's is certain.</summary>
    Explained,

    /// <summary>See the failure.</summary>
    Failed,

    /// <summary>Stopped on request.</summary>
    Stopped,
}

/// <summary>A named fact, for evidence that is shown line by line.</summary>
internal readonly record struct NamedFact(string Name, string Value);

/// <summary>Why something failed, ready to be shown.</summary>
/// <param name="Exit">Row of the exit code table.</param>
/// <param name="Message">One sentence.</param>
/// <param name="Hint">What to do next.</param>
/// <param name="Evidence">Facts to compare, of a mismatch; otherwise empty.</param>
/// <param name="Causes">Likely causes, likeliest first; otherwise empty.</param>
/// <param name="Excluded">What cannot be the cause, for a mismatch; otherwise empty.</param>
/// <param name="Trace">The exception in full, shown with --verbose only.</param>
internal sealed record Failure(
    ExitCode Exit,
    string Message,
    string Hint,
    ImmutableArray<NamedFact> Evidence,
    ImmutableArray<string> Causes,
    ImmutableArray<string> Excluded,
    string Trace)
{
    /// <summary>What <paramref name="exception"/> tells the operator.</summary>
    public static Failure From(Exception exception)
    {
        CommitmentMismatchException? mismatch = exception as CommitmentMismatchException;
        ImmutableArray<NamedFact> evidence = [.. mismatch?.Evidence.Select(fact => new NamedFact(fact.Name, fact.Value)) ?? []];
        ImmutableArray<string> causes = [.. mismatch?.LikelyCauses ?? []];
        ImmutableArray<string> excluded = [.. mismatch?.Excluded ?? []];
        return exception switch
        {
            OperatorException known => new(ExitCodes.Of(known), known.Message, TypedNames.Sentence(known.Hint), evidence, causes, excluded, known.ToString()),
            _ => new(
                ExitCodes.InternalError,
                $"unexpected {exception.GetType().Name}: {exception.Message}",
                "This is a bug in sealer-recover; run again with --verbose and report what it prints.",
                evidence,
                causes,
                excluded,
                exception.ToString()),
        };
    }
}

/// <summary>The end of one sector.</summary>
/// <param name="Sector">Which.</param>
/// <param name="Result">How.</param>
/// <param name="SealedCid">The CommR that had to come out, where known.</param>
/// <param name="Commitments">What was computed, where it came that far.</param>
/// <param name="Files">Installed or found files.</param>
/// <param name="Elapsed">Time spent on it in this run.</param>
/// <param name="Failure">Why it failed.</param>
internal sealed record SectorReport(
    SectorId Sector,
    SectorResult Result,
    CommR? SealedCid,
    SealedCommitments? Commitments,
    IReadOnlyList<string> Files,
    TimeSpan Elapsed,
    Failure? Failure)
{
    /// <summary>Nodes of it that were proven as window PoSt does; null where none were.</summary>
    public int? ProvenNodes { get; init; }

    /// <summary>How far it was looked at, in words; null where that is no question.</summary>
    public string? HowFar { get; init; }

    /// <summary>The chance, 0 to 1, that damage of one block of its replica would have been met; null where that is no question.</summary>
    public double? BlockChance { get; init; }

    /// <summary>The report of a sector that was worked on.</summary>
    public static SectorReport From(SectorOutcome outcome, CommR? sealedCid) => new(
        outcome.Sector,
        outcome.Kind switch
        {
            OutcomeKind.Installed => SectorResult.Installed,
            OutcomeKind.AlreadyThere => SectorResult.AlreadyThere,
            OutcomeKind.Stopped => SectorResult.Stopped,
            _ => SectorResult.Failed,
        },
        sealedCid,
        outcome.Commitments,
        outcome.Files,
        outcome.Elapsed,
        outcome.Kind == OutcomeKind.Failed
            ? Failure.From(outcome.Failure ?? new InvalidOperationException("a sector failed without saying why"))
            : null)
    {
        ProvenNodes = outcome.ProvenNodes,
    };

    /// <summary>The report of a sector that failed before it was worked on.</summary>
    public static SectorReport Failed(SectorId sector, Exception why) =>
        new(sector, SectorResult.Failed, null, null, [], TimeSpan.Zero, Failure.From(why));
}

/// <summary>One thing the operator should do next.</summary>
/// <param name="Text">One sentence, which also says by when.</param>
/// <param name="Commands">Command lines to choose from; may be empty.</param>
/// <param name="Before">By when, where the chain told; for programs.</param>
internal sealed record Advice(string Text, IReadOnlyList<string> Commands, DateTimeOffset? Before = null)
{
    /// <summary>What to send to the miner; null where it is about something else.</summary>
    public Fil? Send { get; init; }

    /// <summary>Sectors that it has somebody told of; none where it is about something else.</summary>
    public IReadOnlyList<SectorId> Tells { get; init; } = [];
}

/// <summary>The end of a command: what text and JSON reports are made of.</summary>
internal sealed record Report
{
    /// <summary>The command's name: "recover" also for the form without a command name.</summary>
    public required string Command { get; init; }

    /// <summary>The sectors asked for, in order.</summary>
    public IReadOnlyList<SectorReport> Sectors { get; init; } = [];

    /// <summary>Why the command as a whole failed; null otherwise.</summary>
    public Failure? Failure { get; init; }

    /// <summary>What to do next.</summary>
    public IReadOnlyList<Advice> Next { get; init; } = [];

    /// <summary>The file the command wrote or checked: metadata, parent cache, data or vanilla proofs.</summary>
    public string? File { get; init; }

    /// <summary>One sentence about <see cref="File"/>.</summary>
    public string? FileNote { get; init; }

    /// <summary>Time the command took.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The command line that goes on, quoted for a shell, where the run was stopped.</summary>
    public string? GoOnWith { get; init; }

    /// <summary>Whether it ended because of Ctrl-C or SIGTERM.</summary>
    public bool Stopped { get; init; }

    /// <summary>The row of the exit code table that the process ends with.</summary>
    public ExitCode Exit => Failure is { } whole ? Stopped ? ExitCodes.Stopped : whole.Exit
        : ExitCodes.OfRun(
            [.. Sectors.Select(sector => sector.Failure?.Exit).OfType<ExitCode>()],
            Stopped || Sectors.Any(sector => sector.Result == SectorResult.Stopped));
}
