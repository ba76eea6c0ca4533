using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Primitives;

public sealed class ZeroCommitmentsTests
{
    /// <summary>Source: curio's sectors_cc_values and builtin-actors' commd.rs.</summary>
    [Theory]
    [InlineData("2KiB", "baga6ea4seaqpy7usqklokfx2vxuynmupslkeutzexe2uqurdg5vhtebhxqmpqmy")]
    [InlineData("8MiB", "baga6ea4seaqgl4u6lwmnerwdrm4iz7ag3mpwwaqtapc2fciabpooqmvjypweeha")]
    [InlineData("512MiB", "baga6ea4seaqdsvqopmj2soyhujb72jza76t4wpq5fzifvm3ctz47iyytkewnubq")]
    [InlineData("32GiB", "baga6ea4seaqao7s73y24kcutaosvacpdjgfe5pw76ooefnyqw4ynr3d2y6x2mpq")]
    [InlineData("64GiB", "baga6ea4seaqomqafu276g53zko4k23xzh4h4uecjwicbmvhsuqi7o4bhthhm4aq")]
    public void Zero_commd_of_every_registered_size_is_the_published_one(string size, string cid)
    {
        Assert.True(SectorSize.TryParse(size, out SectorSize sectorSize));
        Assert.Equal(cid, ZeroCommitments.ForSector(sectorSize).ToString());
        Assert.Equal(ZeroCommitments.ForSector(sectorSize), ZeroCommitments.ForPiece(sectorSize.Bytes));
    }

    [Fact]
    public void The_32GiB_root_has_the_published_bytes() => Assert.Equal(
        "077e5fde35c50a9303a55009e3498a4ebedff39c42b710b730d8ec7ac7afa63e",
        ZeroCommitments.ForSector(SectorSize.GiB32).Value.ToString());

    [Theory]
    [InlineData(0)]
    [InlineData(-128)]
    [InlineData(64)]
    [InlineData(127)]
    [InlineData(129)]
    [InlineData((64L << 30) + 1)]
    [InlineData(128L << 30)]
    public void Sizes_no_piece_has_are_refused(long size) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ZeroCommitments.ForPiece(size));
}
