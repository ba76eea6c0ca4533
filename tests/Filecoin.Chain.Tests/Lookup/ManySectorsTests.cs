using System.Collections.Concurrent;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>Hundreds of sectors at once, some of them known from an earlier run.</summary>
public sealed class ManySectorsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Five_hundred_sectors_take_no_more_round_trips_than_a_few_dozen_sectors_would()
    {
        await using Lost lost = await StartAsync(500);
        lost.Node.Latency = TimeSpan.FromMilliseconds(10);
        SectorLookup lookup = await lost.OpenAsync(Cancellation);
        IReadOnlyList<SectorLookupResult> found = await lookup.FindAllAsync(Numbers(500), 64, Cancellation);
        Assert.All(found.Index(), entry => Assert.Equal(((ulong)entry.Index, null), (entry.Item.Facts?.Sector.Number, entry.Item.Failure)));

        // Five calls for each sector go in batches of up to sixteen; epochs and draws that sectors share are asked for once.
        Assert.InRange(lost.Node.RoundTrips, 100, 500);
        Assert.Equal(500, lost.Node.Count("StateSectorGetInfo"));
        Assert.Equal(500, lost.Node.Count("StateSectorPreCommitInfo"));
        Assert.Equal(10, lost.Node.Count("StateGetRandomnessFromTickets"));
        Assert.Equal(11, lost.Node.Count("ChainGetTipSetByHeight"));
        Assert.Equal(1, lost.Node.Count("StateMinerProvingDeadline"));
    }

    [Fact]
    public async Task What_is_known_and_still_right_is_not_asked_again()
    {
        await using Lost lost = await StartAsync(20);
        lost.FakeMiner.Add(Lost.PreCommitted(20) with { PreCommitEpoch = 19_000 });
        Dictionary<ulong, SectorFacts> known = await FindAllAsync(lost, 21, []);
        lost.Node.Requests.Clear();
        lost.Node.KeepHeadersOnly();

        Dictionary<ulong, SectorFacts> again = await FindAllAsync(lost, 21, known, kept: 21);

        Assert.All(known.Values, facts => Assert.Equal(
            (facts.Ticket, facts.SealedCid, facts.Status), (again[facts.Sector.Number].Ticket, again[facts.Sector.Number].SealedCid, again[facts.Sector.Number].Status)));
        Assert.Equal(1, lost.Node.Count("StateSectorPreCommitInfo"));
        Assert.Equal(0, lost.Node.Count("StateGetRandomnessFromTickets"));
        Assert.Equal(11, lost.Node.Count("ChainGetTipSetByHeight"));
    }

    [Theory]
    [InlineData("sealed")]
    [InlineData("ticket")]
    [InlineData("proof")]
    [InlineData("epoch")]
    [InlineData("data")]
    [InlineData("snapped")]
    [InlineData("another miner")]
    public async Task What_is_known_and_not_right_any_more_is_asked_again(string wrong)
    {
        await using Lost lost = await StartAsync(1);
        SectorFacts right = (await FindAllAsync(lost, 1, []))[0];
        SectorFacts known = wrong switch
        {
            "sealed" => right with { SealedCid = Sealed(77) },
            "ticket" => right with { Ticket = new Ticket(right.SealedCid.Value) },
            "proof" => right with { SealProof = SealProofs.All.First(proof => (int)proof.Proof == 10) },
            "epoch" => right with { TicketEpoch = null },
            "another miner" => right with { Sector = new SectorId(new ActorId(1001), 0) },
            _ => right,
        };
        if (wrong == "data")
        {
            lost.FakeMiner.Add(lost.FakeMiner.Sectors[0] with { DealWeight = "5" });
        }
        else if (wrong == "snapped")
        {
            lost.FakeMiner.Add(lost.FakeMiner.Sectors[0] with { SectorKeyCid = Lost.CommR(0), SealedCid = Lost.CommR(50) });
        }

        SectorLookup lookup = await lost.OpenAsync(Cancellation);
        SectorLookupResult found = (await lookup.FindAllAsync([0], 1, _ => known, _ => { }, Cancellation)).Single();
        Assert.False(found.IsKept);
        if (wrong is not ("data" or "snapped"))
        {
            Assert.Equal((right.Ticket, right.SealedCid, right.TicketEpoch), (found.Facts!.Ticket, found.Facts.SealedCid, found.Facts.TicketEpoch));
        }
    }

    [Fact]
    public async Task Each_sector_is_told_of_when_it_is_done_and_failed_ones_too()
    {
        await using Lost lost = await StartAsync(5);
        SectorLookup lookup = await lost.OpenAsync(Cancellation);
        ConcurrentQueue<SectorLookupResult> told = [];
        await lookup.FindAllAsync(Numbers(7), 3, _ => null, told.Enqueue, Cancellation);
        Assert.Equal(Numbers(7), told.Select(result => result.Sector.Number).Order());
        Assert.Equal([5UL, 6UL], told.Where(result => result.Failure is not null).Select(result => result.Sector.Number).Order());
    }

    [Fact]
    public async Task Those_that_end_first_come_first_and_those_of_which_nothing_is_told_last()
    {
        await using Lost lost = await StartAsync(5);
        lost.FakeMiner.Add(lost.FakeMiner.Sectors[0] with { Expiration = 500_000 });
        lost.FakeMiner.Add(lost.FakeMiner.Sectors[1] with { Terminated = true });
        lost.FakeMiner.Add(lost.FakeMiner.Sectors[2] with { Early = 60_000 });
        lost.FakeMiner.Add(lost.FakeMiner.Sectors[3] with { Expiration = 50_000 });
        lost.FakeMiner.Add(lost.FakeMiner.Sectors[4] with { Early = 40_000 });
        SectorLookup lookup = await lost.OpenAsync(Cancellation);
        Assert.Equal([4, 3, 2, 0, 1], (await lookup.DueFirstAsync([0, 1, 2, 3, 4], 4, Cancellation)).Select(due => due.Number));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(60)]
    public async Task What_is_due_first_comes_first_by_the_deadline_that_can_still_be_met(int count)
    {
        // Epoch 20000 is in deadline 45: 46, 47 and 0 open within ninety minutes, so theirs is tomorrow's.
        await using Lost lost = await StartAsync(count);
        lost.FakeMiner.PeriodStart = 0;
        (int Deadline, long Early)[] sectors = [(46, 90_000), (1, 95_000), (30, 90_000), (1, 90_000), (0, 90_000), (44, 24_000), (20, 0)];
        for (int i = 0; i < sectors.Length; i++)
        {
            lost.FakeMiner.Add(lost.FakeMiner.Sectors[(ulong)i] with { Deadline = sectors[i].Deadline, Early = sectors[i].Early });
        }

        SectorLookup lookup = await lost.OpenAsync(Cancellation);
        IReadOnlyList<SectorDue> dues = await lookup.DueFirstAsync([.. Numbers(count)], 4, Cancellation);
        Assert.Equal([5, 3, 1, 6, 2, 0, 4], dues.Where(due => due.Number < 7).OrderBy(due => due.Number == 4).Select(due => (int)due.Number));
        Assert.Equal((44, 24_000L), (dues[0].Deadline, dues[0].Ends));
        Assert.True(dues.Single(due => due.Number == 1).Opens < dues.Single(due => due.Number == 4).Opens);
        if (count > 48)
        {
            Assert.Equal(0, lost.Node.Count("StateSectorPartition"));
            Assert.Equal(48, lost.Node.Count("StateMinerPartitions"));
        }
    }

    private static CommR Sealed(int i) => CommitmentCid.TryGetCommR(Lost.CommR(i), out CommR commR) ? commR : throw new InvalidOperationException();

    private static IEnumerable<ulong> Numbers(int count) => Enumerable.Range(0, count).Select(number => (ulong)number);

    private static async Task<Dictionary<ulong, SectorFacts>> FindAllAsync(
        Lost lost, int count, Dictionary<ulong, SectorFacts> known, int kept = 0)
    {
        // A client of its own, as each run has: nothing is left in memory.
        using JsonRpcClient client = Asking.Client(lost.Node);
        SectorLookup lookup = await SectorLookup.OpenAsync(
            new FullNode(client), Address.FromActorId(new ActorId(Lost.Miner)), TimeProvider.System, Cancellation);
        IReadOnlyList<SectorLookupResult> found = await lookup.FindAllAsync(Numbers(count), 4, known.GetValueOrDefault, _ => { }, Cancellation);
        Assert.All(found, result => Assert.Null(result.Failure));
        Assert.Equal(kept, found.Count(result => result.IsKept));
        return found.ToDictionary(result => result.Sector.Number, result => result.Facts!);
    }

    /// <summary>Sectors sealed with ten tickets and proven at one epoch.</summary>
    private static async Task<Lost> StartAsync(int count)
    {
        Lost lost = await Lost.StartAsync();
        for (ulong number = 0; number < (ulong)count; number++)
        {
            lost.FakeMiner.Add(Lost.Proven(number) with { SealRandEpoch = 12_000 + (long)(number % 10) });
        }

        return lost;
    }
}
