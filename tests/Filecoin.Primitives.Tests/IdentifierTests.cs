using Filecoin.Cryptography;
using Filecoin.Primitives;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace SealerRecover.Tests.Primitives;

public sealed class IdentifierTests
{
    [Fact]
    public void Prover_id_is_the_varint_without_the_protocol_byte()
    {
        Assert.Equal("e807" + new string('0', 60), new ActorId(1000).ProverId.ToString());
        Assert.Equal("7f" + new string('0', 62), new ActorId(127).ProverId.ToString());
    }

    [Fact]
    public void Sector_file_names_say_t0_on_every_network_and_read_back()
    {
        SectorId sector = new(new ActorId(1000), 2);
        Assert.Equal("s-t01000-2", sector.FileName);
        Assert.Equal("f01000 sector 2", sector.ToString());
        Assert.True(SectorId.TryParseFileName("s-t01000-2", out SectorId read));
        Assert.Equal(sector, read);
    }

    [Theory]
    [InlineData("s-t01000-5.bak")]
    [InlineData("s-t01000-05")]
    [InlineData("s-t001000-5")]
    [InlineData("s-f01000-5")]
    [InlineData("s-t01000--5")]
    [InlineData("../s-t01000-5")]
    [InlineData("s-t01000-5\n")]
    [InlineData("s-t099999999999999999999-1")]
    [InlineData("")]
    public void Other_names_are_no_sector(string name) => Assert.False(SectorId.TryParseFileName(name, out _));

    [Fact]
    public void Commitments_and_their_cids_convert_both_ways_and_never_into_each_other()
    {
        Bytes32 value = Blake2b.Hash256([1, 2, 3]);
        Assert.StartsWith("bagboea4b5abc", new CommR(value).ToString(), StringComparison.Ordinal);
        Assert.StartsWith("baga6ea4seaq", new CommD(value).ToString(), StringComparison.Ordinal);
        Assert.True(CommitmentCid.TryGetCommR(new CommR(value).ToCid(), out CommR commR));
        Assert.True(CommitmentCid.TryGetCommD(new CommD(value).ToCid(), out CommD commD));
        Assert.Equal((value, value), (commR.Value, commD.Value));
        Assert.False(CommitmentCid.TryGetCommR(new CommD(value).ToCid(), out _));
        Assert.False(CommitmentCid.TryGetCommD(new CommR(value).ToCid(), out _));
        Assert.False(CommitmentCid.TryGetCommR(Cid.Create(CommitmentCid.SealedCodec, CommitmentCid.PoseidonBls12381, new byte[31]), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("b")]
    [InlineData("QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG")]
    [InlineData("bagboea4b5abca6judyp6txldrl2uef3z32j6sji7ap6den2hjw7olrkj42inhgb")]
    [InlineData("Bagboea4b5abca6judyp6txldrl2uef3z32j6sji7ap6den2hjw7olrkj42inhgbq")]
    [InlineData("bagboea4b5abca6judyp6txldrl2uef3z32j6sji7ap6den2hjw7olrkj42inhgbqaa")]
    public void Text_that_is_no_cid_is_refused(string text)
    {
        Assert.False(Cid.TryParse(text, out _));
        Assert.Throws<FormatException>(() => Cid.Parse(text));
    }

    [Fact]
    public void Base32_and_varints_read_back_what_they_write()
    {
        Prop.ForAll<byte[]>(bytes => Base32.TryDecode(Base32.Encode(bytes), out byte[] back) && back.AsSpan().SequenceEqual(bytes))
            .QuickCheckThrowOnFailure();
        Prop.ForAll<ulong>(value => Varint.TryRead(Varint.ToBytes(value), out ulong back, out int read) && back == value && read == Varint.ToBytes(value).Length)
            .QuickCheckThrowOnFailure();
    }
}
