using Filecoin.Chain.Messages;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace SealerRecover.Tests.Chain;

public sealed class NonInteractiveProofsTests
{
    private static readonly Cid SealedCid = CommitmentCid.FromSealed(Blake2b.Hash256([9]));

    private static byte[] Good => new FakeSector { Number = 9, SealProof = 15, SealedCid = SealedCid, SealRandEpoch = 9201 }.ProveCommitNiParams(1000);

    [Fact]
    public void Parameters_are_read()
    {
        Assert.True(NonInteractiveProofs.TryRead(Good, out NonInteractiveProofs? proofs));
        Assert.Equal(15, proofs.SealProof);
        Assert.Equal(2, proofs.Sectors.Count);
        Assert.Equal(new NonInteractiveSector(9, new ActorId(1000), SealedCid, 9, 9201), proofs.Sectors[1]);
    }

    [Fact]
    public void Cut_off_or_prolonged_parameters_are_refused()
    {
        byte[] good = Good;
        for (int length = 0; length < good.Length; length++)
        {
            Assert.False(NonInteractiveProofs.TryRead(good[..length], out _));
        }

        Assert.False(NonInteractiveProofs.TryRead([.. good, 0], out _));
        Assert.False(NonInteractiveProofs.TryRead(null, out _));
    }

    [Theory]
    [InlineData("86")]
    [InlineData("869fff40f5")]
    [InlineData("869bffffffffffffffff")]
    [InlineData("869a7fffffff")]
    [InlineData("9f80400f010001ff")]
    [InlineData("8680400f0100")]
    [InlineData("868040380e0100f6")]
    [InlineData("8680401bffffffffffffffff0100f5")]
    [InlineData("f6")]
    [InlineData("a0")]
    public void Hostile_cbor_is_refused(string hex) => Assert.False(NonInteractiveProofs.TryRead(Convert.FromHexString(hex), out _));

    [Fact]
    public void Deep_nesting_is_refused_without_harm() =>
        Assert.False(NonInteractiveProofs.TryRead([.. Enumerable.Repeat((byte)0x81, 1_000_000)], out _));

    [Fact]
    public void Any_bytes_and_any_changed_byte_read_or_are_refused_and_nothing_else()
    {
        Prop.ForAll<byte[]>(bytes => !NonInteractiveProofs.TryRead(bytes, out _) || bytes.Length >= 6).QuickCheckThrowOnFailure();
        byte[] good = Good;
        Gen<(int At, byte Value)> changes = from at in Gen.Choose(0, good.Length - 1) from value in Gen.Choose(0, 255) select (at, (byte)value);
        Prop.ForAll(changes.ToArbitrary(), change =>
        {
            byte[] bad = [.. good];
            bad[change.At] = change.Value;
            return !NonInteractiveProofs.TryRead(bad, out NonInteractiveProofs? proofs) || proofs.Sectors.Count <= 2;
        }).QuickCheckThrowOnFailure();
    }
}
