using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Primitives;
using SealerRecover.Recovery;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Repair;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Verify;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>The course of one heal, step by step; what ended a sector is kept until the report.</summary>
/// <param name="context">The command's surroundings.</param>
/// <param name="settings">As <see cref="Mending.In"/> makes them.</param>
/// <param name="found">The sectors.</param>
internal sealed class HealRun(CommandContext context, RecoverySettings settings, IReadOnlyList<SectorLookupResult> found)
{
    private static readonly TimeSpan WaitBetween = TimeSpan.FromMinutes(1);

    private readonly Mending _mending = new(context, settings, []);
    private readonly Dictionary<SectorId, SectorReport> _ended = found.Where(result => result.Failure is not null)
        .ToDictionary(result => result.Sector, result => SectorReport.Failed(result.Sector, result.Failure!));

    private readonly Dictionary<SectorId, string> _places = [];
    private readonly List<Advice> _next = [];
    private SectorFacts[] _facts = [.. found.Where(result => result.Failure is null).Select(result => result.Facts!)];
    private readonly List<SectorId> _wanting = [];
    private readonly List<SectorId> _misplaced = [];

    /// <summary>How many sectors need mending.</summary>
    public int Wanting => _wanting.Count;

    /// <summary>How many need none and are faulty on chain all the same: an earlier run may have ended before it declared them.</summary>
    public int Undeclared { get; private set; }

    private DateTimeOffset Now => context.Host.Time.GetUtcNow();

    /// <summary>Sectors that stand and that somebody may wait to hear of.</summary>
    private IEnumerable<SectorFacts> Standing => _facts.Where(facts =>
        _places.ContainsKey(facts.Sector) && _ended.GetValueOrDefault(facts.Sector)?.Result is not (null or SectorResult.Failed or SectorResult.Stopped));

    /// <summary>What the miner has to be sent before anything can be declared, in a sentence; null if nothing.</summary>
    public string? TellDebt()
    {
        IReadOnlyList<Advice> debt = NextAdvice.Debt(_facts, Now);
        _next.AddRange(debt);
        return debt.Count == 0 ? null : debt[0].Text;
    }

    /// <summary>Looks at all sectors; those that need nothing have ended with that.</summary>
    /// <param name="paths">The storage paths.</param>
    /// <param name="damaged">Replicas that were found damaged before, by path, each with half a sentence saying how.</param>
    /// <param name="declares">Whether those of them that are faulty on chain are to be declared too.</param>
    public void Survey(ImmutableArray<string> paths, ImmutableDictionary<string, string> damaged, bool declares)
    {
        _mending.Know(damaged);
        StorageRoots roots = StorageRoots.Read(paths);
        SurveySettings how = DamagedReplicas.HowFar(settings);
        SectorSurveyor surveyor = new(roots, how);
        MisplacedSearch search = new(roots, how, [.. _facts.Select(SurveyFacts.From)]);
        foreach (SectorFacts facts in _facts)
        {
            long started = context.Host.Time.GetTimestamp();
            SectorSink told = context.Events.LongOf(facts.Sector);
            SectorSurvey survey = context.View.Live(() => search.Complete(
                surveyor.Survey(SurveyFacts.From(facts), told, context.Cancellation), told, context.Cancellation));
            SurveyAnswer answer = new(survey, ComparedWith.Chain, ShowGood: false);
            bool isKnown = survey.Files.SelectMany(file => file.Copies).Any(copy => damaged.ContainsKey(copy.Path));
            if (isKnown || answer.Repairs.Any(repair => repair.IsNeeded && repair.Kind != AdvisedRepair.UnsealAgain))
            {
                context.View.Answered(answer);
                _wanting.Add(facts.Sector);
                _mending.Know(DamagedReplicas.In(survey));
                if (survey.Misplaced.Count > 0)
                {
                    _misplaced.Add(facts.Sector);
                }

                continue;
            }

            _ended[facts.Sector] = new SectorReport(
                facts.Sector, answer.Result, facts.Update?.SealedCid ?? facts.SealedCid, null, [], context.Host.Time.GetElapsedTime(started), null)
            {
                HowFar = SurveyAnswer.HowFar(survey),
                BlockChance = survey.BlockChance,
            };
            if (declares && Due.NeedsDeclaring(facts.Status))
            {
                Undeclared++;
                _places[facts.Sector] = _mending.PlaceOf(facts);
            }
        }
    }

    /// <summary>Says what is to be moved and made, in which order and by when.</summary>
    public HealPlan Plan(bool dryRun)
    {
        Dictionary<SectorId, SectorReport> moves = _misplaced.Count == 0 ? [] : _mending.Move(Facts(_misplaced), dryRun: true);
        SectorFacts[] wanting = Facts(_wanting);
        HealPlan plan = HealPlan.Of(_mending.Cost(_mending.Choose([.. wanting.Where(facts => !moves.ContainsKey(facts.Sector))])), Now);
        context.View.Answered(new HealAnswer(plan));
        foreach (SectorFacts facts in dryRun ? wanting : [])
        {
            _ended[facts.Sector] = new SectorReport(facts.Sector, SectorResult.Listed, null, null, [], TimeSpan.Zero, null);
        }

        return plan;
    }

