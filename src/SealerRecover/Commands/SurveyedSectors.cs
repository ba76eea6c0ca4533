using System.CommandLine;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;
using SealerRecover.Recovery.Survey;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>A sector to look at, or why nothing can be said of it.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="Facts">What to compare with; null on failure.</param>
/// <param name="Failure">Why not; null on success.</param>
internal sealed record SurveyedSector(SectorId Sector, SurveyFacts? Facts, OperatorException? Failure)
{
    /// <summary>The miner's debt when the metadata file was written; null for none, and where a node was asked.</summary>
    public MinerDebt? DebtThen { get; init; }
}

/// <summary>Sectors to look at.</summary>
/// <param name="ComparedWith">What files are compared with.</param>
/// <param name="Sectors">The sectors.</param>
/// <param name="Others">What is known of others, whose files may lie under these sectors' names.</param>
internal sealed record FoundSectors(ComparedWith ComparedWith, IReadOnlyList<SurveyedSector> Sectors, IReadOnlyList<SurveyFacts> Others);

/// <summary>
/// Which sectors to look at and what to compare them with: a chain node's newest state, which every node has, a metadata file, or, without
/// either, nothing but the files themselves.
/// </summary>
internal sealed class SurveyedSectors
{
    private readonly Option<bool> _offline = new("--offline")
    {
        Description = "Ask no chain node: files are then only compared with each other. Also so where no node is configured.",
    };

    private readonly Option<string?> _sectorSize = new("--sector-size")
    {
        Description = "The sectors' size, as 32GiB, where neither a node nor a metadata file tells it. Default: that of their sealed files.",
        HelpName = "size",
    };

    /// <summary>Node, metadata file and numbers.</summary>
    public KnownSectors Known { get; } = new();

