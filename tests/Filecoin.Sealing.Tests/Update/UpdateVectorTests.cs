using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Update;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Update;

/// <summary>Whole updates, file by file, against rust-fil-proofs: data in, data out again, data decoded.</summary>
public sealed class UpdateVectorTests
{
    private const long LargestQuickSector = 16L << 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Quick() => [.. UpdateCase.All().Where(IsQuick).Select(known => known.Id)];

    public static TheoryData<string> Long() => [.. UpdateCase.All().Where(known => !IsQuick(known)).Select(known => known.Id)];

    [Theory]
    [MemberData(nameof(Quick))]
    public void Every_file_equals_the_reference(string id) => EncodeRemoveDecode(UpdateCase.Get(id));

    [Theory]
    [MemberData(nameof(Long))]
    public void Every_file_of_a_large_update_equals_the_reference(string id)
    {
        Assert.SkipUnless(VectorFiles.LongTests, "takes more than a minute in all; set SEALER_RECOVER_LONG_TESTS=1");
        EncodeRemoveDecode(UpdateCase.Get(id));
    }

    private static bool IsQuick(UpdateCase known) => known.Size.Bytes <= LargestQuickSector;

    private static void EncodeRemoveDecode(UpdateCase known)
    {
        using Workplace place = new();
        known.SealKey(place, Cancellation);
        Assert.Equal(known.KeySha256, VectorFiles.Sha256OfFile(place.SealedFile));
        using SectorData data = known.WritePieces(Path.Combine(place.Folder, "pieces"));
        UpdateJob job = known.Job(place, data, keepAll: true);

        SealedCommitments made = SectorUpdate.Encode(job, place.Log, new FixedTreeCores(Environment.ProcessorCount), null, Cancellation);

        Assert.Equal(known.Text("comm_r_new"), made.CommR.Value.ToString());
        Assert.Equal(known.Text("comm_r_last_new"), made.CommRLast.ToString());
        Assert.Equal(known.Text("comm_c"), made.CommC.ToString());
        Assert.Equal(known.ReplicaSha256, VectorFiles.Sha256OfFile(job.TargetFile));
        Compare(known.Files, job.TargetCacheFolder);
        long written = new DirectoryInfo(job.TargetCacheFolder).EnumerateFiles().Sum(file => file.Length) + known.Size.Bytes;
        Assert.InRange(written, 0, SealResources.ForUpdate(job.Porep, keepAll: true, pieceFiles: 4, treeThreads: 2).TempDisk);

        using PaddedFile update = new(job.TargetFile, known.Size);
        ISectorData decoded = SectorUpdate.Decode(update, job.Source, known.CommD, known.KeyCommR);
        Assert.Equal(known.DataSha256, SectorDigest.Sha256Of(decoded));
        Assert.Equal(made.CommRLast, ReplicaTrees.CommRLast(update, job.Porep, new FixedTreeCores(Environment.ProcessorCount), null, Cancellation));

        UpdateJob removal = job with
        {
            Source = update,
            SourceCacheFolder = job.TargetCacheFolder,
            TargetFile = Path.Combine(place.Folder, "restored"),
            TargetCacheFolder = Directory.CreateDirectory(Path.Combine(place.Folder, "restored-cache")).FullName,
            KeepAll = false,
        };
        SealedCommitments restored = SectorUpdate.RemoveData(removal, place.Log, new FixedTreeCores(Environment.ProcessorCount), null, Cancellation);
        Assert.Equal(known.KeyCommR, restored.CommR);
        Assert.Equal(known.KeySha256, VectorFiles.Sha256OfFile(removal.TargetFile));
        Compare(known.RestoredFiles, removal.TargetCacheFolder);
    }

    private static void Compare(IEnumerable<(string Name, long Length, string Sha256)> expected, string folder)
    {
        var files = Directory.GetFiles(folder)
            .Select(path => (Name: Path.GetFileName(path), new FileInfo(path).Length, Sha256: VectorFiles.Sha256OfFile(path)));
        Assert.Equal(expected.OrderBy(file => file.Name), files.OrderBy(file => file.Name));
    }
}
