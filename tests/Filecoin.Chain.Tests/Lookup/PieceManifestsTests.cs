using Filecoin.Chain.Messages;
using Filecoin.Primitives;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace SealerRecover.Tests.Chain;

public sealed class PieceManifestsTests
{
    private static readonly Cid SealedCid = Lost.CommR(3);

    public static TheoryData<int> Methods => new(27, 29, 34, 35);

    [Theory]
    [MemberData(nameof(Methods))]
    public void Parameters_are_read(int method)
    {
        Assert.True(PieceManifests.TryRead((ulong)method, Good(method), out IReadOnlyList<PieceManifest>? manifests));
        Assert.Equal(2, manifests.Count);
        PieceManifest manifest = manifests[1];
        Assert.Equal(9u, manifest.SectorNumber);
        Assert.Equal(method == 34 ? null : SealedCid, manifest.NewSealedCid);
        Assert.Equal(method == 29 ? Holding.CommD : null, manifest.NewUnsealedCid);
        Assert.Equal(method >= 34 ? Holding.Pieces.Select(piece => new NamedPiece(piece.Cid, piece.Size)) : null, manifest.Pieces);
        Assert.Equal(method >= 34 ? null : [5UL, 4UL, ulong.MaxValue], manifest.DealIds);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Cut_off_prolonged_or_other_parameters_are_refused(int method)
    {
        byte[] good = Good(method);
        for (int length = 0; length < good.Length; length++)
        {
            Assert.False(PieceManifests.TryRead((ulong)method, good[..length], out _));
        }

        Assert.False(PieceManifests.TryRead((ulong)method, [.. good, 0], out _));
        Assert.False(PieceManifests.TryRead((ulong)method, null, out _));
        Assert.All([27, 29, 34, 35], other => Assert.Equal(other == method, PieceManifests.TryRead((ulong)other, good, out _)));
    }

    [Theory]
    [InlineData("81")]
    [InlineData("819bffffffffffffffff")]
    [InlineData("869bffffffffffffffff")]
    [InlineData("869a7fffffff")]
    [InlineData("8681820 19a7fffffff")]
    [InlineData("9f8080 40f6f5f5ff")]
    [InlineData("868081 5b7fffffffffffffff")]
    [InlineData("86809f40ff40f6f5f5")]
    [InlineData("868080f6f6f5f5")]
    [InlineData("f6")]
    [InlineData("a0")]
    public void Hostile_cbor_is_refused(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        Assert.All([27UL, 29UL, 34UL, 35UL], method => Assert.False(PieceManifests.TryRead(method, bytes, out _)));
    }

    [Fact]
    public void Deep_nesting_and_a_million_entries_are_refused_without_harm()
    {
        byte[] deep = [.. Enumerable.Repeat((byte)0x81, 1_000_000)];
        byte[] wide = [0x86, 0x9a, 0x00, 0x0f, 0x42, 0x40, .. Enumerable.Repeat((byte)0x80, 1_000_000)];
        Assert.All([27UL, 29UL, 34UL, 35UL], method =>
        {
            Assert.False(PieceManifests.TryRead(method, deep, out _));
            Assert.False(PieceManifests.TryRead(method, wide, out _));
        });
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Any_bytes_and_any_changed_byte_read_or_are_refused_and_nothing_else(int method)
    {
        Prop.ForAll<byte[]>(bytes => !PieceManifests.TryRead((ulong)method, bytes, out _) || bytes.Length >= 2).QuickCheckThrowOnFailure();
        byte[] good = Good(method);
        Gen<(int At, byte Value)> changes = from at in Gen.Choose(0, good.Length - 1) from value in Gen.Choose(0, 255) select (at, (byte)value);
        Prop.ForAll(changes.ToArbitrary(), change =>
        {
            byte[] bad = [.. good];
            bad[change.At] = change.Value;
            return !PieceManifests.TryRead((ulong)method, bad, out IReadOnlyList<PieceManifest>? manifests) || manifests.Count <= 2;
        }).QuickCheckThrowOnFailure();
    }

    private static byte[] Good(int method) => method switch
    {
        34 => FakeParams.ProveCommitSectors3(9, Holding.Pieces),
        35 => FakeParams.ProveReplicaUpdates3(9, SealedCid, Holding.Pieces),
        _ => FakeParams.ProveReplicaUpdates(9, SealedCid, method == 29 ? Holding.CommD : null, [5, 4, ulong.MaxValue]),
    };
}
