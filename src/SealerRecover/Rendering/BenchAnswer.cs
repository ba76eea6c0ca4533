using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Bench;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Rendering;

/// <summary>What the bench command found.</summary>
/// <param name="Speeds">Measured.</param>
/// <param name="Estimates">Computed from that.</param>
/// <param name="Fits">The largest size of sector that the memory has room for; null for none, or where that is not known.</param>
internal sealed record BenchAnswer(MachineSpeeds Speeds, IReadOnlyList<SectorEstimate> Estimates, SectorSize? Fits = null) : IAnswer
{
    /// <summary>A median this far below the best sample means that something else was running.</summary>
    private const double Disturbed = 0.8;

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextLine("");
        yield return new TextLine($"processor   {SafeText.Clean(Speeds.Processor)}");
        string memory = Speeds.Memory is { } bytes ? ByteCount.Text(bytes) : "unknown";
        yield return new TextLine(Text($"estimates   {Speeds.Cores} cores, memory {memory}"));
        yield return new TextLine(Text($"yardstick   SHA-256 of 16 KiB by the platform: {Speeds.Yardstick.Nanoseconds:0.0} ns for each 64-byte block (1 B)"));
        DiskSpeed disk = Speeds.Disk;
        yield return new TextLine(
            $"disk        {SafeText.Clean(disk.Folder)}: writes {Rate(disk.WriteBytesPerSecond)}, reads {Rate(disk.ReadBytesPerSecond)}");
        yield return new TextLine("");
        yield return new TextLine(Speeds.Reference is { } reference
            ? $"one core, one kernel at a time; \"reference\" is rust-fil-proofs 19.1 on one core of this class, {reference.Class}:"
            : "one core, one kernel at a time; rust-fil-proofs was not measured on processors of this class, so there are no ratios to it:");
        string[] columns = ["what", "kernel", "a second", "each", "in B", "x reference"];
        int shown = Speeds.Reference is null ? columns.Length - 1 : columns.Length;
        yield return new TextTable(columns[..shown], [.. Rows.Select(row => Row(row)[..shown])]);
        if (Speeds.Devices.Count > 0)
        {
            yield return new TextLine("");
            yield return new TextLine(Text(
                $"devices, each by itself; the estimates count on them beside the processor, as {Speeds.CoresBeside.GetValueOrDefault(11):0.0} cores more for columns and {Speeds.CoresBeside.GetValueOrDefault(8):0.0} for nodes:"));
            yield return new TextTable(
                ["what", "device", "a second", "each"],
                [.. Speeds.Devices.Select(device => (string[])
                    [Text($"Poseidon {device.Arity}"), SafeText.Clean(device.Device), Count(device.Speed.PerSecond), Each(device.Speed.Nanoseconds)])]);
        }

        yield return new TextLine("");
        yield return new TextLine("expected times of CC sectors, computed from these speeds:");
        yield return new TextTable(
            ["sectors", "at once", "cores", "PC1", "PC2 each", "after PC1", "in all", "bound by", "memory", "temp disk", "result"],
            [.. Estimates.Select(Row)]);
        yield return new TextLine("");
        yield return new TextLine(string.Join("; ", Estimates.DistinctBy(estimate => estimate.Size).Select(estimate =>
            $"parent cache of {estimate.Size}: {ByteCount.Text(estimate.ParentCacheDisk)}, built once in {Quantities.Duration(estimate.ParentCache)}")));
        if (Estimates.Any(estimate => estimate.MemorySuffices == false))
        {
            string fits = Fits is { } size ? $", in which sectors of up to {size} fit" : "";
            yield return new TextLine($"(!) more than the memory there is, {memory}{fits}; the time is that of a machine with enough");
        }

