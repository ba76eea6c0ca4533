using SealerRecover.Recovery.Bench;

namespace SealerRecover.Rendering;

/// <summary>What the bench command found.</summary>
/// <param name="Speeds">Measured.</param>
/// <param name="Estimates">Computed from that.</param>
internal sealed record BenchResult(MachineSpeeds Speeds, IReadOnlyList<SectorEstimate> Estimates)
{
    /// <summary>Kernel, arity and the like in words: "label, sha-ni, 1 sector".</summary>
    public IEnumerable<BenchRow> Rows =>
    [
        .. Speeds.Labels.Select(label => new BenchRow(
            "label", label.Speed, ReferenceSpeeds.LabelBlocks, Kernel: label.Variant.Kernel, Sectors: label.Variant.Sectors)),
        .. Speeds.Poseidon.Select(poseidon => new BenchRow(
            "poseidon", poseidon.Speed, ReferenceSpeeds.PoseidonBlocks(poseidon.Arity), Kernel: poseidon.Kernel, Arity: poseidon.Arity)),
        .. Speeds.Parents.Select(parents => new BenchRow(
            "parents", parents.Speed, ReferenceSpeeds.ParentBlocks(parents.SectorSize), SectorSize: parents.SectorSize.Bytes)),
    ];

    /// <summary>A unit's length in blocks of the yardstick.</summary>
    public double Blocks(BenchRow row) => Speeds.Blocks(row.Speed);

    /// <summary>How many units are done here in the time the reference takes for one; null where the reference was not measured.</summary>
    public double? TimesReference(BenchRow row) => row.ReferenceBlocks / Blocks(row);
}

/// <summary>A speed of one core.</summary>
/// <param name="What">label, poseidon or parents.</param>
/// <param name="Speed">Labels, hashes or nodes.</param>
/// <param name="ReferenceBlocks">What the reference takes for one, in blocks of the yardstick.</param>
/// <param name="Kernel">Name of the kernel, where there is a choice.</param>
/// <param name="Sectors">Sectors labelled together.</param>
/// <param name="Arity">Elements hashed into one.</param>
/// <param name="SectorSize">Size of the sectors whose graph it is, in bytes.</param>
internal sealed record BenchRow(
    string What, Speed Speed, double? ReferenceBlocks, string? Kernel = null, int? Sectors = null, int? Arity = null, long? SectorSize = null);
