using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Unsealed;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.PreCommit;

/// <summary>Whole sectors, file by file, against rust-fil-proofs.</summary>
public sealed class SealVectorTests
{
    private const long LargestQuickSector = 16L << 20;

    public static TheoryData<string> Quick() => [.. SealCase.All().Where(IsQuick).Select(known => known.Id)];

    public static TheoryData<string> TreeDKernels() => [.. TwoToOneHash.Available];

    public static TheoryData<string> Long() => [.. SealCase.All().Where(known => !IsQuick(known)).Select(known => known.Id)];

    [Theory]
    [MemberData(nameof(Quick))]
    public void Every_file_equals_the_reference(string id) => SealAndCompare(SealCase.Get(id));

    [Theory]
    [MemberData(nameof(Long))]
    public void Every_file_of_a_large_sector_equals_the_reference(string id)
    {
        Assert.SkipUnless(VectorFiles.LongTests, "takes more than a minute in all; set SEALER_RECOVER_LONG_TESTS=1");
        SealAndCompare(SealCase.Get(id));
    }

    // A sector of several chunks of tree_d, whose rows come together in the file, and one smaller than a chunk.
    [Theory]
    [MemberData(nameof(TreeDKernels))]
    public void Every_two_to_one_kernel_writes_the_reference_s_tree_d(string kernel)
    {
        foreach (string id in new[] { "2KiB-v1-pieces", "8MiB-v1_1-cc" })
        {
            SealCase known = SealCase.Get(id);
            using Workplace place = new();
            SealJob job = place.Job(known, keepAll: true);
            string tree = Path.Combine(place.CacheFolder, CacheNames.TreeD);

            CommD commD = DataTree.Write(
                job.Data ?? SectorData.Zeros(job.Inputs.Porep.SectorSize),
                LinuxFileSystem.Instance,
                tree,
                TwoToOneHash.Create(kernel),
                new FixedTreeCores(2),
                progress: null,
                TestContext.Current.CancellationToken);

            Assert.Equal(job.Inputs.CommD, commD);
            Assert.Equal(known.Files.Single(file => file.Name == CacheNames.TreeD).Sha256, VectorFiles.Sha256OfFile(tree));
        }
    }

    [Theory]
    [InlineData("2KiB-v1_1-cc")]
    [InlineData("2KiB-v1-pieces")]
    [InlineData("4KiB-v1_1_0-cc")]
    [InlineData("L11-32KiB-v1_1_0-cc")]
    public void Without_keep_all_only_the_finalised_files_remain(string id)
    {
        SealCase known = SealCase.Get(id);
        using Workplace place = new();
        Seal(place, place.Job(known, keepAll: false));

        Assert.Equal(known.FilesKept.Order(), Directory.GetFiles(place.CacheFolder).Select(Path.GetFileName).Order());
        CompareFiles(known, place, [.. known.FilesKept]);
    }

    private static bool IsQuick(SealCase known) => known.SectorSize <= LargestQuickSector;

    private static void SealAndCompare(SealCase known)
    {
        using Workplace place = new();
        SealedCommitments commitments = Seal(place, place.Job(known, keepAll: true));

        Assert.Equal(known.Text("comm_c"), commitments.CommC.ToString());
        Assert.Equal(known.Text("comm_r_last"), commitments.CommRLast.ToString());
        Assert.Equal(known.Text("comm_r"), commitments.CommR.Value.ToString());
        string[] names = [.. known.Files.Select(file => file.Name)];
        Assert.Equal(names.Order(), Directory.GetFiles(place.CacheFolder).Select(Path.GetFileName).Order());
        CompareFiles(known, place, names);
        CompareUnsealed(known, place);
    }

    /// <summary>What the last layer leaves of the replica is the data that was sealed.</summary>
    private static void CompareUnsealed(SealCase known, Workplace place)
    {
        SectorSize size = new(known.SectorSize);
        using PaddedFile replica = new(place.SealedFile, size);
        using PaddedFile labels = new(Path.Combine(place.CacheFolder, CacheNames.Layer(known.Layers)), size);
        Assert.Equal(known.Text("staged_sha256"), SectorDigest.Sha256Of(Unsealing.Decode(replica, labels)));
    }

    private static SealedCommitments Seal(Workplace place, SealJob job)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using ParentCache parents = Workplace.OpenParents(job.Inputs, cancellation);
        PreCommit1.Run(job, parents, place.Log, null, cancellation);
        return PreCommit2.Run(job, place.Log, Environment.ProcessorCount, null, cancellation);
    }

    private static void CompareFiles(SealCase known, Workplace place, string[] names)
    {
        foreach ((string name, long length, string sha256) in known.Files.Where(file => names.Contains(file.Name)))
        {
            string path = Path.Combine(place.CacheFolder, name);
            Assert.Equal((name, length), (name, new FileInfo(path).Length));
            Assert.Equal((name, sha256), (name, VectorFiles.Sha256OfFile(path)));
        }

        Assert.Equal(known.SealedSha256, VectorFiles.Sha256OfFile(place.SealedFile));
    }
}