        if (Rows.Select(row => row.Speed).Append(Speeds.Yardstick).Any(speed => speed.MedianPerSecond < Disturbed * speed.PerSecond))
        {
            yield return new TextLine("the machine was busy with something else: these are the best of many short measurements, and a run takes longer");
        }
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonBench(
        Speeds.Processor,
        Speeds.Reference?.Class,
        Speeds.Cores,
        Speeds.Memory,
        Math.Round(Speeds.Yardstick.Nanoseconds, 3),
        [.. Rows.Select(row => new JsonSpeed(
            row.What,
            row.Kernel,
            row.Sectors,
            row.Arity,
            row.SectorSize,
            Math.Round(row.Speed.PerSecond, 1),
            Math.Round(row.Speed.MedianPerSecond, 1),
            Math.Round(Speeds.Blocks(row.Speed), 3),
            TimesReference(row) is { } times ? Math.Round(times, 3) : null))],
        new JsonDisk(
            Speeds.Disk.Folder,
            Math.Round(Speeds.Disk.WriteBytesPerSecond),
            Math.Round(Speeds.Disk.ReadBytesPerSecond),
            Speeds.Disk.FreeBytes),
        [.. Estimates.Select(estimate => new JsonEstimate(
            estimate.Size.Bytes,
            estimate.Sectors,
            estimate.AtOnce,
            JsonCores.Of(estimate.Cores),
            Seconds(estimate.PreCommit1),
            Seconds(estimate.PreCommit2),
            Seconds(estimate.PreCommit2After),
            Seconds(estimate.Total),
            Seconds(estimate.ParentCache),
            estimate.Bound,
            estimate.Memory,
            estimate.MemorySuffices,
            estimate.TempDisk,
            estimate.ResultDisk,
            estimate.ParentCacheDisk))],
        Speeds.Devices.Count == 0 ? null :
        [
            .. Speeds.Devices.Select(device => new JsonDeviceSpeed(
                device.Device,
                device.Arity,
                Math.Round(device.Speed.PerSecond, 1),
                Math.Round(device.Speed.MedianPerSecond, 1),
                Math.Round(Speeds.CoresBeside.GetValueOrDefault(device.Arity), 2))),
        ],
        Fits?.Bytes);

    private IEnumerable<BenchRow> Rows =>
    [
        .. Speeds.Labels.Select(label => new BenchRow(
            "label", label.Speed, Speeds.Reference?.LabelBlocks, Kernel: label.Variant.Kernel, Sectors: label.Variant.Sectors)),
        .. Speeds.Poseidon.Select(poseidon => new BenchRow(
            "poseidon", poseidon.Speed, Speeds.Reference?.PoseidonBlocks(poseidon.Arity), Kernel: poseidon.Kernel, Arity: poseidon.Arity)),
        .. Speeds.Parents.Select(parents => new BenchRow(
            "parents", parents.Speed, Speeds.Reference?.ParentBlocks(parents.SectorSize), SectorSize: parents.SectorSize.Bytes)),
    ];

    /// <summary>How many units are done here in the time the reference takes for one; null where the reference was not measured.</summary>
    private double? TimesReference(BenchRow row) => row.ReferenceBlocks / Speeds.Blocks(row.Speed);

    private string[] Row(BenchRow row) =>
    [
        row switch
        {
            { Sectors: { } sectors } => Text($"label, {sectors} {(sectors == 1 ? "sector" : "sectors")}"),
            { Arity: { } arity } => Text($"Poseidon {arity}"),
            { SectorSize: { } size } => $"parents, {new SectorSize(size)}",
            _ => row.What,
        },
        row.Kernel ?? "",
        Count(row.Speed.PerSecond),
        Each(row.Speed.Nanoseconds),
        Text($"{Speeds.Blocks(row.Speed):0.0}"),
        TimesReference(row) is { } times ? Text($"{times:0.00}") : "",
    ];

    private static IReadOnlyList<string> Row(SectorEstimate estimate) =>
    [
        Text($"{estimate.Sectors} x {estimate.Size}"),
        Text($"{estimate.AtOnce}"),
        Cores(estimate.Cores),
        Quantities.Duration(estimate.PreCommit1),
        Quantities.Duration(estimate.PreCommit2),
        Quantities.Duration(estimate.PreCommit2After),
        Quantities.Duration(estimate.Total),
        Words.Of(estimate.Bound),
        ByteCount.Text(estimate.Memory) + (estimate.MemorySuffices == false ? " (!)" : ""),
        ByteCount.Text(estimate.TempDisk),
        ByteCount.Text(estimate.ResultDisk),
    ];

    /// <summary>"15 + 15 ahead of 32": labelling, looking ahead, all.</summary>
    private static string Cores(CorePlan plan) =>
        Text($"{plan.Seats.Length}{(plan.LookAheadThreads > 0 ? Text($" + {plan.LookAheadThreads} ahead") : "")} of {plan.Cores}");

    private static string Rate(double bytesPerSecond) => ByteCount.Text((long)bytesPerSecond) + "/s";

    private static string Count(double perSecond) => perSecond >= 1e6 ? Text($"{perSecond / 1e6:0.00} M") : Text($"{perSecond / 1e3:0.0} k");

    private static string Each(double nanoseconds) => nanoseconds >= 10_000 ? Text($"{nanoseconds / 1000:0.0} us") : Text($"{nanoseconds:0} ns");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 1);
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
