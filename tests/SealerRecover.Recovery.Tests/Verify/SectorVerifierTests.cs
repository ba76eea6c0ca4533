using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Proofs;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Tests.Survey;
using SealerRecover.Recovery.Verify;

namespace SealerRecover.Recovery.Tests.Verify;

/// <summary>Sectors that rust-fil-proofs sealed are proven; whatever is damaged, missing or another sector's is not, and is named.</summary>
public sealed class SectorVerifierTests
{
    private static readonly ChallengeSeed Seed = new(new Bytes32(VectorFiles.Stream("verify", 32)).ClearTopTwoBits(), SeedSource.Given);

    public static TheoryData<string> Ids => [.. SurveyedSector.KnownIds];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_sector_of_the_reference_is_proven(string id)
    {
        using SurveyedSector sector = SurveyedSector.Known(id);
        foreach (bool full in new[] { false, true })
        {
            SectorVerification found = Verify(sector, full);

            Assert.True(found.IsProven, Text(found));
            Assert.Equal((100, SectorPart.Sealed), (found.ProvenNodes, found.Part));
            Assert.Equal((sector.Sealed, sector.Cache), (Assert.Single(found.Replicas).Replica, found.Replicas[0].CacheFolder));
            Assert.Empty(found.Warnings);
            Assert.Equal(
                WindowPost.Challenges(Seed.Randomness, sector.Facts.Sector.Number, sector.Facts.Porep.SectorSize), found.Challenges.Take(10));
        }
    }

    [Theory]
    [InlineData("2KiB-v1_1-cc")]
    [InlineData("32KiB-v1_1_0-pieces")]
    public void A_flipped_bit_at_a_challenged_place_is_found_and_placed(string id)
    {
        using SurveyedSector sector = SurveyedSector.Known(id);
        long node = Verify(sector).Challenges[0];
        int tree = (int)(node / (sector.Facts.Porep.Nodes / sector.Facts.Porep.Shape.BaseTrees));
        for (int round = 0; round < 32; round++)
        {
            long bit = (node * SectorSize.NodeBytes * 8) + (round * 8) + (round % 8);
            Expect(sector.Sealed, bit, FailureKind.Storage);
            Expect(sector.Tree(tree), round * 8, FailureKind.Storage);
            Expect(sector.PAux, (32 * 8) + (round * 8), FailureKind.Storage);

            // comm_c is not reached from anything else: nobody can tell a damaged one from another sector's.
            Expect(sector.PAux, round * 8, FailureKind.CommitmentMismatch);
        }

        void Expect(string path, long bit, FailureKind kind)
        {
            SurveyedSector.FlipBit(path, bit);
            SectorVerification found = Verify(sector);
            Assert.False(found.IsProven);
            Assert.Equal(kind == FailureKind.CommitmentMismatch, found.IsAnotherSectors);
            Assert.Contains(found.Faults.SelectMany(fault => fault.Places), place =>
                place.Path == path && place.Offset <= bit / 8 && bit / 8 < place.Offset + place.Length);
            SurveyedSector.FlipBit(path, bit);
        }
    }

