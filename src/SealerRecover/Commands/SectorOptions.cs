using System.CommandLine;
using Filecoin.Chain.Lookup;
using Filecoin.Primitives;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>Which sectors: --sectors and, where the command takes them, plain numbers behind it.</summary>
internal sealed class SectorOptions
{
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

    /// <summary>
    /// The numbers asked for, as they are named, and, with --faulty or --all, those that the chain tells, and those that are known otherwise, those
    /// first that end first; at least one, each once.
    /// </summary>
    /// <exception cref="OperatorException">BadInput, also when there are none; no node answers.</exception>
    public async Task<IReadOnlyList<ulong>> ReadSomeAsync(
        ParseResult parsed, SectorLookup lookup, int concurrency, CancellationToken cancellation, IReadOnlyList<ulong>? known = null)
    {
        bool faulty = parsed.GetValue(Faulty);
        bool all = parsed.GetValue(All);
        if (!faulty && !all && known is not { Count: > 0 })
        {
            return ReadSome(parsed);
        }

        IReadOnlyList<ulong> told = all ? await lookup.LiveSectorsAsync(cancellation) : faulty ? await lookup.FaultySectorsAsync(cancellation) : [];
        told = [.. told.Union(known ?? [])];
        IReadOnlyList<ulong> numbers = [.. Read(parsed).Union(told)];
        return numbers.Count switch
        {
            0 => throw new OperatorException(
                FailureKind.NotOnChain, $"{lookup.Miner} has no {(all ? "" : "faulty ")}sectors on the network \"{lookup.NetworkName}\"", "check the miner's address"),
            > SectorNumbers.Most => throw new OperatorException(
                FailureKind.BadInput,
                $"{lookup.Miner} has {numbers.Count} such sectors; one run takes at most {SectorNumbers.Most}",
                "name ranges of numbers with --sectors; export adds to its file"),
            _ => [.. Read(parsed).Union(await lookup.MostUrgentFirstAsync(told, concurrency, cancellation))],
        };
    }
}
