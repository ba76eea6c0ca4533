using System.Globalization;
using System.Text.Json.Nodes;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Update;
using SealerRecover.Tests;

namespace Filecoin.Benchmarks.Steps;

/// <summary>What is done with a sector's data: CommP, a whole SnapDeals update, each the best of several runs.</summary>
internal static class DataBenchmark
{
    private const double ReferenceYardstick = 38.8;

    public static int CommP(Options options)
    {
        long padded = options.Number("mib", 512) << 20;
        byte[] data = Random.Shared.GetItems<byte>([.. Enumerable.Range(0, 256).Select(value => (byte)value)], (int)(padded / 128 * 127));
        int threads = (int)options.Number("threads", 1);
        (double wall, double processor) = Best(options, () => PieceCommitment.Compute(new MemoryStream(data), padded, threads, CancellationToken.None));
        double yardstick = Yardstick.Nanoseconds();
        double mebibytes = padded >> 20;
        double reference = threads == 1 ? 101 : 268;
        double scale = yardstick / ReferenceYardstick / reference;
        Say($"yardstick   {yardstick:0.0} ns a block");
        Say($"CommP       {mebibytes} MiB, {threads} threads: {mebibytes / wall:0} MiB/s; {mebibytes / wall * scale:0.00} x the reference's {reference} MiB/s");
        Say($"            by processor time: {mebibytes / processor:0} MiB/s a core; {mebibytes * threads / processor * scale:0.00} x");
        return 0;
    }

    /// <summary>Encodes the update of tests/vectors of a size, from pieces in files, and checks its CommR.</summary>
    public static int Update(Options options)
    {
        if (!SectorSize.TryParse(options.Text("size") ?? "8MiB", out SectorSize size))
        {
            throw new ArgumentException("--size is 8MiB, 16MiB or 512MiB");
        }

        int threads = (int)options.Number("threads", Environment.ProcessorCount);
        JsonNode known = VectorFiles.Read("update.json")["cases"]!.AsArray().Last(node => (long)node!["sector_size"]! == size.Bytes)!;
        string work = Directory.CreateTempSubdirectory("sealer-recover-benchmark-").FullName;
        try
        {
            KnownSector key = KnownSector.Get(size, 2);
            SealJob sealing = new()
            {
                Inputs = key.Inputs,
                CacheFolder = Directory.CreateDirectory(Path.Combine(work, "cache")).FullName,
                SealedFile = Path.Combine(work, "sealed"),
                CachePathInTAux = key.CachePath,
            };
            MemoryStepLog log = new();
            using (ParentCache parents = new ParentCacheFolder(options.Text("parents") ?? Path.Combine(Path.GetTempPath(), "sealer-recover-benchmark-parents"))
                .Open(key.Inputs.Porep, threads, 1 << 16, null, CancellationToken.None))
            {
                PreCommit1.Run(sealing, parents, log, null, CancellationToken.None);
            }

            key.Check(PreCommit2.Run(sealing, log, threads, null, CancellationToken.None));
            using SectorData data = WritePieces(known, size, work);
            using PaddedFile keyFile = new(sealing.SealedFile, size);
            int run = 0;
            (double wall, double processor) = Best(options, () => Encode(known, key, data, keyFile, work, run++, threads));
            double yardstick = Yardstick.Nanoseconds();
            Say($"yardstick   {yardstick:0.0} ns a block");
            Say($"update      {size}, {threads} threads: {wall:0.00} s wall, {processor:0.00} s cpu; commitments as expected");
            if (size == SectorSize.MiB512 && threads == 2)
            {
                double scale = yardstick / ReferenceYardstick;
                Say($"            {67.2 / wall * scale:0.00} x the two-core reference, {122.8 / processor * scale:0.00} x its processor time");
            }
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }

        return 0;
    }

    private static void Encode(JsonNode known, KnownSector key, SectorData data, PaddedFile keyFile, string work, int run, int threads)
    {
        string folder = Directory.CreateDirectory(Path.Combine(work, $"update-{run}")).FullName;
        UpdateJob job = new()
        {
            Porep = key.Inputs.Porep,
            Sector = key.Inputs.Sector,
            KeyCommR = new CommR(Bytes32.FromHex((string)known["sector_key_comm_r"]!)),
            CommD = new CommD(Bytes32.FromHex((string)known["comm_d_new"]!)),
            Data = data,
            Source = keyFile,
            SourceCacheFolder = Path.Combine(work, "cache"),
            TargetFile = Path.Combine(folder, "update"),
            TargetCacheFolder = folder,
        };
        SealedCommitments made = SectorUpdate.Encode(job, new MemoryStepLog(), new FixedTreeCores(threads), null, CancellationToken.None);
        if (made.CommR.Value.ToString() != (string)known["comm_r_new"]!)
        {
            throw new InvalidOperationException($"made {made.CommR}, which is not what rust-fil-proofs made");
        }

        Directory.Delete(folder, recursive: true);
    }

    private static SectorData WritePieces(JsonNode known, SectorSize size, string folder)
    {
        Dictionary<long, PieceFile> files = [];
        List<PieceInfo> infos = [];
        foreach (JsonNode? piece in known["pieces"]!.AsArray())
        {
            infos.Add(new PieceInfo(new CommD(Bytes32.FromHex((string)piece!["commp"]!)), (long)piece["padded"]!));
            if ((string?)piece["seed"] is { } seed)
            {
                long offset = (long)piece["padded_offset"]!;
                string path = Path.Combine(folder, FormattableString.Invariant($"piece-{offset}"));
                File.WriteAllBytes(path, VectorFiles.Stream(seed, (long)piece["stream_len"]!));
                files.Add(offset, new PieceFile(path, new FileInfo(path).Length));
            }
        }

        return SectorData.OfPieces(size, PieceLayout.Arrange(size, infos), piece => files.GetValueOrDefault(piece.Offset));
    }

    /// <summary>The best wall time and, separately, the best processor time: on a shared machine the second says more.</summary>
    public static (double Wall, double Processor) Best(Options options, Action action)
    {
        Timing[] runs =
        [
            .. Enumerable.Range(0, (int)options.Number("runs", 3)).Select(_ =>
            {
                Timing timing = new();
                action();
                Say($"            {timing.Stop()}");
                return timing;
            }),
        ];
        return (runs.Min(run => run.Wall.TotalSeconds), runs.Min(run => run.Processor.TotalSeconds));
    }

    public static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