    [Fact]
    public void A_sector_whose_files_fit_together_but_not_to_the_chain_is_another_s()
    {
        using SurveyedSector sector = SurveyedSector.Known("2KiB-v1_1-cc");
        CommR chain = new(new Bytes32(VectorFiles.Stream("another ticket", 32)).ClearTopTwoBits());

        SectorVerification found = Verify(sector, full: true, facts: sector.Facts with { SealedCid = chain });

        Assert.True(found.IsAnotherSectors, Text(found));
        Assert.Contains(found.Faults, fault => fault.Kind == ProofFaultKind.CommR && fault.Sentence.Contains(chain.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Damage_that_no_challenge_meets_is_found_by_reading_all()
    {
        using SurveyedSector sector = SurveyedSector.Made();
        SectorVerification good = Verify(sector, full: true);
        Assert.True(good.IsProven, Text(good));

        // One row-3 node stands for 512 leaves: damage where no challenge comes near.
        long group = Enumerable.Range(0, (int)(sector.Facts.Porep.Nodes / 512)).First(group => good.Challenges.All(node => node / 512 != group));
        const long beneath = 512 * SectorSize.NodeBytes;
        SurveyedSector.FlipBit(sector.Sealed, ((group * beneath) + 77) * 8);

        Assert.True(Verify(sector).IsProven);
        SectorVerification found = Verify(sector, full: true);
        FaultPlace place = Assert.Single(Assert.Single(found.Faults).Places);
        Assert.Equal((sector.Sealed, group * beneath, beneath), (place.Path, place.Offset, place.Length));
        Assert.False(found.IsAnotherSectors);
    }

    [Fact]
    public void Missing_and_shortened_files_are_named()
    {
        using SurveyedSector sector = SurveyedSector.Known("32KiB-v1_1_0-pieces");
        File.Delete(sector.Tree(3));
        File.WriteAllBytes(sector.PAux, new byte[63]);
        string[] sentences = [.. Verify(sector).Faults.Select(fault => fault.Sentence)];
        Assert.Equal([$"{sector.PAux} is 63 bytes long instead of 64", $"{sector.Tree(3)} is missing"], sentences);

        Directory.Delete(sector.Cache, recursive: true);
        Assert.Equal("no storage path holds the cache folder of its sealed file", Assert.Single(Verify(sector).Faults).Sentence);
        File.Delete(sector.Sealed);
        Assert.Equal(2, Verify(sector).Missing.Count);
    }

    [Fact]
    public void Trees_of_other_rows_than_this_miner_proves_with_are_refused()
    {
        using SurveyedSector sector = SurveyedSector.Made(rowsToDiscard: 3);
        Assert.Contains("FIL_PROOFS_ROWS_TO_DISCARD=3", Assert.Single(Verify(sector).Faults).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_in_different_storage_paths_are_proven_and_copies_each_for_itself()
    {
        using SurveyedSector sector = SurveyedSector.Known("2KiB-v1_1-cc");
        string other = sector.OtherRoot("other");
        string moved = Path.Combine(Directory.CreateDirectory(Path.Combine(other, "cache")).FullName, sector.Facts.Sector.FileName);
        Directory.Move(sector.Cache, moved);
        SectorVerification apart = Verify(sector, more: other);
        Assert.True(apart.IsProven, Text(apart));
        Assert.Contains("lie in different storage paths", Assert.Single(apart.Warnings), StringComparison.Ordinal);

        // A second cache folder, damaged: a prover may take either.
        Directory.CreateDirectory(sector.Cache);
        foreach (string file in Directory.GetFiles(moved))
        {
            File.Copy(file, Path.Combine(sector.Cache, Path.GetFileName(file)));
        }

        SurveyedSector.FlipBit(Path.Combine(moved, CacheNames.PAux), 300);
        SectorVerification twice = Verify(sector, more: other);
        Assert.Equal([true, false], twice.Replicas.Select(replica => replica.IsProven));
        Assert.False(twice.IsProven);
        Assert.Equal(moved, twice.Replicas[1].CacheFolder);
    }

    [Fact]
    public void Without_the_chain_files_are_proven_to_fit_together()
    {
        using SurveyedSector sector = SurveyedSector.Known("2KiB-v1_1-cc");
        SurveyFacts unknown = SurveyFacts.Unknown(sector.Facts.Sector, sector.Facts.Porep);
        Assert.True(Verify(sector, facts: unknown).IsProven);
        SurveyedSector.FlipBit(sector.Sealed, 99);
        Assert.False(Verify(sector, facts: unknown).IsProven);
    }

    [Fact]
    public void Nothing_is_written()
    {
        using SurveyedSector sector = SurveyedSector.Known("2KiB-v1_1-cc");
        SurveyedSector.FlipBit(sector.Sealed, 4711);
        SortedDictionary<string, string> before = TestFolder.Snapshot(sector.Root);
        DateTime written = File.GetLastWriteTimeUtc(sector.Sealed);
        Verify(sector);
        Verify(sector, full: true);
        Assert.Equal(before, TestFolder.Snapshot(sector.Root));
        Assert.Equal(written, File.GetLastWriteTimeUtc(sector.Sealed));
    }

    private static SectorVerification Verify(SurveyedSector sector, bool full = false, SurveyFacts? facts = null, params string[] more) =>
        new SectorVerifier(StorageRoots.Read([sector.Root, .. more]), new VerifySettings { Full = full, Threads = 2 })
            .Verify(facts ?? sector.Facts, Seed, null, TestContext.Current.CancellationToken);

    private static string Text(SectorVerification found) => string.Join('\n', found.Faults.Select(fault => fault.Sentence));
}
