using Filecoin.Chain.Facts;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Recovery.Tests;

public sealed class NextStepsTests : IDisposable
{
    private static readonly DateTimeOffset Head = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_folder_is_attached_and_one_that_is_a_storage_path_declared_again()
    {
        NextStep attach = Assert.Single(Advice("/data/my sector's", Installed(1)));
        Assert.Equal(NextStepKind.Declare, attach.Kind);
        Assert.Equal("lotus-miner storage attach --init --store '/data/my sector'\\''s'", attach.Commands[0]);
        Assert.Null(attach.By);

        _folder.Write("sectorstore.json", "{\"ID\":\"76f1988b-ef30-4d7e-b3ec-9a627f4ba5a8\",\"Weight\":10}");
        NextStep again = Assert.Single(Advice(_folder.Path, Installed(1)));
        Assert.Equal("lotus-miner storage redeclare --id 76f1988b-ef30-4d7e-b3ec-9a627f4ba5a8", again.Commands[0]);

        _folder.Write("sectorstore.json", "{\"ID\":\"; rm -rf /\"}");
        Assert.Contains("attach", Assert.Single(Advice(_folder.Path, Installed(1))).Commands[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Files_have_to_be_declared_ninety_minutes_before_the_deadline_opens_or_a_day_later()
    {
        // 300 epochs are two and a half hours; 100 epochs, fifty minutes, are too late for today.
        (SectorFacts, OutcomeKind) inTime = Proven(1, opens: 1300);
        (SectorFacts, OutcomeKind) alsoInTime = Proven(2, opens: 1300);
        (SectorFacts, OutcomeKind) tooLate = Proven(3, opens: 1100);

        IReadOnlyList<NextStep> steps = Advice("/r", tooLate, inTime, alsoInTime);

        NextStep[] deadlines = [.. steps.Where(step => step.Kind == NextStepKind.BeforeDeadline)];
        Assert.Equal([Head.AddHours(1), Head.AddMinutes(50 - 90).AddDays(1)], deadlines.Select(step => step.By!.Value));
        Assert.Equal([1UL, 2UL], deadlines[0].Sectors.Select(sector => sector.Number));
        Assert.Contains("2026-03-04 13:00 UTC", deadlines[0].Text, StringComparison.Ordinal);
        Assert.Equal("lotus-miner proving recover-faults 1 2", deadlines[0].Commands[0]);
        Assert.Equal(Head.AddHours(1), steps[0].By);
        Assert.Contains("lotus-miner proving check --only-bad --faulty 42", steps.Single(step => step.Kind == NextStepKind.Check).Commands);
    }

    [Fact]
    public void A_standing_of_last_week_is_carried_on_to_the_next_opening()
    {
        (SectorFacts Facts, OutcomeKind) sector = Proven(1, opens: 1300);

        NextStep step = NextSteps.For([sector.Facts], [Outcome(sector)], "/r", Head.AddDays(7)).Single(step => step.Kind == NextStepKind.BeforeDeadline);

        Assert.Equal(Head.AddDays(7).AddHours(1), step.By);
    }

    [Fact]
    public void A_faulty_sector_names_its_termination_and_a_pre_committed_one_its_last_moment()
    {
        (SectorFacts Facts, OutcomeKind Kind) faulty = Proven(1, opens: 1300);
        faulty.Facts = faulty.Facts with { Status = faulty.Facts.Status! with { FaultTerminatesAt = 1000 + (3 * 2880) } };
        (SectorFacts, OutcomeKind) young = PreCommitted(2, proveBefore: 1120);
        (SectorFacts, OutcomeKind) lost = PreCommitted(3, proveBefore: 999);

        IReadOnlyList<NextStep> steps = Advice("/r", faulty, young, lost);

        Assert.Equal(Head.AddDays(3), steps.Single(step => step.Kind == NextStepKind.BeforeTermination).By);
        Assert.Equal(Head.AddHours(1), steps[0].By);
        NextStep[] proofs = [.. steps.Where(step => step.Kind == NextStepKind.Prove)];
        Assert.Contains("f01000 sector 3: the time to prove it ended", proofs[0].Text, StringComparison.Ordinal);
        Assert.Contains("has to be on chain before 2026-03-04 13:00 UTC", proofs[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Stopped_sectors_are_run_again_and_failed_ones_have_their_own_hints()
    {
        NextStep step = Assert.Single(Advice("/r", (FakeSealer.Facts(1), OutcomeKind.Stopped), (FakeSealer.Facts(2), OutcomeKind.Failed)));

        Assert.Equal(NextStepKind.RunAgain, step.Kind);
        Assert.Equal(1UL, Assert.Single(step.Sectors).Number);
        Assert.Empty(NextSteps.For([], [], "/r", Head));
    }

    private static IReadOnlyList<NextStep> Advice(string result, params (SectorFacts Facts, OutcomeKind Kind)[] sectors) =>
        NextSteps.For([.. sectors.Select(sector => sector.Facts)], [.. sectors.Select(Outcome)], result, Head);

    private static SectorOutcome Outcome((SectorFacts Facts, OutcomeKind Kind) sector) =>
        new(sector.Facts.Sector, sector.Kind, null, [], TimeSpan.Zero, null);

    private static (SectorFacts Facts, OutcomeKind Kind) Installed(ulong number) => (FakeSealer.Facts(number), OutcomeKind.Installed);

    private static (SectorFacts Facts, OutcomeKind Kind) Proven(ulong number, long opens) => (
        FakeSealer.Facts(number) with
        {
            Status = new ChainStatus
            {
                State = SectorState.Proven,
                HeadEpoch = 1000,
                HeadTime = Head,
                Deadline = 42,
                DeadlineOpens = opens,
            },
        },
        OutcomeKind.Installed);

    private static (SectorFacts Facts, OutcomeKind Kind) PreCommitted(ulong number, long proveBefore) => (
        FakeSealer.Facts(number) with
        {
            Status = new ChainStatus { State = SectorState.PreCommitted, HeadEpoch = 1000, HeadTime = Head, ProveBefore = proveBefore },
        },
        OutcomeKind.AlreadyThere);
}
