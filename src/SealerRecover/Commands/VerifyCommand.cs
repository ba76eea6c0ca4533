using System.CommandLine;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Proofs;
using SealerRecover.Recovery.Latency;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Verify;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// Proves that sectors would pass window PoSt, where they lie. Nothing is written.
/// <code>sealer-recover verify --miner=f01000 --storage=/sector --storage=/sector2 --faulty</code>
/// </summary>
internal sealed class VerifyCommand : ICommand
{
    private readonly InspectionOptions _inspection = new();
    private readonly LatencyOptions _latency = new();
    private readonly Option<bool> _full = new("--full")
    {
        Description = "Read all of each replica, too, make its tree_r_last and compare it with the files and with p_aux.",
    };

    private readonly Option<string?> _randomness = new("--randomness")
    {
        Description = "What challenges are drawn from, 64 hexadecimal digits, to repeat an earlier run. Default: as the network draws it for the sector's deadline; without a node, at random.",
        HelpName = "hex",
    };

    private readonly Option<int?> _challenges = CommonOptions.Whole(
        "--challenges",
        1,
        1_000_000,
        "count",
        $"Nodes to challenge; the first {ChallengeCounts.WindowPost} are those of the network. Default: {VerifySettings.DefaultChallenges}.");

    /// <summary>Makes the command.</summary>
    public VerifyCommand()
    {
        Syntax = new Command("verify", "Prove that sectors in storage paths would pass window PoSt. Writes nothing.");
        _inspection.AddTo(Syntax, _full, _challenges, _randomness, _latency.Slow, _latency.Page);
        Common.AddLongTo(Syntax);
    }

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "verify";

    /// <inheritdoc/>
    public bool GoesOn => false;

    /// <inheritdoc/>
    public async Task<Report> RunAsync(CommandContext context)
    {
        Bytes32? given = ReadRandomness(context.Parsed);
        VerifySettings settings = new()
        {
            Challenges = context.Parsed.GetValue(_challenges) ?? VerifySettings.DefaultChallenges,
            Full = context.Parsed.GetValue(_full),
            RowsToDiscard = _inspection.RowsToDiscard(context),
            Threads = _inspection.Threads(context),
            Kernels = _inspection.Kernels(context),
            Clock = context.Host.Time,
        };
        string? page = _latency.ReadPage(context);
        StorageRoots roots = _inspection.ReadRoots(context);
        Dictionary<SectorId, ChallengeSeed> seeds = [];
        List<Advice> debt = [];
        (ComparedWith comparedWith, IReadOnlyList<SurveyedSector> sectors, _) = await _inspection.Sectors.FindAsync(context, roots, (lookup, found) =>
        {
            if (given is null)
            {
                Draw(context, lookup, found, seeds);
            }

            debt.AddRange(Debt(context, lookup, found));
        });
        debt.AddRange(NextAdvice.Debt(
            sectors.Select(sector => sector.DebtThen).FirstOrDefault(then => then is not null), [.. sectors.Select(sector => (sector.Sector, (ChainStatus?)null))], context.Host.Time.GetUtcNow()));
        ChallengeSeed common = given is { } randomness
            ? new ChallengeSeed(randomness, SeedSource.Given)
            : ChallengeSeed.Random("no chain node was asked");
        if (comparedWith == ComparedWith.Nothing)
        {
            context.Events.Notice("no chain node was asked: that files fit together is proven, not that they are what the sectors have on chain");
        }

        SectorVerifier verifier = new(roots, settings);
        LatencyBook book = _latency.Open(context, roots);
        List<HtmlSector> ended = [];
        foreach (SurveyedSector sector in sectors)
        {
            ended.Add(sector.Facts is { } facts
                ? Verify(context, verifier, facts, seeds.GetValueOrDefault(sector.Sector, common), comparedWith, roots, book)
                : new HtmlSector(SectorReport.Failed(sector.Sector, sector.Failure!), Latency: null, roots.FoldersOf(sector.Sector)));
        }

        LatencyAnswer latency = new(book, LatencyOf.Challenges);
        if (book.Sectors.Count > 0)
        {
            context.View.Answered(latency);
        }

        SectorReport[] reports = [.. ended.Select(sector => sector.Report)];
        Report report = new() { Command = Name, Sectors = reports, Next = [.. debt, .. Next(context, roots, reports)] };
        return LatencyOptions.Write(
            page, new HtmlReport(Name, context.Host.Time.GetUtcNow(), ended, latency), _latency.Judge(context, latency, report));
    }

