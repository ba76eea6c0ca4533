using System.Collections.Concurrent;
using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Primitives;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Metadata;
using SealerRecover.Recovery.Survey;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// What a scrub compares sectors with: the chain's facts, which go into a metadata file while the disks are well, and where nobody tells them what
/// that file has from before. No failure to look up keeps a scrub from reading; each is said.
/// </summary>
/// <param name="context">The command's surroundings.</param>
/// <param name="options">The command's own options, for the metadata file.</param>
/// <param name="roots">Where sectors lie.</param>
internal sealed class ScrubFacts(CommandContext context, ScrubOptions options, StorageRoots roots)
{
    private readonly Dictionary<ulong, SurveyFacts> _found = [];

    /// <summary>Whose sectors.</summary>
    public ActorId Miner { get; private set; }

    /// <summary>The metadata file.</summary>
    public string Path { get; private set; } = "";

    /// <summary>How many sectors it holds; null where nothing was written.</summary>
    public int? Written { get; private set; }

    /// <summary>Why the metadata file could not be kept up to date; null where it could.</summary>
    public OperatorException? NotKept { get; private set; }

    /// <summary>Asks the chain about every sector that anything is there of, and renews the metadata file.</summary>
    /// <param name="lookup">The chain.</param>
    /// <param name="stop">Ends it; what was found until then is written.</param>
    public void Ask(SectorLookup lookup, CancellationToken stop)
    {
        Miner = lookup.Miner;
        Path = options.MetadataPath(context, Miner);
        IReadOnlyList<ulong> numbers = roots.NumbersOf(Miner);
        RootKeeper keeper = new([.. roots.Folders]);
        ExportFile file = new(Path, Miner, lookup.SectorSize, context.Host.Time);
        IReadOnlyDictionary<ulong, SectorFacts> known = Keep(file.Known) ?? new Dictionary<ulong, SectorFacts>();
        ConcurrentDictionary<ulong, SectorLookupResult> ended = new();
        try
        {
            NodeOptions.Live(context, () => lookup.FindAllAsync(numbers, NodeOptions.DefaultConcurrency, known.GetValueOrDefault, Ended, stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Nothing will be read any more; the next run asks about the others.
        }

        Written = Keep(() =>
        {
            file.Finish(numbers);
            return file.Written;
        })?.Sectors.Count;
        foreach (SectorFacts facts in ended.Values.Select(result => result.Facts).OfType<SectorFacts>())
        {
            _found[facts.Sector.Number] = SurveyFacts.From(facts);
        }

        Tell([.. ended.Values.Where(result => result.Failure is not null)], numbers.Count);
        ulong[] wanting = [.. numbers.Where(number => !_found.ContainsKey(number))];
        if (wanting.Length > 0 && !stop.IsCancellationRequested)
        {
            // How they were sealed may be forgotten; what they have to be now every node knows.
            foreach (SectorCommitments commitments in NodeOptions.Live(
                context, () => lookup.FindCommitmentsAsync(wanting, NodeOptions.DefaultConcurrency, context.Cancellation))
                .Select(result => result.Commitments).OfType<SectorCommitments>())
            {
                _found[commitments.Sector.Number] = SurveyFacts.From(commitments);
            }
        }

        void Ended(SectorLookupResult result)
        {
            ended[result.Sector.Number] = result;
            if (NotKept is null)
            {
                _ = Keep<object>(() =>
                {
                    file.Add(result with { Facts = result.Facts is { } facts ? keeper.AddTo(facts) : null });
                    return null;
                });
            }
        }
    }

    /// <summary>Takes what the metadata file says; for a miner whose number is known.</summary>
    public void Offline(ActorId miner)
    {
        Miner = miner;
        Path = options.MetadataPath(context, miner);
    }

    /// <summary>What is known of every sector that anything is there of: the chain's word, the metadata file's, or nothing but its size.</summary>
    /// <param name="size">The sectors' size where nobody tells it; null for that of their files.</param>
    public IReadOnlyList<SurveyFacts> All(SectorSize? size)
    {
        foreach (SectorFacts facts in (System.IO.Path.Exists(Path) ? Keep(() => MetadataFile.Read(Path)) : null)?.Sectors ?? [])
        {
            // What the file has beside, as CommD, still holds where the newest state knows the same sector.
            SurveyFacts kept = SurveyFacts.From(facts);
            if (facts.Sector.Miner == Miner && (!_found.TryGetValue(facts.Sector.Number, out SurveyFacts? now)
                || (now.CommD is null && !facts.IsUnproven && (now.SealedCid, now.UpdateSealedCid) == (kept.SealedCid, kept.UpdateSealedCid))))
            {
                _found[facts.Sector.Number] = kept;
            }
        }

        List<SurveyFacts> all = [];
        int unknown = 0;
        int unsized = 0;
        foreach (ulong number in roots.NumbersOf(Miner))
        {
            SectorId sector = new(Miner, number);
            if (_found.TryGetValue(number, out SurveyFacts? facts))
            {
                all.Add(facts);
            }
            else if ((size ?? (SectorSurveyor.TryGuessSize(roots, sector, out SectorSize guessed) ? guessed : null)) is { } its
                && SealProofs.TryGet(its, PorepVariant.V1_1, out SealProofInfo proof))
            {
                all.Add(SurveyFacts.Unknown(sector, proof.Porep));
                unknown++;
            }
            else
            {
                unsized++;
            }
        }

        Say(unknown, "nobody told anything: their files are only compared with each other");
        Say(unsized, "nobody told the size, nor does the length of a file: they are not looked at");
        return all;

        void Say(int count, string what)
        {
            if (count > 0)
            {
                context.Events.Notice(string.Create(CultureInfo.InvariantCulture, $"of {count} {(count == 1 ? "sector" : "sectors")} {what}"));
            }
        }
    }

    /// <summary>What files of a sector were compared with.</summary>
    public static ComparedWith ComparedWith(SurveyFacts facts) => facts.AreFromChain ? Rendering.ComparedWith.Chain : Rendering.ComparedWith.Nothing;

    /// <summary>Each kind of failure once, with the sentence of the first.</summary>
    private void Tell(IReadOnlyList<SectorLookupResult> failed, int of)
    {
        foreach (IGrouping<FailureKind, SectorLookupResult> same in failed.OrderBy(result => result.Sector.Number).GroupBy(result => result.Failure!.Kind))
        {
            context.Events.Notice(string.Create(
                CultureInfo.InvariantCulture,
                $"{same.Count()} of {of} sectors are not brought up to date in {Path}: {same.First().Failure!.Message}"));
        }
    }

    private T? Keep<T>(Func<T?> work)
        where T : class
    {
        try
        {
            return work();
        }
        catch (OperatorException failure)
        {
            // The scrub goes on, and ends with this failure.
            if (NotKept is null)
            {
                context.Events.Notice($"the metadata file is not brought up to date: {failure.Message}");
            }

            NotKept ??= failure;
            return null;
        }
    }
}
