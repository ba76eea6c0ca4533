using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.PreCommit;
using SealerRecover.Tests;

namespace Filecoin.Benchmarks.Steps;

/// <summary>PreCommit1 and PreCommit2 of a whole sector, files and all, the best of several runs beside the reference's times.</summary>
internal static class StepBenchmark
{
    private const int WindowNodes = 1 << 16;

    public static int Run(Options options)
    {
        if (!SectorSize.TryParse(options.Text("size") ?? "8MiB", out SectorSize size))
        {
            throw new ArgumentException("--size is 8MiB, 512MiB or 1GiB");
        }

        int layers = (int)options.Number("layers", 2);
        int threads = (int)options.Number("threads", Environment.ProcessorCount);
        string folder = options.Text("folder") ?? Path.GetTempPath();
        KnownSector sector = KnownSector.Get(size, layers);
        ReferenceSteps reference = ReferenceSteps.For(size, layers);
        Console.WriteLine($"{sector.Id}: {layers} layers, {threads} threads for trees, in {folder}");

        ParentCacheFolder parentFolder = new(options.Text("parents") ?? Path.Combine(Path.GetTempPath(), "sealer-recover-benchmark-parents"));
        Timing build = new();
        using ParentCache parents = parentFolder.Open(sector.Inputs.Porep, threads, WindowNodes, null, CancellationToken.None);
        Console.WriteLine($"parents built or checked: {build.Stop()}");

        double yardstick = Yardstick.Nanoseconds();
        Timing? pc1 = null;
        Timing? pc2 = null;
        for (long run = 0; run < options.Number("runs", 3); run++)
        {
            (Timing first, Timing second) = Seal(sector, parents, threads, folder, options);
            yardstick = Math.Min(yardstick, Yardstick.Nanoseconds());
            Console.WriteLine($"run {run + 1}: PC1 {first}; PC2 {second}; commitments as expected");
            pc1 = Timing.Better(pc1, first);
            pc2 = Timing.Better(pc2, second);
        }

        Report(sector, reference, yardstick, pc1!, pc2!);
        return 0;
    }

    private static (Timing Pc1, Timing Pc2) Seal(KnownSector sector, ParentCache parents, int threads, string folder, Options options)
    {
        string work = Directory.CreateDirectory(Path.Combine(folder, "sealer-recover-benchmark-" + Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            SealJob job = new()
            {
                Inputs = sector.Inputs,
                CacheFolder = Directory.CreateDirectory(Path.Combine(work, "cache")).FullName,
                SealedFile = Path.Combine(work, "sealed"),
                CachePathInTAux = sector.CachePath,
                LabelKernel = options.Text("label-kernel"),
                LabelCores = options.Cores("look-ahead"),
                PoseidonKernel = options.Text("poseidon-kernel"),
            };
            MemoryStepLog log = new();
            Timing pc1 = new();
            PreCommit1.Run(job, parents, log, null, CancellationToken.None);
            pc1.Stop();
            Timing pc2 = new();
            SealedCommitments commitments = PreCommit2.Run(job, log, threads, null, CancellationToken.None);
            pc2.Stop();
            sector.Check(commitments);
            return (pc1, pc2);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static void Report(KnownSector sector, ReferenceSteps reference, double yardstick, Timing pc1, Timing pc2)
    {
        double labels = (double)sector.Inputs.Porep.Nodes * sector.Inputs.Porep.Layers;
        double labelBlocks = pc1.Wall.TotalSeconds * 1e9 / yardstick / labels;
        double pc2Blocks = pc2.Wall.TotalSeconds * 1e9 / yardstick;
        Console.WriteLine();
        Console.WriteLine(Text($"yardstick   {yardstick:0.0} ns a block (1 B)"));
        Console.WriteLine(Text($"PC1         {pc1}, {labelBlocks:0.0} B a label") + Against("single-core", reference.LabelBlocksSingleCore, labelBlocks)
            + Against("multicore", reference.LabelBlocksMulticore, labelBlocks));
        Console.WriteLine(Text($"PC2         {pc2}, {pc2Blocks / 1e6:0} M B") + Against("two-core", reference.Pc2Blocks, pc2Blocks)
            + Against("processor time of the", reference.Pc2ProcessorBlocks, pc2.Processor.TotalSeconds * 1e9 / yardstick));
        if (reference.LabelBlocksMulticore is { } both)
        {
            double all = (labelBlocks * labels) + pc2Blocks;
            Console.WriteLine(Text($"PC1 + PC2   {(pc1.Wall + pc2.Wall).TotalSeconds:0.00} s") + Against("two-core", (both * labels) + reference.Pc2Blocks, all));
        }
    }

    private static string Against(string what, double? referenceBlocks, double blocks) =>
        referenceBlocks is { } known ? Text($"; {known / blocks:0.00} x the {what} reference") : "";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
