using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Kernels;
using Filecoin.Sealing.Labeling;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Bench;

/// <summary>What to measure, and what the estimates shall count on.</summary>
public sealed record BenchSettings
{
    /// <summary>Folder for work in progress, an absolute path; it need not exist.</summary>
    public required string TempFolder { get; init; }

    /// <summary>Cores the estimates count on, at least 1. Measuring takes one.</summary>
    public required int Cores { get; init; }

    /// <summary>Bytes of memory the estimates count on; null for what this machine has left.</summary>
    public long? Memory { get; init; }

    /// <summary>Kernels asked for by name: of these kinds, nothing else is measured and estimated.</summary>
    public KernelChoice Kernels { get; init; } = KernelChoice.Best;

    /// <summary>Kernels of single devices, by what the devices are; measured beside the processor's.</summary>
    public IReadOnlyDictionary<string, string> Devices { get; init; } = new Dictionary<string, string>();

    /// <summary>The kernel by which a run would use the processor and these devices together; null where none is used.</summary>
    public string? Together { get; init; }

    /// <summary>How long each speed is measured.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>Bytes of a layer of all sectors labelled together; twice that is taken while labelling is measured.</summary>
    public long LayerBytes { get; init; } = 512L << 20;

    /// <summary>Bytes written and read to measure the disk.</summary>
    public long DiskBytes { get; init; } = 256L << 20;
}

/// <summary>
/// Measures what sealing is made of, each on one core by itself, so that times of whole sectors can be estimated
/// (<see cref="SectorEstimator"/>) without sealing any.
/// </summary>
/// <param name="settings">What to measure.</param>
/// <param name="time">The clock.</param>
public sealed class MachineBench(BenchSettings settings, TimeProvider time)
{

    // A call takes a few milliseconds at most even with the plain kernels, so that some fall between other processes' time slices.
    private const int LabelsInRun = 1 << 10;
    private const int Preimages = 32;
    private const int BatchesOfDevice = 6;
    private const int ParentNodes = 1 << 10;

    private static readonly int[] Arities = [2, 8, 11];
    private static readonly int[] DeviceArities = [8, 11];
    private static readonly SectorSize[] Sizes = [SectorSize.GiB32, SectorSize.GiB64];

    /// <summary>Measures everything: with the default settings about a minute, on the calling thread.</summary>
    /// <param name="doing">Told what is measured next.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <exception cref="OperatorException">The disk cannot be written, or memory is refused.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public MachineSpeeds Run(Action<string>? doing, CancellationToken cancellation)
    {
        LinuxSystemProbe probe = new();
        RateMeter meter = new(time, settings.Duration, cancellation);

        // Before labelling takes memory of its own.
        long? memory = settings.Memory ?? probe.AvailableMemory();
        CpuTopology? topology = probe.Topology();

        doing?.Invoke("the yardstick: SHA-256 of the platform");
        Speed before = Yardstick(meter);
        doing?.Invoke("label kernels");
        LabelSpeed[] labels = [.. LabelTrial.Variants.Where(IsWanted).Select(variant => Label(meter, variant, cancellation))];
        doing?.Invoke("Poseidon kernels");
        PoseidonSpeed[] poseidon =
        [
            .. PoseidonKernel.Available.Where(kernel => kernel == (settings.Kernels.Poseidon ?? kernel))
                .SelectMany(kernel => Arities.Select(arity => Hash(meter, kernel, arity))),
        ];
        DeviceSpeed[] devices = [.. settings.Devices.SelectMany(device => DeviceArities.Select(arity =>
        {
            doing?.Invoke(device.Key);
            return new DeviceSpeed(device.Key, arity, Hash(meter, device.Value, arity).Speed);
        }))];
        doing?.Invoke("parents");
        ParentSpeed[] parents = [.. Sizes.Select(size => Parents(meter, size))];
        doing?.Invoke("the yardstick again");
        Speed after = Yardstick(meter);
        doing?.Invoke("the disk");
        DiskSpeed disk = new DiskTrial(settings.TempFolder, settings.DiskBytes, time).Run(probe, cancellation);
        return new MachineSpeeds
        {
            Processor = Processor.Name(),
            Reference = ReferenceSpeeds.Here(),
            Cores = settings.Cores,
            Topology = topology?.Threads == settings.Cores ? topology : null,
            Memory = memory,
            Yardstick = new Speed(
                Math.Max(before.PerSecond, after.PerSecond), Math.Min(before.MedianPerSecond, after.MedianPerSecond)),
            Labels = labels,
            Poseidon = poseidon,
            Devices = devices,
            CoresBeside = DeviceArities.ToDictionary(arity => arity, arity => settings.Together is { } both ? PoseidonKernel.CoresBesideOf(arity, both) : 0),
            Parents = parents,
            Disk = disk,
        };
    }

