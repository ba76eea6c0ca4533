using Filecoin.Sealing.Files;
using Filecoin.Sealing.Trees;
using SealerRecover.Recovery.Survey;

namespace SealerRecover.Recovery.Tests.Survey;

/// <summary>Damage of every kind in every file is found, and named where it is.</summary>
public sealed class DamageTests
{
    private const int Seed = 20250101;

    [Theory]
    [InlineData("2KiB-v1_1-pieces")]
    [InlineData("4KiB-v1_1_0-cc")]
    [InlineData("L11-16KiB-v1_1_0-pieces")]
    [InlineData("32KiB-v1_1_0-pieces")]
    [InlineData("8MiB")]
    public void A_flipped_bit_is_found_where_it_is_and_nowhere_else(string id)
    {
        using SurveyedSector sector = id == "8MiB" ? SurveyedSector.Made() : SurveyedSector.Known(id);
        Random random = new(Seed);
        string[] files = [sector.Sealed, sector.PAux, .. sector.Trees];
        for (int round = 0; round < 24; round++)
        {
            // Each kind of file as often as the others, however small.
            string path = (round % 3) switch { 0 => sector.Sealed, 1 => sector.PAux, _ => files[random.Next(2, files.Length)] };
            long bit = random.NextInt64(new FileInfo(path).Length * 8);
            SurveyedSector.FlipBit(path, bit);
            SectorSurvey survey = sector.Deep();
            foreach (FileSurvey file in survey.Sealed.Files)
            {
                FileCopy copy = Assert.Single(file.Copies);
                if (copy.Path != path)
                {
                    // Without p_aux the others are only consistent.
                    Assert.True(copy.State.IsGood, $"seed {Seed} round {round}: bit {bit} of {path}, but {copy}");
                    continue;
                }

                Damaged damaged = Assert.IsType<Damaged>(copy.State);
                Assert.True(
                    damaged.Ranges.Any(range => range.Offset <= bit / 8 && bit / 8 < range.End),
                    $"seed {Seed} round {round}: bit {bit} of {path} is not in {string.Join(", ", damaged.Ranges)}");
                Assert.True(damaged.Ranges.Count == 1 || path == sector.PAux, $"seed {Seed} round {round}: {string.Join(", ", damaged.Ranges)}");
            }

            SurveyedSector.FlipBit(path, bit);
        }
    }

    [Fact]
    public void A_quick_look_finds_damage_in_the_upper_rows_and_does_not_call_the_others_proven()
    {
        using SurveyedSector sector = SurveyedSector.Made(rowsToDiscard: 0);
        SurveySettings quick = new() { Quick = true, RowsToDiscard = 0 };
        BaseTreeLayout layout = BaseTreeLayout.For(sector.Facts.Porep);
        FileState State() => Assert.Single(Assert.Single(sector.Survey(quick).Sealed.TreeRLast).Copies).State;
        Assert.Equal(CheckDepth.Sampled, Assert.IsType<Good>(State()).Depth);
        Random random = new(Seed);
        for (int row = 1; row <= layout.Height; row++)
        {
            long node = layout.NodesBefore(1, row) + random.NextInt64(layout.RowNodes(row));
            SurveyedSector.FlipBit(sector.Tree(0), node * 256);
            if (row >= layout.Height - 3)
            {
                Assert.Contains(Assert.IsType<Damaged>(State()).Ranges, range => range.Offset <= node * 32 && node * 32 < range.End);
            }
            else
            {
                Assert.Equal(CheckDepth.Sampled, Assert.IsType<Good>(State()).Depth);
            }

            SurveyedSector.FlipBit(sector.Tree(0), node * 256);
        }
    }

    [Fact]
    public void Damage_in_a_tree_is_found_by_its_rows_alone()
    {
        using SurveyedSector sector = SurveyedSector.Made();
        Random random = new(Seed);
        long lowestRowBytes = 512 * 32;
        for (int round = 0; round < 24; round++)
        {
            long bit = random.NextInt64(new FileInfo(sector.Tree(0)).Length * 8);
            SurveyedSector.FlipBit(sector.Tree(0), bit);
            Damaged damaged = Assert.IsType<Damaged>(Assert.Single(sector.Shallow().Sealed.TreeRLast[0].Copies).State);
            DamagedRange range = Assert.Single(damaged.Ranges);
            Assert.InRange(bit / 8, range.Offset, range.End - 1);

            // Of the lowest row the group of eight is known, above it the node.
            Assert.Equal(bit / 8 < lowestRowBytes ? 8 : 1, range.Nodes!.Value.Count);
            SurveyedSector.FlipBit(sector.Tree(0), bit);
        }
    }

