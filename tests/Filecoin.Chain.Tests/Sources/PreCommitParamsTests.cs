using Filecoin.Chain.Messages;
using Xunit;

namespace SealerRecover.Tests.Chain;

public sealed class PreCommitParamsTests
{
    private static readonly FakeSector Sector = Lost.Proven(9) with { DealIds = [5, 4, ulong.MaxValue], UnsealedCid = Holding.CommD };

    public static TheoryData<int> Methods => new(6, 25, 28);

    [Theory]
    [MemberData(nameof(Methods))]
    public void Parameters_are_read(int method)
    {
        Assert.True(PreCommitParams.TryRead((ulong)method, FakeParams.PreCommit(method, Sector), out IReadOnlyList<PreCommittedSector>? sectors));
        Assert.Equal(method == 6 ? 1 : 2, sectors.Count);
        PreCommittedSector read = sectors[^1];
        Assert.Equal((5, 9UL, Sector.SealedCid, 12_009), (read.SealProof, read.SectorNumber, read.SealedCid, read.SealRandEpoch));
        Assert.Equal(Sector.DealIds, read.DealIds);
        Assert.Equal(method == 28 ? Holding.CommD : null, read.UnsealedCid);
    }

    [Fact]
    public void Bytes_put_together_by_hand_are_read()
    {
        // [[ [8, 7, CID, 9201, [], 20202, null] ]]
        string sealedCid = Convert.ToHexString(Lost.CommR(1).Bytes);
        byte[] parameters = Convert.FromHexString("8181870807d82a" + "58" + (1 + (sealedCid.Length / 2)).ToString("x2", null) + "00" + sealedCid + "1923f180194eeaf6");
        Assert.True(PreCommitParams.TryRead(28, parameters, out IReadOnlyList<PreCommittedSector>? sectors));
        PreCommittedSector one = Assert.Single(sectors);
        Assert.Equal((8, 7UL, Lost.CommR(1), 9201, null), (one.SealProof, one.SectorNumber, one.SealedCid, one.SealRandEpoch, one.UnsealedCid));
        Assert.Empty(one.DealIds);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Cut_off_prolonged_or_other_parameters_are_refused(int method)
    {
        byte[] good = FakeParams.PreCommit(method, Sector);
        for (int length = 0; length < good.Length; length++)
        {
            Assert.False(PreCommitParams.TryRead((ulong)method, good[..length], out _));
        }

        Assert.False(PreCommitParams.TryRead((ulong)method, [.. good, 0], out _));
        Assert.False(PreCommitParams.TryRead((ulong)method, null, out _));
        Assert.All([6, 25, 28], other => Assert.Equal(other == method, PreCommitParams.TryRead((ulong)other, good, out _)));
    }

    [Theory]
    [InlineData("81")]
    [InlineData("8181")]
    [InlineData("819bffffffffffffffff")]
    [InlineData("819a7fffffff")]
    [InlineData("819f8780ff")]
    [InlineData("8a0807")]
    [InlineData("8181870807f61923f180194eeaf6")]
    [InlineData("f6")]
    [InlineData("a0")]
    public void Hostile_cbor_is_refused(string hex) =>
        Assert.All([6UL, 25UL, 28UL], method => Assert.False(PreCommitParams.TryRead(method, Convert.FromHexString(hex), out _)));

    [Fact]
    public void Deep_nesting_and_a_million_entries_are_refused_without_harm()
    {
        byte[] deep = [.. Enumerable.Repeat((byte)0x81, 1_000_000)];
        byte[] wide = [0x81, 0x9a, 0x00, 0x0f, 0x42, 0x40, .. Enumerable.Repeat((byte)0x80, 1_000_000)];
        Assert.All([6UL, 25UL, 28UL], method =>
        {
            Assert.False(PreCommitParams.TryRead(method, deep, out _));
            Assert.False(PreCommitParams.TryRead(method, wide, out _));
        });
    }
}
