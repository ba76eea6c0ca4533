using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Recovery.Tests.Survey;

/// <summary>Sectors that rust-fil-proofs sealed are good, as far as it was looked, and nothing about them changes.</summary>
public sealed class WholeSectorTests
{
    public static TheoryData<string> Ids => [.. SurveyedSector.KnownIds];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_whole_sector_is_proven_by_the_chain(string id)
    {
        using SurveyedSector sector = SurveyedSector.Known(id);
        SectorSurvey shallow = sector.Shallow();
        Assert.Equal(CheckDepth.Length, Depth(shallow.Sealed.Replica));
        SectorSurvey deep = sector.Deep();
        Assert.Equal(CheckDepth.ProvenAgainstChain, Depth(deep.Sealed.Replica));
        Assert.All(new[] { shallow, deep }, survey =>
        {
            Assert.Equal(CheckDepth.ProvenAgainstChain, Depth(survey.Sealed.PAux));
            Assert.Equal(CheckDepth.Consistent, Depth(survey.Sealed.TAux));
            Assert.Equal(sector.Facts.Porep.Shape.BaseTrees, survey.Sealed.TreeRLast.Count);
            Assert.All(survey.Sealed.TreeRLast, tree => Assert.Equal(CheckDepth.ProvenAgainstChain, Depth(tree)));
            Assert.Null(survey.Update);
            Assert.True(survey.Unsealed.IsMissing);
            Assert.Empty(survey.Warnings);
            Assert.Equal(AdvisedRepair.Nothing, Assert.Single(RepairAdvice.For(survey)).Kind);
        });
    }

    [Theory]
    [InlineData("2KiB-v1_1-cc")]
    [InlineData("32KiB-v1_1_0-pieces")]
    public void Without_the_chain_files_are_only_consistent(string id)
    {
        using SurveyedSector sector = SurveyedSector.Known(id);
        SectorSurvey survey = sector.Survey(
            new SurveySettings { Deep = true, Threads = 2 }, SurveyFacts.Unknown(sector.Facts.Sector, sector.Facts.Porep));
        Assert.All(survey.Sealed.Files, file => Assert.Equal(CheckDepth.Consistent, Depth(file)));
    }

    [Fact]
    public void Nothing_is_written()
    {
        using SurveyedSector sector = SurveyedSector.Known("16KiB-v1_1_0-pieces");
        SurveyedSector.FlipBit(sector.Sealed, 4711);
        SurveyedSector.FlipBit(sector.Tree(3), 17);
        SortedDictionary<string, string> before = TestFolder.Snapshot(sector.Root);
        DateTime[] times = Times(sector);
        _ = sector.Shallow();
        _ = sector.Deep();
        _ = sector.Survey(new SurveySettings { Deep = true, Sample = 3 });
        Assert.Equal(before, TestFolder.Snapshot(sector.Root));
        Assert.Equal(times, Times(sector));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    public void Rows_may_be_discarded_as_the_miner_does(int? rows)
    {
        using SurveyedSector sector = SurveyedSector.Made(rows);
        SectorSurvey survey = sector.Survey(new SurveySettings { RowsToDiscard = rows, Deep = true, Threads = 2 });
        Assert.All(survey.Sealed.Files.Where(file => file.Name != CacheNames.TAux), file => Assert.Equal(CheckDepth.ProvenAgainstChain, Depth(file)));

        // A file of other rows has another length, and its length says which.
        SectorSurvey other = sector.Survey(new SurveySettings { RowsToDiscard = 3 });
        WrongLength wrong = Assert.IsType<WrongLength>(Assert.Single(other.Sealed.TreeRLast[0].Copies).State);
        Assert.Contains(FormattableString.Invariant($"FIL_PROOFS_ROWS_TO_DISCARD={rows ?? 2}"), wrong.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_says_how_much_it_was()
    {
        using SurveyedSector sector = SurveyedSector.Made();
        SectorSurvey survey = sector.Survey(new SurveySettings { Deep = true, Sample = 20, Threads = 2 });
        Good good = Assert.IsType<Good>(survey.Sealed.Replica.Best!.State);
        Assert.Equal(CheckDepth.Sampled, good.Depth);
        Assert.StartsWith("20 of 512 ", good.Remark, StringComparison.Ordinal);
    }

    private static CheckDepth Depth(FileSurvey file) => Assert.IsType<Good>(Assert.Single(file.Copies).State).Depth;

    private static DateTime[] Times(SurveyedSector sector) =>
        [.. Directory.EnumerateFileSystemEntries(sector.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.GetLastWriteTimeUtc)];
}