    /// <summary>Mends, those first that are due first. One that fails does not keep the others.</summary>
    public void Mend()
    {
        if (_misplaced.Count > 0)
        {
            foreach (SectorReport report in _mending.Move(Facts(_misplaced), dryRun: false).Values)
            {
                _ended[report.Sector] = report;
                _places[report.Sector] = _mending.PlaceOf(Facts([report.Sector])[0]);
            }
        }

        HealPlan plan = HealPlan.Of(_mending.Cost(_mending.Choose([.. Facts(_wanting).Where(facts => !_ended.ContainsKey(facts.Sector))])), Now);
        using IDisposable following = context.Events.Follow(new RunForecast(plan.Times));
        foreach ((string place, SectorFacts[] facts) in plan.Batches)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            foreach (SectorReport report in _mending.Mend(place, facts, _next))
            {
                _ended[report.Sector] = report;
                _places[report.Sector] = place;
            }
        }
    }

    /// <summary>Opens random nodes of what was mended, or is to be declared, as window PoSt does, from the storage paths.</summary>
    public void Verify(ImmutableArray<string> paths)
    {
        SectorVerifier verifier = new(StorageRoots.Read(paths), new VerifySettings
        {
            Challenges = VerifySettings.DefaultChallenges,
            RowsToDiscard = settings.RowsToDiscard,
            Threads = settings.Threads,
            Kernels = settings.Kernels,
        });
        ChallengeSeed seed = ChallengeSeed.Random("sectors that were just mended are opened where nobody can foresee");
        foreach (SectorFacts facts in Standing.Where(facts => facts.Status?.State == SectorState.Proven).ToArray())
        {
            SectorVerification verification = context.View.Live(() => verifier.Verify(
                SurveyFacts.From(facts), seed, context.Events.LongOf(facts.Sector), context.Cancellation));
            VerificationAnswer answer = new(verification, ComparedWith.Chain);
            context.View.Answered(answer);
            if (answer.Complaint is { } complaint)
            {
                _ended[facts.Sector] = SectorReport.Failed(facts.Sector, complaint);
            }
        }
    }

    /// <summary>Tells the miner of what was mended.</summary>
    public async Task DeclareAsync(MinerDeclaration declaration)
    {
        (string Place, SectorFacts[] Facts)[] places = [.. Standing.GroupBy(facts => _places[facts.Sector]).Select(place => (place.Key, place.ToArray()))];
        IReadOnlyDictionary<SectorId, OperatorException> untold = await declaration.TellAsync(places, inDebt: _next.Any(step => step.Send is not null));
        foreach ((SectorId sector, OperatorException why) in untold)
        {
            _ended[sector] = SectorReport.Failed(sector, why);
        }

        // What has just been done is no advice.
        HashSet<SectorId> told = [.. places.SelectMany(place => place.Facts).Select(facts => facts.Sector).Where(sector => !untold.ContainsKey(sector))];
        _next.RemoveAll(step => step.Tells.Count > 0 && step.Tells.All(told.Contains));
    }

    /// <summary>Waits until no fault of what was mended is left on chain, or the deadlines that could end them are over.</summary>
    public async Task WaitForPostAsync(SectorLookup lookup)
    {
        DateTimeOffset? last = null;
        while (true)
        {
            SectorFacts[] waiting = [.. Standing.Where(facts => facts.Status is { IsFaulty: true } status && Due.NeedsDeclaring(status with { IsDeclaredRecovered = false }))];
            last ??= waiting.Select(facts => Due.ProvenBy(facts.Status!, Now)).DefaultIfEmpty(Now).Max();
            if (waiting.Length == 0)
            {
                context.Events.Notice("no sector that was mended is faulty on chain");
                return;
            }

            if (Now >= last)
            {
                context.Events.Notice($"{Numbers(waiting)} still faulty on chain, although the window PoSt that could end that is over");
                return;
            }

            context.Events.Notice($"{Numbers(waiting)} faulty on chain; their next window PoSt is over by {Quantities.Instant(last.Value)}");
            await Task.Delay(WaitBetween, context.Host.Time, context.Cancellation);
            IReadOnlyList<SectorFacts> now = await lookup.BringUpToDateAsync(waiting, NodeOptions.DefaultConcurrency, context.Cancellation);
            _facts = [.. _facts.Select(facts => now.FirstOrDefault(newer => newer.Sector == facts.Sector) ?? facts)];
        }
    }

    /// <summary>How it ended.</summary>
    /// <param name="command">The command's name.</param>
    public Report Report(string command) => new()
    {
        Command = command,
        Sectors =
        [
            .. found.Select(result => _ended.GetValueOrDefault(result.Sector)
                ?? new SectorReport(result.Sector, SectorResult.Listed, null, null, [], TimeSpan.Zero, null)),
        ],
        Next = _next,
    };

    private SectorFacts[] Facts(IReadOnlyCollection<SectorId> sectors) => [.. _facts.Where(facts => sectors.Contains(facts.Sector))];

    private static string Numbers(SectorFacts[] facts) => $"{SectorId.Names([.. facts.Select(fact => fact.Sector)])} {(facts.Length == 1 ? "is" : "are")}";
}
