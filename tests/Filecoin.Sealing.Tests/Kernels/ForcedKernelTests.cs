using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Kernels;
using Filecoin.Sealing.PreCommit;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Kernels;

/// <summary>Whole sectors, file by file against rust-fil-proofs, with every variant of every kernel forced in turn.</summary>
public sealed class ForcedKernelTests
{
    private const long Tiny = 2L << 10;
    private const long LargestOfEveryVariant = 16L << 20;

    private static readonly KernelVariant[] Here = [.. KernelCatalogue.All.Where(variant => variant.IsAvailable)];

    public static TheoryData<KernelKind, string> Variants => Data(Here);

    /// <summary>Those that do 8MiB in seconds. One sector leaves most lanes of kernels for many idle, which takes longer.</summary>
    public static TheoryData<KernelKind, string> FastVariants =>
        Data(Here.Where(variant => variant.Kind == KernelKind.TwoToOne || (variant.Kind != KernelKind.Many && !IsPlain(variant))));

    public static TheoryData<KernelKind> Kinds => [.. KernelCatalogue.Kinds];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Sectors_of_2KiB_equal_the_reference(KernelKind kind, string name)
    {
        SealCase[] cases = [.. SealCase.All().Where(known => known.SectorSize == Tiny)];
        Assert.NotEmpty(cases);
        Assert.All(cases, known => SealAndCompare(known, kind, name));
        KernelTable.Ran(kind, name);
    }

    [Theory]
    [MemberData(nameof(FastVariants))]
    public void A_sector_of_8MiB_equals_the_reference(KernelKind kind, string name) =>
        SealAndCompare(SealCase.Get("8MiB-v1-pieces"), kind, name);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_sector_up_to_16MiB_equals_the_reference(KernelKind kind)
    {
        Assert.SkipUnless(VectorFiles.LongTests, "takes an hour in all; set SEALER_RECOVER_LONG_TESTS=1");
        SealCase[] cases = [.. SealCase.All().Where(known => known.SectorSize is > Tiny and <= LargestOfEveryVariant)];
        Assert.All(Here.Where(variant => variant.Kind == kind), variant =>
            Assert.All(cases, known => SealAndCompare(known, kind, variant.Name)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_sector_of_512MiB_equals_the_reference(KernelKind kind)
    {
        Assert.SkipUnless(VectorFiles.LongTests, "takes an hour in all; set SEALER_RECOVER_LONG_TESTS=1");
        Assert.All(Here.Where(variant => variant.Kind == kind && !IsPlain(variant)), variant =>
            SealAndCompare(SealCase.Get("512MiB-v1_1-pieces"), kind, variant.Name));
    }

    [Fact]
    public void What_is_not_here_goes_into_the_table_too()
    {
        KernelVariant[] missing = [.. KernelCatalogue.All.Where(variant => !variant.IsAvailable)];
        Assert.All(missing, variant =>
        {
            KernelTable.NotHere(variant);
            Assert.NotEmpty(variant.Lack!);
        });
        Assert.NotEmpty(Here);
    }

    private static bool IsPlain(KernelVariant variant) => variant.Name.StartsWith("plain", StringComparison.Ordinal);

    /// <summary>Seals a sector with one kernel forced, and compares every file with the reference's.</summary>
    internal static void SealAndCompare(SealCase known, KernelKind kind, string name)
    {
        KernelChoice choice = KernelChoice.Best.With(kind, name);
        using Workplace place = new();
        SealJob job = place.Job(known, keepAll: true) with
        {
            LabelKernel = choice.Label,
            BatchLabelKernel = choice.Many,
            PoseidonKernel = choice.Poseidon,
            TwoToOneKernel = choice.TwoToOne,
        };
        CancellationToken cancellation = TestContext.Current.CancellationToken;

        // A forced kernel of parents builds a cache of its own; otherwise the shared one would hide it.
        string caches = kind == KernelKind.Parents ? Path.Combine(place.Folder, "parents") : SharedParentCaches.Folder;
        using (ParentCache parents = new ParentCacheFolder(caches, kernel: choice.Parents)
            .Open(job.Inputs.Porep, Environment.ProcessorCount, 1 << 16, null, cancellation))
        {
            if (kind == KernelKind.Many)
            {
                PreCommit1.RunBatch([job], [place.Log], parents, [null], cancellation);
            }
            else
            {
                PreCommit1.Run(job, parents, place.Log, null, cancellation);
            }
        }

        SealedCommitments commitments = PreCommit2.Run(job, place.Log, Environment.ProcessorCount, null, cancellation);
        Assert.Equal((known.Id, known.Text("comm_r")), (known.Id, commitments.CommR.Value.ToString()));
        Assert.Equal(known.Files.Select(file => file.Name).Order(), Directory.GetFiles(place.CacheFolder).Select(Path.GetFileName).Order());
        foreach ((string file, long length, string sha256) in known.Files)
        {
            string path = Path.Combine(place.CacheFolder, file);
            Assert.Equal((known.Id, file, length, sha256), (known.Id, file, new FileInfo(path).Length, VectorFiles.Sha256OfFile(path)));
        }

        Assert.Equal((known.Id, known.SealedSha256), (known.Id, VectorFiles.Sha256OfFile(place.SealedFile)));
    }

    private static TheoryData<KernelKind, string> Data(IEnumerable<KernelVariant> variants)
    {
        TheoryData<KernelKind, string> data = [];
        foreach (KernelVariant variant in variants)
        {
            data.Add(variant.Kind, variant.Name);
        }

        return data;
    }
}