    private static HtmlSector Verify(
        CommandContext context,
        SectorVerifier verifier,
        SurveyFacts facts,
        ChallengeSeed seed,
        ComparedWith comparedWith,
        StorageRoots roots,
        LatencyBook book)
    {
        long started = context.Host.Time.GetTimestamp();
        SectorVerification found = context.View.Live(
            () => verifier.Verify(facts, seed, context.Events.LongOf(facts.Sector), context.Cancellation));
        PartitionPlace? place = seed.OnChain is { } drawn ? new PartitionPlace(drawn.Deadline, drawn.Partition) : null;
        VerificationAnswer answer = new(found, comparedWith, book.Add(facts.Sector, place, found.Reads));
        context.View.Answered(answer);
        SectorReport report = new(
            facts.Sector,
            answer.Complaint is not null ? SectorResult.Failed
            : facts.AreFromChain ? SectorResult.Proven
            : found.Full ? SectorResult.Good
            : SectorResult.GoodSampled,
            found.Part == SectorPart.Update ? facts.UpdateSealedCid : facts.SealedCid,
            Commitments: null,
            [.. found.Replicas.Where(replica => replica.IsProven).Select(replica => replica.Replica)],
            context.Host.Time.GetElapsedTime(started),
            answer.Complaint is { } complaint ? Failure.From(complaint) : null)
        {
            ProvenNodes = found.ProvenNodes,
            HowFar = found.IsProven ? answer.HowFar : null,
            BlockChance = found.BlockChance,
        };
        return new HtmlSector(report, answer.Latency, roots.FoldersOf(facts.Sector));
    }

    private static IReadOnlyList<Advice> Debt(CommandContext context, SectorLookup lookup, IReadOnlyList<SurveyedSector> sectors)
    {
        (MinerDebt? debt, IReadOnlyList<(SectorId, ChainStatus?)> statuses) = NodeOptions.Live(context, () => lookup.DebtAsync(
            [.. sectors.Where(sector => sector.Facts is not null).Select(sector => sector.Sector.Number)], NodeOptions.DefaultConcurrency, context.Cancellation));
        return NextAdvice.Debt(debt, statuses, context.Host.Time.GetUtcNow());
    }

    private static void Draw(
        CommandContext context, SectorLookup lookup, IReadOnlyList<SurveyedSector> sectors, Dictionary<SectorId, ChallengeSeed> seeds)
    {
        SectorId[] known = [.. sectors.Where(sector => sector.Facts is not null).Select(sector => sector.Sector)];
        IReadOnlyList<WindowPostSeedResult> drawn = NodeOptions.Live(context, () => lookup.FindWindowPostSeedsAsync(
            [.. known.Select(sector => sector.Number)], NodeOptions.DefaultConcurrency, context.Cancellation));
        foreach ((SectorId sector, WindowPostSeedResult result) in known.Zip(drawn))
        {
            seeds[sector] = ChallengeSeed.From(result);
        }
    }

    private Bytes32? ReadRandomness(ParseResult parsed) => parsed.GetValue(_randomness) switch
    {
        null => null,
        string text when text.Length == 2 * Bytes32.Length && text.All(char.IsAsciiHexDigit) => Bytes32.FromHex(text),
        string text => throw new OperatorException(
            FailureKind.BadInput,
            $"{_randomness.Name} is \"{SafeText.Short(text)}\", not 64 hexadecimal digits",
            "write the randomness as an earlier verify printed it"),
    };

    private IEnumerable<Advice> Next(CommandContext context, StorageRoots roots, SectorReport[] reports)
    {
        SectorReport[] failed = [.. reports.Where(report => report is { Result: SectorResult.Failed, SealedCid: not null })];
        if (failed.Length == 0)
        {
            yield break;
        }

        ulong[] numbers = [.. failed.Select(report => report.Sector.Number).Order()];
        yield return new Advice(
            "See how far the damage goes and what repairs it; that reads all of the files:", [_inspection.Then(context, roots, "survey", failed[0].Sector.Miner, numbers, "--deep")]);
    }
}
