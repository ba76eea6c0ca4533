using System.CommandLine;
using Filecoin.Chain.Lookup;

namespace SealerRecover.Commands;

/// <summary>Which sectors, where others than the operator know them: --faulty, --deadline and --lost-on, beside numbers.</summary>
/// <param name="sectors">The numbers.</param>
/// <param name="node">Who is asked.</param>
internal sealed class SectorSelection(SectorOptions sectors, NodeOptions node)
{
    /// <summary>--lost-on.</summary>
    public LostDiskOption Lost { get; } = new();

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command)
    {
        command.Add(sectors.Faulty);
        command.Add(sectors.Deadline);
        command.Add(Lost.Disks);
    }

    /// <summary>Whether others have to be asked which sectors.</summary>
    public bool Asks(CommandContext context) => sectors.AskTheChain(context.Parsed) || Lost.IsGiven(context);

    /// <summary>The numbers that were named; at least one, unless others are asked.</summary>
    /// <exception cref="Filecoin.Primitives.OperatorException">BadInput.</exception>
    public IReadOnlyList<ulong> ReadNamed(CommandContext context) => Asks(context) ? sectors.Read(context.Parsed) : sectors.ReadSome(context.Parsed);

    /// <summary>All of them, those that were named first, then what is due first. Blocks, with progress on display.</summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="lookup">The chain.</param>
    /// <param name="recovers">Whether the command recovers what it is given.</param>
    /// <param name="metadata">A metadata file that may have a list of lost disks; null for none.</param>
    /// <exception cref="Filecoin.Primitives.OperatorException">There are none, or nobody tells.</exception>
    public IReadOnlyList<ulong> Choose(CommandContext context, SectorLookup lookup, bool recovers, string? metadata)
    {
        IReadOnlyList<ulong>? lost = Lost.IsGiven(context)
            ? NodeOptions.Live(context, () => Lost.FindAsync(context, lookup.Miner, node, new ReadLostDisks(metadata)))
            : null;
        return NodeOptions.Live(context, () => sectors.ReadSomeAsync(context.Parsed, lookup, NodeOptions.DefaultConcurrency, recovers, lost, context.Cancellation, mayBeNone: !recovers));
    }
}
