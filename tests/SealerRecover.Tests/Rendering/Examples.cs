using Filecoin.Chain.Facts;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Settings;
using SealerRecover.Rendering;

namespace SealerRecover.Tests.Rendering;

/// <summary>Fixed events to render.</summary>
internal static class Examples
{
    public static readonly SectorId Sector2 = new(new ActorId(1000), 2);

    public static readonly SectorId Sector3 = new(new ActorId(1000), 3);

    public static readonly SealedCommitments Commitments = new(
        new CommD(Filled(1)), Filled(2), Filled(3), new CommR(Filled(4)));

    public static SectorFacts Facts(SectorId sector) => new()
    {
        Sector = sector,
        SealProof = SealProofs.Get(RegisteredSealProof.StackedDrg32GiBV1_1),
        Ticket = new Ticket(Filled(5)),
        SealedCid = Commitments.CommR,
        TicketEpoch = 9201,
        Status = new ChainStatus
        {
            State = SectorState.Proven,
            HeadEpoch = 100_000,
            HeadTime = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            Deadline = 7,
            DeadlineOpens = 100_120,
            FaultTerminatesAt = 220_960,
        },
    };

    public static PlanAnswer Plan() => new(
        [Facts(Sector2), Facts(Sector3)],
        new RecoverySettings { ResultFolder = "/sector", TempFolder = "/temp", ParentCacheFolder = "/parents", Parallel = 2, Threads = 8 },
        new RecoveryPlan(
            [new ResourceLine("memory", 140L << 30, 128L << 30), new ResourceLine("open files", 60, null, IsBytes: false)],
            Cores(),
            Asked: 3,
            new ResourceLine("memory", 205L << 30, 128L << 30)));

    public static CorePlan Cores() => new()
    {
        Cores = 8,
        Threads = 8,
        Seats = [.. new[] { 7, 5 }.Select(cpu => new LabelSeat(1, [new LabelVariant("sha-ni", 1)], new LabelCores(cpu, [cpu - 1])))],
    };

    public static SectorOutcome Installed(SectorId sector) => new(
        sector,
        OutcomeKind.Installed,
        Commitments,
        [$"/sector/sealed/{sector.FileName}", $"/sector/cache/{sector.FileName}/p_aux"],
        new TimeSpan(3, 5, 7),
        null);

    public static SectorOutcome Failed(SectorId sector) => new(
        sector,
        OutcomeKind.Failed,
        null,
        [],
        TimeSpan.FromSeconds(12),
        new OperatorException(FailureKind.TargetExists, $"{sector}: /sector/sealed/{sector.FileName} has other content", "use --force to move it aside"));

    /// <summary>The course of a run with one success and one failure, as every view is told it.</summary>
    public static void Play(IView view, FixedTime time)
    {
        DateTimeOffset start = time.Now;
        view.On(new Notice(start, null, "f01000 has sectors of 32GiB on network mainnet"));
        view.Answered(new FactsAnswer(Facts(Sector2)));
        view.Answered(Plan());
        view.On(new PhaseProgressed(start, null, new SealProgress(SealPhase.VerifyParents, 1, 1, 0, 1000)));
        view.On(new SectorStarted(start, Sector2, Resumed: true));
        for (int second = 0; second <= 40; second++)
        {
            view.On(new PhaseProgressed(
                start + TimeSpan.FromSeconds(second), Sector2, new SealProgress(SealPhase.Label, 3, 11, second * 1_000_000L, 1L << 30)));
        }

        view.On(new RunProgressed(
            start + TimeSpan.FromSeconds(40), new RunReading(0, 2, 0.3456, TimeSpan.FromHours(5), [Sector3])));
        view.On(new Notice(start + TimeSpan.FromSeconds(41), Sector2, "layer 3 \u001b[31m was read back"));
        view.On(new SectorEnded(start + TimeSpan.FromSeconds(50), Installed(Sector2)));
        view.On(new SectorEnded(start + TimeSpan.FromSeconds(51), Failed(Sector3)));
        time.Now = start + TimeSpan.FromSeconds(52);
        view.Reported(Report());
    }

    public static Report Report() => new()
    {
        Command = "recover",
        Sectors = [SectorReport.From(Installed(Sector2), Commitments.CommR), SectorReport.From(Failed(Sector3), Commitments.CommR)],
        Next = [new Advice("declare the files to the miner", ["lotus-miner storage redeclare --all"], new DateTimeOffset(2026, 1, 3, 0, 0, 0, TimeSpan.Zero))],
        Elapsed = TimeSpan.FromSeconds(52),
    };

    private static Bytes32 Filled(byte value) => new(Enumerable.Repeat(value, 32).ToArray());
}
