using System.Diagnostics;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;
using Filecoin.Sealing.Update;
using SealerRecover.Tests;

namespace Filecoin.Benchmarks.Steps;

/// <summary>What putting data into a replica adds to building tree_r_last over it.</summary>
internal static class EncodingBenchmark
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Padding, encoding and decoding alone, on one core: seconds a GiB, beside tree_r_last's.</summary>
    public static int Kernels()
    {
        byte[] nodes = new byte[ChunkBytes];
        byte[] labels = new byte[ChunkBytes];
        byte[] raw = new byte[ChunkBytes / 128 * 127];
        new Random(1).NextBytes(raw);
        Fr32.Pad(raw, nodes);
        Fr32.Pad(raw, labels);
        byte[] scratch = new byte[ChunkBytes / 8];
        UpdateFactors factors = UpdateFactors.For(SectorSize.MiB512, default, default);
        BaseTreeLayout layout = new(ChunkBytes / SectorSize.NodeBytes);
        PoseidonKernel poseidon = PoseidonKernel.Create(8);
        double tree = Each("tree_r_last", 20, () => new BaseTreeBuilder(poseidon, layout, NoTreeRows.Instance).Reduce(0, (byte[])nodes.Clone(), scratch, _ => { }));
        Each("pad", 400, () => Fr32.Pad(raw, nodes), tree);
        Each("unpad", 400, () => Fr32.Unpad(nodes, raw), tree);
        Each("encode", 400, () => ReplicaEncoding.Encode(labels, nodes, nodes), tree);
        Each("decode", 400, () => ReplicaEncoding.Decode(labels, nodes, nodes), tree);
        Each("update, encode", 200, () => UpdateEncoding.Encode(factors, 0, nodes, labels), tree);
        Each("update, decode", 200, () => UpdateEncoding.Decode(factors, 0, nodes, labels), tree);
        return 0;
    }

    /// <summary>
    /// A whole replica of 512 MiB: tree_r_last alone over one that is there, against the one pass that reads labels and a piece, pads,
    /// encodes, writes the replica and tree_r_last, and hashes the data to its CommD.
    /// </summary>
    public static int Whole(Options options)
    {
        SectorSize size = SectorSize.MiB512;
        PorepParameters porep = KnownSector.Get(size, 2).Inputs.Porep;
        int threads = (int)options.Number("threads", 1);
        FixedTreeCores cores = new(threads);
        string work = Directory.CreateTempSubdirectory("sealer-recover-benchmark-").FullName;
        try
        {
            string labelFile = Path.Combine(work, "labels");
            using SectorData data = OnePiece(Path.Combine(work, "piece"), size);
            using (FileStream labelStream = File.Create(labelFile))
            {
                // Any canonical elements will do.
                byte[] chunk = new byte[ChunkBytes];
                for (long offset = 0; offset < size.Bytes; offset += ChunkBytes)
                {
                    data.Read((offset + (size.Bytes / 2)) % size.Bytes, chunk);
                    labelStream.Write(chunk);
                }
            }

            using PaddedFile labels = new(labelFile, size);
            UpdateFactors factors = UpdateFactors.For(size, default, default);
            DataBenchmark.Say($"tree_r_last alone, {size}, {threads} threads");
            double alone = DataBenchmark.Best(options, () => ReplicaTrees.CommRLast(labels, porep, cores, null, CancellationToken.None)).Processor;
            DataBenchmark.Say($"with encoding");
            double encoded = DataBenchmark.Best(options, () => Pass((_, nodes, values) => ReplicaEncoding.Encode(nodes, values, nodes))).Processor;
            DataBenchmark.Say($"with encoding of an update");
            double updated = DataBenchmark.Best(
                options, () => Pass((offset, nodes, values) => UpdateEncoding.Encode(factors, offset / SectorSize.NodeBytes, nodes, values))).Processor;
            DataBenchmark.Say($"by processor time: with encoding {encoded / alone:0.00} x tree_r_last alone, of an update {updated / alone:0.00} x");

            void Pass(ReplicaNodes encode)
            {
                ReplicaPassJob job = new(
                    LinuxFileSystem.Instance, porep, Path.Combine(work, "replica"), work, StepsOf.Update, LowestRow: 3, PoseidonKernel: null, TwoToOneKernel: null);
                using ReplicaPass pass = new(job, Make, new MemoryStepLog(), cores, null, CancellationToken.None);
                pass.Build();

                void Make(long offset, Span<byte> nodes, Span<byte> values)
                {
                    labels.Read(offset, nodes);
                    data.Read(offset, values);
                    encode(offset, nodes, values);
                }
            }
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }

        return 0;
    }

    private static SectorData OnePiece(string path, SectorSize size)
    {
        byte[] raw = new byte[size.Bytes / 128 * 127];
        new Random(1).NextBytes(raw);
        File.WriteAllBytes(path, raw);
        PlacedPiece piece = new(new PieceInfo(default, size.Bytes), 0, IsFiller: false);
        return SectorData.OfPieces(size, [piece], _ => new PieceFile(path, raw.Length));
    }

    /// <summary>Prints the best time of an action over 1 MiB, as seconds a GiB; returns them.</summary>
    private static double Each(string what, int times, Action action, double tree = double.NaN)
    {
        action();
        double best = Enumerable.Range(0, times).Min(_ =>
        {
            long started = Stopwatch.GetTimestamp();
            action();
            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        });
        double gib = best * 1024;
        DataBenchmark.Say($"{what,-15} {gib:0.000} s a GiB and core, {best * 1e9 / (ChunkBytes / SectorSize.NodeBytes):0.0} ns a node");
        if (!double.IsNaN(tree))
        {
            DataBenchmark.Say($"                {gib / tree:0.000} of tree_r_last");
        }

        return gib;
    }
}
