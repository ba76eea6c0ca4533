using Filecoin.Primitives;

namespace Filecoin.Benchmarks.Steps;

/// <summary>
/// What rust-fil-proofs 19.1.0 takes for whole steps on two cores. Measured where a block of the yardstick took 38.8 ns, and given in
/// such blocks so that it carries over.
/// </summary>
/// <param name="LabelBlocksSingleCore">PC1 for each label, single-core SDR; null if not measured.</param>
/// <param name="LabelBlocksMulticore">PC1 for each label, multicore SDR with one producer.</param>
/// <param name="Pc2Blocks">PC2 in all.</param>
/// <param name="Pc2ProcessorBlocks">Processor time of PC2, of both cores together; null if not measured.</param>
internal sealed record ReferenceSteps(
    double? LabelBlocksSingleCore, double? LabelBlocksMulticore, double Pc2Blocks, double? Pc2ProcessorBlocks)
{
    private const double YardstickNanoseconds = 38.8;

    public static ReferenceSteps For(SectorSize size, int layers) => (size.ToString(), layers) switch
    {
        ("8MiB", 2) => new(null, null, Blocks(3.8), null),
        ("8MiB", 11) => new(null, null, Blocks(10.5), null),
        ("512MiB", 2) => new(37, 27, Blocks(237.5), Blocks(455)),
        ("1GiB", 2) => new(null, 30, Blocks(491), Blocks(948)),
        _ => throw new ArgumentException($"the reference was not measured with {size} and {layers} layers"),
    };

    private static double Blocks(double seconds) => seconds * 1e9 / YardstickNanoseconds;
}
