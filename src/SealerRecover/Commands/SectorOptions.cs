using System.CommandLine;
using System.CommandLine.Parsing;
using Filecoin.Primitives;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>Which sectors: --sectors and, where the command takes them, plain numbers behind it.</summary>
internal sealed class SectorOptions
{
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
}