    [Fact]
    public void Damage_in_replica_and_tree_at_once_is_told_apart()
    {
        using SurveyedSector sector = SurveyedSector.Made();
        const long stretch = (8 << 20) / 512;
        SurveyedSector.FlipBit(sector.Sealed, ((100 * stretch) + 5) * 8);
        SurveyedSector.FlipBit(sector.Sealed, ((101 * stretch) + 5) * 8);
        SurveyedSector.FlipBit(sector.Sealed, ((7 * stretch) + stretch - 1) * 8);
        SurveyedSector.FlipBit(sector.Tree(0), 300 * 32 * 8);
        SurveyedSector.FlipBit(sector.Tree(0), ((512 * 32) + 33) * 8);
        SectorSurvey survey = sector.Deep();
        Damaged replica = Assert.IsType<Damaged>(Assert.Single(survey.Sealed.Replica.Copies).State);
        Assert.Equal(
            [new DamagedRange(7 * stretch, stretch), new DamagedRange(100 * stretch, 2 * stretch)], replica.Ranges);
        Damaged tree = Assert.IsType<Damaged>(Assert.Single(survey.Sealed.TreeRLast[0].Copies).State);
        Assert.Equal(
            [new NodeRange(3, 296, 8), new NodeRange(4, 1, 1)],
            tree.Ranges.Select(range => range.Nodes!.Value));
        Assert.Equal(new ByteRange(296 * stretch, 8 * stretch), tree.Ranges[0].Replica);
    }

    [Fact]
    public void A_sample_of_everything_damaged_finds_it()
    {
        using SurveyedSector sector = SurveyedSector.Made();
        File.WriteAllBytes(sector.Sealed, new byte[8 << 20]);
        SectorSurvey survey = sector.Survey(new SurveySettings { Deep = true, Sample = 5, Threads = 2 });
        Damaged replica = Assert.IsType<Damaged>(Assert.Single(survey.Sealed.Replica.Copies).State);
        Assert.Equal(5 * (8 << 20) / 512, replica.Ranges.Sum(range => range.Length));
        Assert.True(survey.Sealed.HasTrees);
    }

    [Fact]
    public void A_number_that_is_no_field_element_is_damage_though_its_hash_is_right()
    {
        using SurveyedSector sector = SurveyedSector.Made();
        byte[] modulus = Convert.FromHexString("01000000fffffffffe5bfeff02a4bd5305d8a10908d83933487d9d2953a7ed73");
        foreach (string path in new[] { sector.Sealed, sector.Tree(0) })
        {
            byte[] content = File.ReadAllBytes(path);
            byte[] original = content[320..352];
            int carry = 0;
            for (int i = 0; i < 32; i++)
            {
                carry += content[320 + i] + modulus[i];
                content[320 + i] = (byte)carry;
                carry >>= 8;
            }

            Assert.Equal(0, carry);
            File.WriteAllBytes(path, content);
            SectorSurvey survey = sector.Deep();
            Damaged damaged = Assert.IsType<Damaged>(survey.Sealed.Files.SelectMany(file => file.Copies).Single(copy => copy.Path == path).State);
            DamagedRange range = Assert.Single(damaged.Ranges);
            Assert.True(range.Offset <= 320 && range.End >= 352, range.ToString());
            original.CopyTo(content, 320);
            File.WriteAllBytes(path, content);
        }
    }

    [Theory]
    [InlineData("2KiB-v1-cc")]
    [InlineData("16KiB-v1_1_0-cc")]
    public void Missing_short_long_and_unreadable_files_are_told_apart(string id)
    {
        using SurveyedSector sector = SurveyedSector.Known(id);
        string[] paths = [sector.Sealed, sector.PAux, sector.Tree(0)];
        foreach (string path in paths)
        {
            byte[] content = File.ReadAllBytes(path);
            FileState State() => sector.Deep().Files.SelectMany(file => file.Copies).SingleOrDefault(copy => copy.Path == path)?.State ?? new Missing();
            File.WriteAllBytes(path, content[..^1]);
            Assert.Equal(new WrongLength(content.Length, content.Length - 1), State() as WrongLength);
            File.WriteAllBytes(path, [.. content, 0]);
            Assert.Equal(content.Length + 1, Assert.IsType<WrongLength>(State()).Found);
            File.Delete(path);
            Assert.IsType<Missing>(State());
            Directory.CreateDirectory(path);
            Assert.Equal(new Unreadable("it is a folder where a file belongs"), State());
            Directory.Delete(path);
            File.CreateSymbolicLink(path, "/nowhere/at/all");
            Assert.IsType<Unreadable>(State());
            File.Delete(path);
            File.WriteAllBytes(path, content);
            Assert.True(State().IsGood);
        }
    }

    [Fact]
    public void Trees_of_another_sector_are_named_by_the_replica()
    {
        using SurveyedSector sector = SurveyedSector.Known("16KiB-v1_1_0-cc");
        using SurveyedSector other = SurveyedSector.Known("16KiB-v1_1_0-pieces");
        File.Copy(other.Tree(5), sector.Tree(5), overwrite: true);
        SectorSurvey shallow = sector.Shallow();
        Assert.All(shallow.Sealed.TreeRLast, tree => Assert.Contains("which of the files", Assert.IsType<Damaged>(Assert.Single(tree.Copies).State).ComparedWith, StringComparison.Ordinal));
        SectorSurvey deep = sector.Deep();
        Assert.True(deep.Sealed.Replica.IsGood);
        Assert.Equal([5], Enumerable.Range(0, 8).Where(tree => !deep.Sealed.TreeRLast[tree].IsGood));
    }

