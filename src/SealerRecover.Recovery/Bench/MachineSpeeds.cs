using Filecoin.Primitives;
using Filecoin.Sealing.Labeling;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Bench;

/// <summary>Labels a second made by one core.</summary>
/// <param name="Variant">Kernel and sectors labelled together.</param>
/// <param name="Speed">Labels of all those sectors.</param>
public sealed record LabelSpeed(LabelVariant Variant, Speed Speed);

/// <summary>Poseidon hashes a second made by one core.</summary>
/// <param name="Kernel">Name of the kernel.</param>
/// <param name="Arity">Elements hashed into one: 2, 8 or 11.</param>
/// <param name="Speed">Hashes.</param>
public sealed record PoseidonSpeed(string Kernel, int Arity, Speed Speed);

/// <summary>Poseidon hashes a second made by one device.</summary>
/// <param name="Device">What it is.</param>
/// <param name="Arity">Elements hashed into one: 8 or 11.</param>
/// <param name="Speed">Hashes, those of samples by the processor among them.</param>
public sealed record DeviceSpeed(string Device, int Arity, Speed Speed);

/// <summary>Nodes a second whose parents one core computes.</summary>
/// <param name="SectorSize">Whose graph (V1_1).</param>
/// <param name="Speed">Nodes.</param>
public sealed record ParentSpeed(SectorSize SectorSize, Speed Speed);

/// <summary>How fast the disk of a folder is when a file is written and read in order.</summary>
/// <param name="Folder">The folder that was measured.</param>
/// <param name="WriteBytesPerSecond">Written and flushed to the device.</param>
/// <param name="ReadBytesPerSecond">Read back after the system was told to drop the file from memory.</param>
/// <param name="FreeBytes">Room left there; null when the system does not tell.</param>
public sealed record DiskSpeed(string Folder, double WriteBytesPerSecond, double ReadBytesPerSecond, long? FreeBytes);

/// <summary>What a machine can do, by measurement.</summary>
public sealed record MachineSpeeds
{
    /// <summary>Bytes of a SHA-256 block.</summary>
    public const int BlockBytes = Roles.Yardstick.BlockBytes;

    /// <summary>The processor as the system names it.</summary>
    public required string Processor { get; init; }

    /// <summary>What the reference takes on processors of this class; null where it was not measured.</summary>
    public ReferenceSpeeds? Reference { get; init; }

    /// <summary>Cores that estimates count on.</summary>
    public required int Cores { get; init; }

    /// <summary>How they belong together; null where estimates count on other cores than this machine's.</summary>
    internal CpuTopology? Topology { get; init; }

    /// <summary>Bytes of memory that estimates count on; null when the system does not tell.</summary>
    public required long? Memory { get; init; }

    /// <summary>
    /// The platform's SHA-256 over 16 KiB at a time, in blocks of 64 bytes a second on one core. Speeds divided by it can be compared
    /// between machines.
    /// </summary>
    public required Speed Yardstick { get; init; }

    /// <summary>One for each variant this machine can run.</summary>
    public required IReadOnlyList<LabelSpeed> Labels { get; init; }

    /// <summary>One for each kernel and arity.</summary>
    public required IReadOnlyList<PoseidonSpeed> Poseidon { get; init; }

    /// <summary>Devices that hash, each by itself; none where none is used.</summary>
    public IReadOnlyList<DeviceSpeed> Devices { get; init; } = [];

    /// <summary>By arity: what devices are worth beside the processor, in cores with its best kernel.</summary>
    public IReadOnlyDictionary<int, double> CoresBeside { get; init; } = new Dictionary<int, double>();

    /// <summary>One for each production size.</summary>
    public required IReadOnlyList<ParentSpeed> Parents { get; init; }

    /// <summary>The folder for work in progress.</summary>
    public required DiskSpeed Disk { get; init; }

    /// <summary>Bytes a second that one core digests with the platform's SHA-256.</summary>
    public double DigestBytesPerSecond => Yardstick.PerSecond * BlockBytes;

    /// <summary>How long one unit takes in units of the yardstick's block.</summary>
    public double Blocks(Speed speed) => Yardstick.PerSecond / speed.PerSecond;

    /// <summary>The fastest Poseidon of an arity.</summary>
    public PoseidonSpeed BestPoseidon(int arity) => Poseidon.Where(speed => speed.Arity == arity).MaxBy(speed => speed.Speed.PerSecond)
        ?? throw new ArgumentOutOfRangeException(nameof(arity), arity, "not measured");
}
