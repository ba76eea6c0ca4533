using Filecoin.Primitives;

namespace SealerRecover.Recovery.Tests.Metadata;

public sealed class ZeroCommDTests
{
    [Theory]
    [InlineData("2KiB", "baga6ea4seaqpy7usqklokfx2vxuynmupslkeutzexe2uqurdg5vhtebhxqmpqmy")]
    [InlineData("8MiB", "baga6ea4seaqgl4u6lwmnerwdrm4iz7ag3mpwwaqtapc2fciabpooqmvjypweeha")]
    [InlineData("512MiB", "baga6ea4seaqdsvqopmj2soyhujb72jza76t4wpq5fzifvm3ctz47iyytkewnubq")]
    [InlineData("32GiB", "baga6ea4seaqao7s73y24kcutaosvacpdjgfe5pw76ooefnyqw4ynr3d2y6x2mpq")]
    [InlineData("64GiB", "baga6ea4seaqomqafu276g53zko4k23xzh4h4uecjwicbmvhsuqi7o4bhthhm4aq")]
    public void The_commitment_of_zeros_is_the_one_the_chain_knows(string size, string cid)
    {
        Assert.True(SectorSize.TryParse(size, out SectorSize parsed));
        Assert.Equal(cid, ZeroCommD.For(parsed).ToString());
    }
}
