using System.Collections.Immutable;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Site;

/// <summary>What the journals in a folder of temporary files say of sectors that nobody else tells of: begun, and not at work as far as is known.</summary>
internal sealed class LeftWork
{
    private readonly Dictionary<string, (DateTimeOffset Changed, long Length, SiteSectorDetail? Detail)> _known = new(StringComparer.Ordinal);

    /// <summary>Reads them, each once until it changes; a journal that cannot be read tells nothing.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="told">Sectors that somebody tells of.</param>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public IReadOnlyList<SiteSectorDetail> In(string folder, IReadOnlySet<SectorId> told)
    {
        List<SiteSectorDetail> left = [];
        foreach (string path in FileLook.EntriesOf(folder))
        {
            if (SectorId.TryParseFileName(Path.GetFileName(path), out SectorId sector) && !told.Contains(sector) && Known(sector, path) is { } detail)
            {
                left.Add(detail);
            }
        }

        return [.. left.OrderBy(detail => detail.Sector.Sector.Miner.Value).ThenBy(detail => detail.Sector.Sector.Number)];
    }

    private SiteSectorDetail? Known(SectorId sector, string path)
    {
        FileLook look = FileLook.At(Path.Combine(path, Journal.FileName));
        if (!_known.TryGetValue(path, out (DateTimeOffset Changed, long Length, SiteSectorDetail? Detail) known) || (known.Changed, known.Length) != (look.Changed, look.Length))
        {
            known = (look.Changed, look.Length, Read(path) is { } journal ? Of(sector, journal, look.Modified) : null);
            _known[path] = known;
        }

        return known.Detail;
    }

    private static Journal? Read(string path)
    {
        try
        {
            return Journal.Load(LinuxFileSystem.Instance, path);
        }
        catch (Exception failure) when (failure is OperatorException || StorageFailure.Is(failure))
        {
            return null;
        }
    }

    private static SiteSectorDetail Of(SectorId sector, Journal journal, DateTimeOffset written)
    {
        WorkInputs inputs = journal.Inputs;
        return new SiteSectorDetail
        {
            Sector = new SiteSector { Sector = sector, Stage = SectorStage.Stopped, Since = written, Outcome = "stopped" },
            Facts =
            [
                new SiteFact("seal_proof", SealProofs.Get(inputs.SealProof).ToString(), null),
                new SiteFact("sealed_cid", inputs.SealedCid.ToString(), null),
                new SiteFact("ticket", inputs.Ticket.ToString(), null),
                new SiteFact("comm_d", inputs.CommD.ToString(), null),
            ],
            Steps = Steps(journal, inputs.Porep),
        };
    }

    private static ImmutableArray<SiteStep> Steps(Journal journal, PorepParameters porep)
    {
        bool hasTrees = journal.HasTrees;
        bool isLabelled = journal.Labelled || hasTrees;
        SiteStep[] update = [.. Trees(StepsOf.Update, journal.HasUpdate)];
        return
        [
            .. Enumerable.Range(1, porep.Layers).Select(layer => Step(SiteSteps.Layer(layer), isLabelled || Has(new SealStep(StepKind.Layer, Number: layer)))),
            .. Trees(StepsOf.Sealing, hasTrees),
            .. update.Any(step => step.Fraction > 0) ? update : [],
            Step(SiteSteps.Install, false),
        ];

        IEnumerable<SiteStep> Trees(StepsOf of, bool all) => SiteSteps.Trees(porep.Shape.BaseTrees, of)
            .Select((name, tree) => Step(name, all || Has(new SealStep(StepKind.TreeRLast, of, tree))));

        bool Has(SealStep step) => journal.TryGet(step, out _);

        static SiteStep Step(string name, bool isDone) => new(name, isDone ? 1 : 0, null);
    }
}