    /// <summary>Measures on one core what one node costs in the steps of sealing and repairing; with a duration of 50 ms a fifth of a second.</summary>
    /// <param name="porep">The seal proof.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public StepSpeeds Steps(PorepParameters porep, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(porep);
        RateMeter meter = new(time, settings.Duration, cancellation);
        LabelVariant variant = LabelTrial.Variants.First(candidate => candidate.Sectors == 1 && IsWanted(candidate));
        string? asked = settings.Kernels.Poseidon;
        string poseidon = asked is null || PoseidonKernel.IsOffered(asked) ? PoseidonKernel.Best : asked;
        return new StepSpeeds(
            1 / Label(meter, variant, cancellation).Speed.PerSecond,
            1 / Hash(meter, poseidon, porep.Layers).Speed.PerSecond,
            1 / Hash(meter, poseidon, TreeShape.BaseArity).Speed.PerSecond)
        {
            ColumnCoresBeside = PoseidonKernel.CoresBesideOf(porep.Layers, asked),
            NodeCoresBeside = PoseidonKernel.CoresBesideOf(TreeShape.BaseArity, asked),
        };
    }

    /// <summary>Blocks of 64 bytes a second, as <c>openssl speed -bytes 16384 -evp sha256</c> counts them: without the padding's block.</summary>
    public static Speed Yardstick(RateMeter meter)
    {
        ArgumentNullException.ThrowIfNull(meter);
        byte[] message = new byte[Roles.Yardstick.MessageBytes];
        byte[] digest = new byte[Bytes32.Length];
        return meter.Measure(Roles.Yardstick.MessageBytes / Roles.Yardstick.BlockBytes, () => SHA256.HashData(message, digest));
    }

    private bool IsWanted(LabelVariant variant)
    {
        string? wanted = variant.Sectors == 1 ? settings.Kernels.Label : settings.Kernels.Many ?? settings.Kernels.Label;
        return variant.Kernel == (wanted ?? variant.Kernel);
    }

    private LabelSpeed Label(RateMeter meter, LabelVariant variant, CancellationToken cancellation)
    {
        // The same memory for every variant: many sectors together have shorter layers.
        long nodes = settings.LayerBytes / SectorSize.NodeBytes / variant.Sectors;
        int nodesInRun = LabelsInRun / variant.Sectors;
        using LabelTrial trial = new(variant, Math.Max(nodes, 2 * nodesInRun), nodesInRun, cancellation);
        return new LabelSpeed(variant, meter.Measure(trial.LabelsInRun, trial.Run));
    }

    private static PoseidonSpeed Hash(RateMeter meter, string name, int arity)
    {
        PoseidonKernel kernel = PoseidonKernel.Create(arity, name);

        // A device gets several batches in one call, so that it computes while others are moved.
        int count = PoseidonKernel.IsOffered(name) ? BatchesOfDevice * kernel.BatchHashes : Preimages;
        byte[] preimages = new byte[count * arity * Bytes32.Length];
        new Random(1).NextBytes(preimages);
        for (int top = Bytes32.Length - 1; top < preimages.Length; top += Bytes32.Length)
        {
            preimages[top] &= 0x3f; // Labels are below 2^254.
        }

        byte[] digests = new byte[count * Bytes32.Length];
        return new PoseidonSpeed(name, arity, meter.Measure(count, () => kernel.HashMany(preimages, digests)));
    }

    private ParentSpeed Parents(RateMeter meter, SectorSize size)
    {
        SealProofs.TryGet(size, PorepVariant.V1_1, out SealProofInfo proof);
        StackedGraph graph = new(proof.Porep, settings.Kernels.Parents);
        uint[] parents = new uint[ParentNodes * StackedGraph.Degree];
        long next = graph.Nodes / 2;
        return new ParentSpeed(size, meter.Measure(ParentNodes, () =>
        {
            graph.ParentsOfRange(next, parents);
            next = (next + ParentNodes) % graph.Nodes;
        }));
    }
}