    [Fact]
    public void A_p_aux_of_another_sector_is_damage_and_the_rest_still_consistent()
    {
        using SurveyedSector sector = SurveyedSector.Known("32KiB-v1_1_0-cc");
        using SurveyedSector other = SurveyedSector.Known("32KiB-v1_1_0-pieces");
        File.Copy(other.PAux, sector.PAux, overwrite: true);
        SectorSurvey survey = sector.Deep();
        Damaged damaged = Assert.IsType<Damaged>(Assert.Single(survey.Sealed.PAux.Copies).State);
        Assert.Contains(other.Facts.SealedCid.ToString()!, damaged.ComparedWith, StringComparison.Ordinal);
        Assert.Equal(CheckDepth.Consistent, ((Good)survey.Sealed.Replica.Best!.State).Depth);
        Assert.Equal(AdvisedRepair.FullReseal, RepairAdvice.For(survey)[0].Kind);
    }

    [Fact]
    public void Of_several_copies_the_good_one_is_found_wherever_its_parts_lie()
    {
        using SurveyedSector sector = SurveyedSector.Known("16KiB-v1_1_0-pieces");
        string other = sector.OtherRoot("other");
        string otherCache = Path.Combine(other, "cache", sector.Facts.Sector.FileName);
        Directory.CreateDirectory(otherCache);
        foreach (string tree in sector.Trees.Where((_, index) => index % 2 == 0))
        {
            File.Move(tree, Path.Combine(otherCache, Path.GetFileName(tree)));
        }

        Directory.CreateDirectory(Path.Combine(other, "sealed"));
        string copy = Path.Combine(other, "sealed", sector.Facts.Sector.FileName);
        File.Copy(sector.Sealed, copy);
        SurveyedSector.FlipBit(sector.Sealed, 100);
        SectorSurvey survey = sector.Survey(new SurveySettings { Deep = true, Threads = 2 }, null, other);
        Assert.Equal(copy, survey.Sealed.Replica.Best!.Path);
        Assert.True(survey.Sealed.IsGood);
        RepairAdvice advice = RepairAdvice.For(survey)[0];
        Assert.Equal(AdvisedRepair.CopyGood, advice.Kind);
        Assert.Contains(new CopyAdvice(copy, sector.Sealed), advice.Copies);
        Assert.Contains(new CopyAdvice(Path.Combine(otherCache, Path.GetFileName(sector.Tree(0))), sector.Tree(0)), advice.Copies);
    }

    [Fact]
    public void An_unsealed_copy_is_judged_by_length_trailer_and_commitment()
    {
        using SurveyedSector sector = SurveyedSector.Known("2KiB-v1_1-cc");
        string path = Path.Combine(sector.Root, "unsealed", sector.Facts.Sector.FileName);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        FileState State() => Assert.Single(sector.Deep().Unsealed.Copies).State;
        File.WriteAllBytes(path, new byte[2048]);
        Assert.Equal(new Good(CheckDepth.ProvenAgainstChain), State());
        File.WriteAllBytes(path, [1, .. new byte[2047]]);
        Assert.Contains("CommD", Assert.IsType<Damaged>(State()).ComparedWith, StringComparison.Ordinal);
        Assert.Equal(AdvisedRepair.UnsealAgain, Assert.Single(RepairAdvice.For(sector.Deep())).Kind);
        File.WriteAllBytes(path, new byte[2047]);
        Assert.Equal(new WrongLength(2048, 2047), State());
        File.WriteAllBytes(path, new byte[2055]);
        Assert.IsType<Damaged>(State());
    }

    [Fact]
    public void A_t_aux_of_another_shape_is_damage()
    {
        using SurveyedSector sector = SurveyedSector.Known("2KiB-v1_1-cc");
        using SurveyedSector other = SurveyedSector.Known("4KiB-v1_1_0-cc");
        string path = Path.Combine(sector.Cache, CacheNames.TAux);
        byte[] content = File.ReadAllBytes(path);
        FileState State() => Assert.Single(sector.Shallow().Sealed.TAux.Copies).State;
        foreach (byte[] wrong in new[] { File.ReadAllBytes(Path.Combine(other.Cache, CacheNames.TAux)), [], content[..^1], [.. content, 0], new byte[2 << 20] })
        {
            File.WriteAllBytes(path, wrong);
            Assert.IsType<Damaged>(State());
        }

        File.WriteAllBytes(path, TAuxFile.ToBytes(sector.Facts.Porep, "/elsewhere", 1));
        Assert.True(State().IsGood);
    }
}