    /// <summary>Whether nobody may be asked.</summary>
    public bool IsOffline(CommandContext context) => context.Parsed.GetValue(_offline);

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command)
    {
        _sectorSize.CompletionSources.Add(SectorOptions.SizeWords);
        Known.AddWithoutSourcesTo(command);
        Known.Selection.AddTo(command);
        command.Add(_offline);
        command.Add(_sectorSize);
    }

    /// <summary>The sectors and what is known of them: those asked for; without numbers, all in the metadata file or in the storage paths.</summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="roots">Where sectors lie.</param>
    /// <param name="askMore">Asks the node, where one is asked at all, for more about the sectors found.</param>
    /// <param name="othersFor">Kernels to tell with whose files lie where others belong; null where nobody wants to know.</param>
    /// <exception cref="OperatorException">BadInput, or no node answers.</exception>
    public async Task<FoundSectors> FindAsync(
        CommandContext context,
        StorageRoots roots,
        Action<SectorLookup, IReadOnlyList<SurveyedSector>>? askMore = null,
        KernelChoice? othersFor = null)
    {
        bool asksChain = Known.Sectors.AskTheChain(context.Parsed);
        bool selects = Known.Selection.Asks(context);
        if (Known.MetadataPath(context) is { } path)
        {
            return asksChain
                ? throw new OperatorException(
                    FailureKind.BadInput, "a metadata file does not tell which sectors are faulty, or of a deadline", $"leave out {Known.Sectors.Faulty.Name} and {Known.Sectors.Deadline.Name}, or the metadata file to ask a chain node")
                : new FoundSectors(
                    ComparedWith.Metadata,
                    [.. (await Known.SelectedInFileAsync(context, path))
                        .Select(found => new SurveyedSector(found.Sector, found.Facts is { } facts ? SurveyFacts.From(facts) : null, found.Failure) { DebtThen = found.Facts?.DebtThen })],
                    othersFor is null ? [] : [.. Known.AllInFile(context).Select(SurveyFacts.From)]);
        }

        IReadOnlyList<ulong> asked = Known.Sectors.Read(context.Parsed);
        bool offline = IsOffline(context);
        if (selects && (offline || !Known.Node.AreGiven(context)))
        {
            throw new OperatorException(
                FailureKind.BadInput, asksChain ? "which sectors are faulty only a chain node can tell" : "which sectors are due first only a chain node can tell", "name one with FULLNODE_API_INFO or --api-info, or name the sectors");
        }

        return offline || !Known.Node.AreGiven(context)
            ? new FoundSectors(ComparedWith.Nothing, Offline(context, roots, asked), [])
            : await Known.Node.AskAsync(context, async lookup =>
            {
                IReadOnlyList<SurveyedSector> sectors = AskChain(context, lookup, roots, asked, selects, askMore);
                return new FoundSectors(
                    ComparedWith.Chain, sectors, othersFor is null ? [] : await OthersAsync(context, lookup, roots, sectors, othersFor));
            });
    }

    /// <summary>
    /// What others commit to whose files may lie under the surveyed sectors' names: asked only where a p_aux is none of theirs, of sectors that
    /// anything is there of and of faulty ones.
    /// </summary>
    private static async Task<IReadOnlyList<SurveyFacts>> OthersAsync(
        CommandContext context, SectorLookup lookup, StorageRoots roots, IReadOnlyList<SurveyedSector> sectors, KernelChoice kernels)
    {
        SurveyFacts[] known = [.. sectors.Select(sector => sector.Facts).OfType<SurveyFacts>()];
        if (!MisplacedSearch.HoldsUnknown(roots, known, kernels.Poseidon))
        {
            return [];
        }

        ulong[] others =
        [
            .. roots.NumbersOf(lookup.Miner).Union(await lookup.FaultySectorsAsync(context.Cancellation))
                .Except(sectors.Select(sector => sector.Sector.Number)),
        ];
        return others.Length == 0 ? [] :
        [
            .. NodeOptions.Live(context, () => lookup.FindCommitmentsAsync(others, NodeOptions.DefaultConcurrency, context.Cancellation))
                .Select(result => result.Commitments).OfType<SectorCommitments>().Select(SurveyFacts.From),
        ];
    }

    private SurveyedSector[] AskChain(
        CommandContext context, SectorLookup lookup, StorageRoots roots, IReadOnlyList<ulong> asked, bool selects, Action<SectorLookup, IReadOnlyList<SurveyedSector>>? askMore)
    {
        IReadOnlyList<ulong> numbers = selects ? Known.Selection.Choose(context, lookup, recovers: false, metadata: null)
            : asked.Count > 0 ? asked
            : roots.NumbersOf(lookup.Miner);
        IReadOnlyList<CommitmentsResult> found = NodeOptions.Live(
            context, () => lookup.FindCommitmentsAsync(numbers, NodeOptions.DefaultConcurrency, context.Cancellation));
        SurveyedSector[] sectors = [.. found.Select(result => new SurveyedSector(
            result.Sector, result.Commitments is { } commitments ? SurveyFacts.From(commitments) : null, result.Failure))];
        askMore?.Invoke(lookup, sectors);
        return sectors;
    }

    private List<SurveyedSector> Offline(CommandContext context, StorageRoots roots, IReadOnlyList<ulong> asked)
    {
        ActorId miner = Known.Node.ReadMiner(context.Parsed).ActorId ?? throw new OperatorException(
            FailureKind.BadInput, "without a chain node the miner's number is not known", "name it as f01000, as in the names of its files, s-t01000-…");
        IReadOnlyList<ulong> there = roots.NumbersOf(miner);
        SectorSize? size = ReadSize(context.Parsed);
        foreach (ulong number in there.TakeWhile(_ => size is null))
        {
            size = SectorSurveyor.TryGuessSize(roots, new SectorId(miner, number), out SectorSize found) ? found : null;
        }

        if (size is not { } known || !SealProofs.TryGet(known, PorepVariant.V1_1, out SealProofInfo proof))
        {
            throw new OperatorException(
                FailureKind.BadInput,
                $"how large the sectors of {miner} are is not known: no sealed file of a known size is there",
                $"give it with {_sectorSize.Name}, as 32GiB, or name a chain node");
        }

        return [.. (asked.Count > 0 ? asked : there).Select(number =>
        {
            SectorId sector = new(miner, number);
            return new SurveyedSector(sector, SurveyFacts.Unknown(sector, proof.Porep), null);
        })];
    }

    private SectorSize? ReadSize(ParseResult parsed) => parsed.GetValue(_sectorSize) switch
    {
        null => null,
        string text when SectorSize.TryParse(text, out SectorSize size) && SealProofs.TryGet(size, PorepVariant.V1_1, out _) => size,
        string text => throw new OperatorException(
            FailureKind.BadInput, $"{_sectorSize.Name} is \"{SafeText.Short(text)}\", which no seal proof is for", "write 2KiB, 8MiB, 512MiB, 32GiB or 64GiB"),
    };
}
