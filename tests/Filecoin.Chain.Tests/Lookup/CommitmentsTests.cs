using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

/// <summary>What every node can tell of a sector, and which sectors are faulty.</summary>
public sealed class CommitmentsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<ulong[], ulong[]> BitFields => new()
    {
        { [0], [] },
        { [], [] },
        { [5, 1], [5] },
        { [0, 3], [0, 1, 2] },
        { [2, 2, 3, 1], [2, 3, 7] },
        { [long.MaxValue - 1, 1], [long.MaxValue - 1] },
    };

    [Theory]
    [MemberData(nameof(BitFields))]
    public void Bit_fields_are_lengths_of_runs(ulong[] runs, ulong[] numbers)
    {
        Assert.True(RunLengths.TryExpand(runs, out IReadOnlyList<ulong> expanded));
        Assert.Equal(numbers, expanded);
    }

    [Theory]
    [InlineData(0ul, ulong.MaxValue)]
    [InlineData((ulong)long.MaxValue, 1ul)]
    [InlineData(0ul, (1ul << 26) + 1)]
    public void Bit_fields_no_miner_has_are_refused(ulong clear, ulong set) => Assert.False(RunLengths.TryExpand([clear, set], out _));

    [Fact]
    public async Task Faulty_sectors_are_told()
    {
        await using Lost lost = await Lost.StartAsync();
        foreach (ulong number in (ulong[])[3, 4, 9])
        {
            lost.FakeMiner.Add(Lost.Proven(number, proof: 5) with { Early = 30_000 });
        }

        lost.FakeMiner.Add(Lost.Proven(5, proof: 5));
        SectorLookup lookup = await lost.OpenAsync(Cancellation);
        Assert.Equal([3ul, 4, 9], await lookup.FaultySectorsAsync(Cancellation));
    }

    [Fact]
    public async Task A_node_that_has_pruned_everything_still_tells_what_files_commit_to()
    {
        await using Lost lost = await Lost.StartAsync();
        FakeSector proven = lost.FakeMiner.Add(Lost.Proven(2, proof: 5));
        FakeSector committed = lost.FakeMiner.Add(Lost.PreCommitted(3, proof: 10));
        Cid key = Lost.Proven(8, proof: 0).SealedCid;
        FakeSector snapped = lost.FakeMiner.Add(Lost.Proven(4, proof: 0) with { SectorKeyCid = key });
        lost.Node.StateKeptFrom = long.MaxValue;
        SectorLookup lookup = await lost.OpenAsync(Cancellation);
        IReadOnlyList<CommitmentsResult> found = await lookup.FindCommitmentsAsync([2, 3, 4, 99], concurrency: 2, Cancellation);
        Assert.Equal(
            [(proven.SealedCid, null, 5), (committed.SealedCid, null, 10), (snapped.SealedCid, key, 0)],
            found.Take(3).Select(result => (
                result.Commitments!.SealedCid.ToCid(), result.Commitments.SectorKeyCid?.ToCid(), (int)result.Commitments.SealProof.Proof)));
        Assert.Equal(FailureKind.NotOnChain, found[3].Failure!.Kind);
    }
}
