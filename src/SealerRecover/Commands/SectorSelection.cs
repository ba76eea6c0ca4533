using System.CommandLine;
using System.Globalization;
using Filecoin.Chain.Lookup;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metadata;

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
    /// <exception cref="OperatorException">BadInput.</exception>
    public IReadOnlyList<ulong> ReadNamed(CommandContext context) => Asks(context) ? sectors.Read(context.Parsed) : sectors.ReadSome(context.Parsed);

    /// <summary>All of them, those that were named first, then what is due first. Blocks, with progress on display.</summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="lookup">The chain.</param>
    /// <param name="recovers">Whether the command recovers what it is given.</param>
    /// <param name="metadata">A metadata file that may have a list of lost disks; null for none.</param>
    /// <exception cref="OperatorException">There are none, or nobody tells.</exception>
    public IReadOnlyList<ulong> Choose(CommandContext context, SectorLookup lookup, bool recovers, string? metadata)
    {
        IReadOnlyList<ulong>? lost = Lost.IsGiven(context)
            ? NodeOptions.Live(context, () => Lost.FindAsync(context, lookup.Miner, node, new ReadLostDisks(metadata)))
            : null;
        return NodeOptions.Live(context, () => sectors.ReadSomeAsync(context.Parsed, lookup, NodeOptions.DefaultConcurrency, recovers, lost, context.Cancellation, mayBeNone: !recovers));
    }

    /// <summary>
    /// Those of the sectors of a metadata file: the numbers that are named, and those that others tell as far as the file has them. Of lost disks a
    /// node need not be asked.
    /// </summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="metadata">The file.</param>
    /// <param name="path">Its name.</param>
    /// <exception cref="OperatorException">There are none, or nobody tells.</exception>
    public async Task<IReadOnlyList<ulong>> ChooseInFileAsync(CommandContext context, RecoveryMetadata metadata, string path)
    {
        IReadOnlyList<ulong> named = sectors.Read(context.Parsed);
        if (!Asks(context))
        {
            return named;
        }

        IReadOnlyList<ulong> meant = sectors.AskTheChain(context.Parsed) || node.AreGiven(context)
            ? await node.AskOfAsync(context, metadata.Miner, lookup => Task.FromResult(Choose(context, lookup, recovers: true, path)))
            : [.. named.Union(await Lost.FindAsync(context, metadata.Miner, node, new ReadLostDisks(path)))];
        HashSet<ulong> inFile = [.. metadata.Sectors.Select(facts => facts.Sector.Number)];
        ulong[] chosen = [.. meant.Where(number => inFile.Contains(number) || named.Contains(number))];
        if (chosen.Length < meant.Count)
        {
            context.Events.Notice(string.Create(
                CultureInfo.InvariantCulture, $"{meant.Count - chosen.Length} of the {meant.Count} sectors that are meant do not stand in {path} and are left out; export adds them"));
        }

        return chosen.Length > 0 ? chosen : throw new OperatorException(
            FailureKind.BadInput, $"none of the {meant.Count} sectors that are meant stands in {path}", "add them to the file with sealer-recover export, or leave the file out to ask a chain node");
    }
}
