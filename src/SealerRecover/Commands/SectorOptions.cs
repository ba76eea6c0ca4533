using System.CommandLine;
using System.Globalization;
using Filecoin.Chain.Lookup;
using Filecoin.Chain.Rules;
using Filecoin.Primitives;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>Which sectors: --sectors and, where the command takes them, plain numbers behind it.</summary>
internal sealed class SectorOptions
{
    private const string NextDeadline = "next";

    /// <summary>Sizes of sectors that there are seal proofs for, as they are typed.</summary>
    public static string[] SizeWords { get; } = ["2KiB", "8MiB", "512MiB", "32GiB", "64GiB"];

    /// <summary>--sectors.</summary>
    public Option<string[]> Sectors { get; } = new("--sectors", "--sector")
    {
        Description = "Sector numbers: 7, a list 1,2,5 or a range 3-40. May be repeated.",
        HelpName = "numbers",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>The numbers behind the command.</summary>
    public Argument<string[]> Numbers { get; } = new("sectors")
    {
        Description = "Sector numbers, lists and ranges, as for --sectors.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>--faulty; for commands that ask the chain and add it themselves.</summary>
    public Option<bool> Faulty { get; } = new("--faulty") { Description = "All of the miner's faulty sectors, as the chain node tells them." };

    /// <summary>--deadline; likewise.</summary>
    public Option<string?> Deadline { get; } = new("--deadline")
    {
        Description = $"The miner's sectors of one deadline, 0 to {ChainPolicy.Deadlines - 1}, or of the {NextDeadline} one that can be met; commands that recover take its faulty sectors, "
            + "others all of it. With --faulty, --all or --lost-on: only those of them.",
        HelpName = "number",
    };

    /// <summary>--all; likewise.</summary>
    public Option<bool> All { get; } = new("--all") { Description = "All of the miner's sectors that are proven and have not ended." };

    /// <summary>The numbers asked for, each once; empty when none were given.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public IReadOnlyList<ulong> Read(ParseResult parsed)
    {
        string[] behind = parsed.CommandResult.Command.Arguments.Contains(Numbers) ? parsed.GetValue(Numbers) ?? [] : [];
        return SectorNumbers.Parse([.. parsed.GetValue(Sectors) ?? [], .. behind]);
    }

    /// <summary>The numbers asked for, at least one.</summary>
    /// <exception cref="OperatorException">BadInput, also when there are none.</exception>
    public IReadOnlyList<ulong> ReadSome(ParseResult parsed)
    {
        IReadOnlyList<ulong> numbers = Read(parsed);
        return numbers.Count > 0
            ? numbers
            : throw new OperatorException(FailureKind.BadInput, "no sectors were named", "name them with --sectors, as in --sectors=1,2,3-40");
    }

    /// <summary>Whether the chain is asked which sectors.</summary>
    public bool AskTheChain(ParseResult parsed) => IsGiven(parsed, Faulty) || IsGiven(parsed, All) || parsed.CommandResult.Command.Options.Contains(Deadline) && parsed.GetValue(Deadline) is not null;

    /// <summary>
    /// The numbers asked for, as they are named, and behind them those that the chain tells with --faulty, --all or --deadline, and those that are
    /// known otherwise, what is due first first; at least one, each once.
    /// </summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="lookup">The chain.</param>
    /// <param name="concurrency">Sectors asked about at once.</param>
    /// <param name="recovers">Whether the command recovers what it is given, so that of a deadline only faulty sectors are meant.</param>
    /// <param name="known">Those known otherwise; null for none.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="mayBeNone">Whether that there are none is an answer, too.</param>
    /// <exception cref="OperatorException">BadInput, also when there are none; no node answers.</exception>
    public async Task<IReadOnlyList<ulong>> ReadSomeAsync(
        ParseResult parsed, SectorLookup lookup, int concurrency, bool recovers, IReadOnlyList<ulong>? known, CancellationToken cancellation, bool mayBeNone = false)
    {
        bool asksTheChain = AskTheChain(parsed);
        if (!asksTheChain && known is not { Count: > 0 })
        {
            return ReadSome(parsed);
        }

        int? deadline = ReadDeadline(parsed, out bool byDeadline);
        bool all = IsGiven(parsed, All) || (byDeadline && !recovers && !IsGiven(parsed, Faulty) && known is null);
        bool faulty = IsGiven(parsed, Faulty) || (byDeadline && !all && known is null);
        IReadOnlyList<ulong> told = all ? await lookup.LiveSectorsAsync(cancellation) : faulty ? await lookup.FaultySectorsAsync(cancellation) : [];
        IReadOnlyList<ulong> named = Read(parsed);
        IReadOnlyList<SectorDue> dues = await lookup.DueFirstAsync([.. told.Union(known ?? []).Except(byDeadline ? [] : named)], concurrency, cancellation);
        if (byDeadline)
        {
            // The next one is that of the sector that is due first.
            deadline ??= dues.Select(due => due.Deadline).FirstOrDefault(index => index is not null);
            dues = [.. dues.Where(due => due.Deadline is not null && due.Deadline == deadline)];
        }

        IReadOnlyList<ulong> numbers = [.. named.Union(dues.Select(due => due.Number))];
        return numbers.Count switch
        {
            0 when mayBeNone => [],
            0 => throw new OperatorException(
                FailureKind.NotOnChain,
                $"{lookup.Miner} has no {(all ? "" : faulty ? "faulty " : "such ")}sectors{(byDeadline ? deadline is { } index ? $" in deadline {index}" : " in any deadline" : "")} on the network \"{lookup.NetworkName}\"",
                byDeadline ? "`lotus-miner proving deadlines` lists the deadlines; check the miner's address" : "check the miner's address"),
            > SectorNumbers.Most => throw new OperatorException(
                FailureKind.BadInput,
                $"{lookup.Miner} has {numbers.Count} such sectors; one run takes at most {SectorNumbers.Most}",
                "name ranges of numbers with --sectors; export adds to its file"),
            _ => numbers,
        };
    }

    private static bool IsGiven(ParseResult parsed, Option<bool> option) => parsed.CommandResult.Command.Options.Contains(option) && parsed.GetValue(option);

    private int? ReadDeadline(ParseResult parsed, out bool isGiven)
    {
        string? text = parsed.CommandResult.Command.Options.Contains(Deadline) ? parsed.GetValue(Deadline) : null;
        isGiven = text is not null;
        return text is null or NextDeadline ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < (int)ChainPolicy.Deadlines ? index
            : throw new OperatorException(
                FailureKind.BadInput, $"{Deadline.Name} is \"{SafeText.Short(text)}\"", $"write a number from 0 to {ChainPolicy.Deadlines - 1}, or {NextDeadline} for the one that comes next");
    }
}
