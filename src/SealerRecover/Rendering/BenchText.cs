using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Bench;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Rendering;

/// <summary>What the bench command found, in tables.</summary>
internal static class BenchText
{
    /// <summary>A median this far below the best sample means that something else was running.</summary>
    private const double Disturbed = 0.8;

    /// <summary>The tables.</summary>
    public static IEnumerable<TextBlock> Of(BenchResult result)
    {
        MachineSpeeds speeds = result.Speeds;
        yield return new TextLine("");
        yield return new TextLine($"processor   {SafeText.Clean(speeds.Processor)}");
        string memory = speeds.Memory is { } bytes ? Quantities.Bytes(bytes) : "unknown";
        yield return new TextLine(Text($"estimates   {speeds.Cores} cores, memory {memory}"));
        yield return new TextLine(Text($"yardstick   SHA-256 of 16 KiB by the platform: {speeds.Yardstick.Nanoseconds:0.0} ns for each 64-byte block (1 B)"));
        DiskSpeed disk = speeds.Disk;
        yield return new TextLine(
            $"disk        {SafeText.Clean(disk.Folder)}: writes {Rate(disk.WriteBytesPerSecond)}, reads {Rate(disk.ReadBytesPerSecond)}");
        yield return new TextLine("");
        yield return new TextLine("one core, one kernel at a time; \"reference\" is rust-fil-proofs 19.1 on one such core:");
        yield return new TextTable(
            ["what", "kernel", "a second", "each", "in B", "x reference"],
            [.. result.Rows.Select(row => Row(result, row))]);
        yield return new TextLine("");
        yield return new TextLine("expected times of CC sectors, computed from these speeds:");
        yield return new TextTable(
            ["sectors", "at once", "cores", "PC1", "PC2 each", "after PC1", "in all", "bound by", "memory", "temp disk", "result"],
            [.. result.Estimates.Select(Row)]);
        yield return new TextLine("");
        yield return new TextLine(string.Join("; ", result.Estimates.DistinctBy(estimate => estimate.Size).Select(estimate =>
            $"parent cache of {estimate.Size}: {Quantities.Bytes(estimate.ParentCacheDisk)}, built once in {Quantities.Duration(estimate.ParentCache)}")));
        if (result.Estimates.Any(estimate => estimate.MemorySuffices == false))
        {
            yield return new TextLine("(!) more than the memory there is; the time is that of a machine with enough");
        }

        if (result.Rows.Select(row => row.Speed).Append(speeds.Yardstick).Any(speed => speed.MedianPerSecond < Disturbed * speed.PerSecond))
        {
            yield return new TextLine("the machine was busy with something else: these are the best of many short measurements, and a run takes longer");
        }
    }

    private static IReadOnlyList<string> Row(BenchResult result, BenchRow row) =>
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
        Text($"{result.Blocks(row):0.0}"),
        result.TimesReference(row) is { } times ? Text($"{times:0.00}") : "",
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
        Quantities.Bytes(estimate.Memory) + (estimate.MemorySuffices == false ? " (!)" : ""),
        Quantities.Bytes(estimate.TempDisk),
        Quantities.Bytes(estimate.ResultDisk),
    ];

    /// <summary>"15 + 15 ahead of 32": labelling, looking ahead, all.</summary>
    private static string Cores(CorePlan plan) =>
        Text($"{plan.Seats.Length}{(plan.LookAheadThreads > 0 ? Text($" + {plan.LookAheadThreads} ahead") : "")} of {plan.Cores}");

    private static string Rate(double bytesPerSecond) => Quantities.Bytes((long)bytesPerSecond) + "/s";

    private static string Count(double perSecond) => perSecond >= 1e6 ? Text($"{perSecond / 1e6:0.00} M") : Text($"{perSecond / 1e3:0.0} k");

    private static string Each(double nanoseconds) => nanoseconds >= 10_000 ? Text($"{nanoseconds / 1000:0.0} us") : Text($"{nanoseconds:0} ns");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
