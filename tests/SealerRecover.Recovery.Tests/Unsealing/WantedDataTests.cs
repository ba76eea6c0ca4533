using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using SealerRecover.Recovery.Unsealing;

namespace SealerRecover.Recovery.Tests.Unsealing;

/// <summary>Lists of what is wanted, what a CAR begins with, and which sectors are labelled.</summary>
public sealed class WantedDataTests
{
    private const string Version1 = "baga6ea4seaqao7s73y24kcutaosvacpdjgfe5pw76ooefnyqw4ynr3d2y6x2mpq";

    [Fact]
    public void A_list_has_a_piece_or_a_stretch_a_line_and_remarks()
    {
        string version2 = PieceCidV2.OfWhole(PieceCommitment.Zero(1 << 20)).ToString();
        IReadOnlyList<WantedData> wanted = WantedData.Read(
            ["# deals of March", "", $"  {Version1}  # the first", $"{Version1}.car", version2.ToUpperInvariant(), "7:0:1MiB", "7 : 1MiB : 128"], "a list");
        Assert.Equal([Version1, version2, "7:0:1048576", "7:1048576:128"], wanted.Select(one => one.Name));
        Assert.Equal([true, true, false, false], wanted.Select(one => one.IsPiece));
        Assert.Equal((7UL, 1L << 20, 128L), (wanted[3].Sector!.Value, wanted[3].Offset, wanted[3].Length));
    }

    [Theory]
    [InlineData("what")]
    [InlineData("7:0")]
    [InlineData("7:0:0:0")]
    [InlineData("-7:0:128")]
    [InlineData("7:x:128")]
    [InlineData("bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi")]
    public void A_line_that_is_neither_is_named_with_its_number(string line)
    {
        OperatorException refused = Assert.Throws<OperatorException>(() => WantedData.Read([Version1, line], "a list"));
        Assert.Equal(FailureKind.BadInput, refused.Kind);
        Assert.StartsWith("line 2 of a list is ", refused.Message, StringComparison.Ordinal);
        Assert.Throws<OperatorException>(() => WantedData.Read(["# nothing"], "a list"));
    }

    [Theory]
    [InlineData("3aa265726f6f747381d82a58250001711220151fe9e73c6267a7060c6f6c4cca943c236f4b196723489608edb42a8b8fa80b6776657273696f6e01", true)]
    [InlineData("0aa16776657273696f6e02", true)]
    [InlineData("0aa16776657273696f6e03", false)]
    [InlineData("3aa265726f6f", false)]
    [InlineData("ffffffffffffffffffffff", false)]
    [InlineData("00000000000000000000000000", false)]
    [InlineData("", false)]
    public void A_CAR_is_known_by_its_header(string hex, bool expected) => Assert.Equal(expected, CarHeader.Begins(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("1", "1")]
    [InlineData("1 2", "1 2")]
    [InlineData("1|2", "1")]
    [InlineData("1|2 2", "2")]
    [InlineData("1|3 2|3 1|3", "3")]
    [InlineData("1 1|2 2|3 3", "1 3")]
    [InlineData("1|2 1|2 3|4 3|5 3|6", "1 3")]
    [InlineData("5|9 5|9 6|9 6|9", "5 6")]
    public void As_little_as_possible_is_labelled(string holders, string expected)
    {
        // Sector 9 costs more than two others.
        IReadOnlySet<SectorId> chosen = LabelChoice.Of(
            [.. holders.Split(' ').Select(sectors => sectors.Split('|').Select(Sector).ToHashSet())], sector => sector.Number == 9 ? 5 : 2);
        Assert.Equal(expected.Split(' ').Select(Sector), chosen.OrderBy(sector => sector.Number));
    }

    [Fact]
    public void What_is_labelled_already_costs_nothing()
    {
        HashSet<SectorId> both = [Sector("1"), Sector("2")];
        Assert.Equal([Sector("2")], LabelChoice.Of([both], sector => sector.Number == 2 ? 0 : 1));
    }

    private static SectorId Sector(string number) => new(new ActorId(1000), ulong.Parse(number, System.Globalization.CultureInfo.InvariantCulture));
}
