using System.CommandLine;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Primitives;
using SealerRecover.Recovery.Metadata;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>Sectors and what is known of them, from a chain node or from a metadata file: the options of commands that take either.</summary>
internal sealed class KnownSectors
{
    private readonly Option<string?> _metadata = new("--sectors-recovery-metadata", "--metadata")
    {
        Description = "The file that export wrote, instead of asking a chain node.",
        HelpName = "file",
    };

    /// <summary>The chain node.</summary>
    public NodeOptions Node { get; } = new();

    /// <summary>The numbers.</summary>
    public SectorOptions Sectors { get; } = new();

    /// <summary>Those that others know, for commands that take more than numbers.</summary>
    public SectorSelection Selection => field ??= new SectorSelection(Sectors, Node);

    /// <summary>Adds them.</summary>
    public void AddTo(Command command)
    {
        AddWithoutSourcesTo(command);
        Node.Sources.AddTo(command);
    }

    /// <summary>Adds them for a command that asks only for the newest state.</summary>
    public void AddWithoutSourcesTo(Command command)
    {
        Node.AddWithoutSourcesTo(command);
        command.Add(_metadata);
        command.Add(Sectors.Sectors);
        command.Add(Sectors.Numbers);
    }

    /// <summary>What is known of the sectors asked for, in their order; with a metadata file and no numbers, of all in the file.</summary>
    /// <param name="context">The command.</param>
    /// <param name="worth">Whether to tell what recovering them is worth, where a node is asked.</param>
    /// <exception cref="OperatorException">BadInput, or no node answers.</exception>
    public async Task<IReadOnlyList<SectorLookupResult>> FindAsync(CommandContext context, bool worth = false)
    {
        if (MetadataPath(context) is { } path)
        {
            return await SelectedInFileAsync(context, path);
        }

        if (context.Parsed.GetValue(Node.Miner) is null)
        {
            throw new OperatorException(
                FailureKind.BadInput,
                "neither a miner nor a metadata file was named",
                $"name the miner with {Node.Miner.Name} to ask a chain node, or the file that export wrote with --metadata");
        }

        _ = Selection.ReadNamed(context);
        return (await Node.LookUpAsync(context, lookup => Selection.Choose(context, lookup, recovers: true, metadata: null), [], worth)).Found;
    }

    /// <summary>The same where no numbers need be named: all in the metadata file, or those that are known otherwise.</summary>
    /// <param name="context">The command.</param>
    /// <param name="also">Numbers beside those that are named.</param>
    /// <param name="otherwise">Numbers of a miner's sectors where none is named and a node is asked.</param>
    /// <exception cref="OperatorException">BadInput, or no node answers.</exception>
    public async Task<IReadOnlyList<SectorLookupResult>> FindAsync(CommandContext context, IReadOnlyList<ulong> also, Func<ActorId, IReadOnlyList<ulong>> otherwise)
    {
        IReadOnlyList<ulong> named = Sectors.Read(context.Parsed);
        return MetadataPath(context) is { } path
            ? FromFile(MetadataFile.Read(path), named.Count > 0 ? [.. named.Union(also)] : [], path)
            : (await Node.LookUpAsync(context, lookup => [.. (named.Count > 0 ? named : Any(lookup.Miner)).Union(also)], [], worth: false)).Found;

        IReadOnlyList<ulong> Any(ActorId miner) => otherwise(miner) switch
        {
            { Count: 0 } when also.Count == 0 => throw new OperatorException(
                FailureKind.BadInput, $"no storage path has a file of a sector of {miner}", "name the storage paths with --storage"),
            { Count: > SectorNumbers.Most } many => throw new OperatorException(
                FailureKind.BadInput, $"{many.Count} sectors of {miner} are in storage paths; one run takes at most {SectorNumbers.Most}", "name those that may hold the pieces with --sectors"),
            var numbers => numbers,
        };
    }

    /// <summary>What a metadata file says of the sectors asked for; which of a deadline are faulty, or stood on a disk, a node is asked.</summary>
    /// <exception cref="OperatorException">BadInput, or no node answers.</exception>
    public async Task<IReadOnlyList<SectorLookupResult>> SelectedInFileAsync(CommandContext context, string path)
    {
        RecoveryMetadata metadata = MetadataFile.Read(path);
        return FromFile(metadata, await Selection.ChooseInFileAsync(context, metadata, path), path);
    }

    /// <summary>The metadata file that was named, absolute; null for none.</summary>
    public string? MetadataPath(CommandContext context) =>
        context.Parsed.GetValue(_metadata) is { } given ? context.Folders.Absolute(given, _metadata.Name) : null;

    /// <summary>What the metadata file that was named says of all its sectors; nothing where none was.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public IReadOnlyList<SectorFacts> AllInFile(CommandContext context) =>
        MetadataPath(context) is { } path ? [.. MetadataFile.Read(path).Sectors] : [];

    /// <summary>What a metadata file says of the sectors asked for, in their order; without numbers, of all in the file.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public IReadOnlyList<SectorLookupResult> FromFile(CommandContext context, string path)
    {
        return FromFile(MetadataFile.Read(path), Sectors.Read(context.Parsed), path);
    }

    private static IReadOnlyList<SectorLookupResult> FromFile(RecoveryMetadata metadata, IReadOnlyList<ulong> numbers, string path)
    {
        Dictionary<ulong, SectorFacts> byNumber = metadata.Sectors.ToDictionary(facts => facts.Sector.Number);
        return numbers.Count == 0
            ? [.. metadata.Sectors.Select(facts => new SectorLookupResult(facts.Sector, facts, null))]
            : [.. numbers.Select(number => byNumber.TryGetValue(number, out SectorFacts? facts)
                ? new SectorLookupResult(facts.Sector, facts, null)
                : Missing(new SectorId(metadata.Miner, number), path))];
    }

    /// <summary>The one sector asked for, with what a metadata file says of it where one is named; no node is asked for facts.</summary>
    /// <exception cref="OperatorException">BadInput; or no node tells the number of a miner that was named in another form.</exception>
    public async Task<(SectorId Sector, SectorFacts? Facts)> OneAsync(CommandContext context)
    {
        if (MetadataPath(context) is { } path)
        {
            SectorFacts facts = One(FromFile(context, path));
            return (facts.Sector, facts);
        }

        IReadOnlyList<ulong> numbers = Sectors.ReadSome(context.Parsed);
        if (numbers.Count > 1)
        {
            throw Several(numbers.Count);
        }

        ActorId miner = Node.ReadMiner(context.Parsed).ActorId ?? await Node.AskAsync(context, lookup => Task.FromResult(lookup.Miner));
        return (new SectorId(miner, numbers[0]), null);
    }

    /// <summary>What is known of the one sector asked for.</summary>
    /// <exception cref="OperatorException">BadInput: none or several are asked for; or why nothing is known.</exception>
    public async Task<SectorFacts> FindOneAsync(CommandContext context) => One(await FindAsync(context));

    private static SectorFacts One(IReadOnlyList<SectorLookupResult> found) => found switch
    {
        [{ Failure: { } failure }] => throw failure,
        [{ Facts: { } facts }] => facts,
        _ => throw Several(found.Count),
    };

    private static OperatorException Several(int count) =>
        new(FailureKind.BadInput, $"{count} sectors are meant, but this command works on one", "name one, as in --sector=7");

    private static SectorLookupResult Missing(SectorId sector, string path) => new(sector, null, new OperatorException(
        FailureKind.BadInput, $"{path} does not hold {sector}", "add it to the file with sealer-recover export, or leave it out"));
}
