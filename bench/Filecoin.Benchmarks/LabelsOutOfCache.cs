using System.Globalization;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;
using SealerRecover.Recovery.Bench;

namespace Filecoin.Benchmarks;

/// <summary>
/// Labelling over 2^28 nodes by default: two layers of 8 GiB, which no cache holds and whose page tables outgrow the second-level TLB, as
/// those of production do. Parents are drawn at random with the real graph's distribution (<see cref="LabelTrial"/>), so that no parent
/// cache of 14 GiB is needed.
/// </summary>
internal static class LabelsOutOfCache
{
    private const int LabelsInRun = 1 << 12;

    public static int Run(Options options)
    {
        long nodes = options.Number("nodes", 1 << 28);
        int sectors = (int)options.Number("sectors", 1);
        TimeSpan duration = TimeSpan.FromSeconds(options.Number("seconds", 30));
        string? kernel = options.Text("kernel");
        LabelVariant variant = LabelTrial.Variants.FirstOrDefault(
                known => known.Sectors == sectors && (kernel is null || known.Kernel == kernel))
            ?? throw new ArgumentException($"no such kernel here; there are {string.Join(", ", LabelTrial.Variants)}");
        LabelCores? cores = options.Cores("look-ahead");
        Console.WriteLine(Text($"{variant}: {nodes} nodes of {sectors} {(sectors == 1 ? "sector" : "sectors")}, two layers of {nodes * 32L * sectors >> 20} MiB"));

        double before = Yardstick.Nanoseconds();
        RateMeter meter = new(TimeProvider.System, duration, CancellationToken.None);
        using LabelTrial trial = new(variant, nodes, LabelsInRun / sectors);
        List<(string Name, Speed Speed)> speeds = [("one thread", meter.Measure(trial.LabelsInRun, trial.Run))];
        if (cores is not null)
        {
            speeds.Add(("with look-ahead", meter.Measure(trial.LabelsInLookAheadRun, () => trial.RunLookAhead(cores))));
        }

        double yardstick = Math.Min(before, Yardstick.Nanoseconds());
        Console.WriteLine(Text($"yardstick {yardstick:0.0} ns a block; on huge pages {trial.OnHugePages:0 %} of the memory"));
        foreach ((string name, Speed speed) in speeds)
        {
            double blocks = speed.Nanoseconds / yardstick;
            Console.WriteLine(Text(
                $"{name}: best {speed.PerSecond / 1e6:0.000} M labels/s, {speed.Nanoseconds:0} ns, {blocks:0.0} B, {ReferenceSpeeds.Here()?.LabelBlocks / blocks:0.00} x reference; median {speed.MedianPerSecond / 1e6:0.000} M labels/s"));
        }

        return 0;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
