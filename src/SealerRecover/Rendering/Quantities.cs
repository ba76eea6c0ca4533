using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Rendering;

/// <summary>Numbers, times and phases in words, the same in every view.</summary>
internal static class Quantities
{
    /// <summary>"3 h 05 min", "4 min 07 s", "12 s", "0.4 s".</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => Invariant($"{(long)time.TotalDays} d {time.Hours:00} h"),
        { TotalHours: >= 1 } => Invariant($"{time.Hours} h {time.Minutes:00} min"),
        { TotalMinutes: >= 1 } => Invariant($"{time.Minutes} min {time.Seconds:00} s"),
        { TotalSeconds: >= 10 } => Invariant($"{time.Seconds} s"),
        _ => Invariant($"{Math.Max(time.TotalSeconds, 0):0.0} s"),
    };

    /// <summary>How long a disk took: "0.04 ms", "12 ms", "2.31 s"; from ten seconds on as <see cref="Duration"/>.</summary>
    public static string Latency(TimeSpan time) => time switch
    {
        { TotalSeconds: >= 10 } => Duration(time),
        { TotalMilliseconds: >= 999.5 } => Invariant($"{time.TotalSeconds:0.00} s"),
        { TotalMilliseconds: >= 9.95 } => Invariant($"{time.TotalMilliseconds:0} ms"),
        { TotalMilliseconds: >= 0.995 } => Invariant($"{time.TotalMilliseconds:0.0} ms"),
        _ => Invariant($"{time.TotalMilliseconds:0.00} ms"),
    };

    /// <summary>"2026-01-02 03:04:05Z", always UTC.</summary>
    public static string Instant(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>ISO 8601 in UTC with milliseconds: "2026-01-02T03:04:05.678Z".</summary>
    public static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A rate of <paramref name="phase"/>'s units: "0.98 M nodes/s" or "120.0 MiB/s".</summary>
    public static string Rate(SealPhase phase, double unitsPerSecond) => CountsBytes(phase)
        ? ByteCount.Text((long)unitsPerSecond) + "/s"
        : unitsPerSecond >= 1e5 ? Invariant($"{unitsPerSecond / 1e6:0.00} M nodes/s")
        : unitsPerSecond >= 100 ? Invariant($"{unitsPerSecond / 1e3:0.0} k nodes/s")
        : Invariant($"{unitsPerSecond:0.0} nodes/s");

    /// <summary>The mean rate of something counted, in units a second, and how long the rest takes by it; null before the first unit.</summary>
    public static (double? Rate, TimeSpan? Left) PaceOf(int done, int total, TimeSpan elapsed) => done > 0 && elapsed > TimeSpan.Zero
        ? (done / elapsed.TotalSeconds, elapsed * ((double)(total - done) / done))
        : (null, null);

    /// <summary>" (4.0 sectors/s, 24 s left)", " (1.5 blocks/min, at most 4 min 07 s left)"; empty while unknown.</summary>
    public static string Pace((double? Rate, TimeSpan? Left) pace, Unit unit, string within = "") => pace is ({ } each, { } time)
        ? $" ({(each < 0.1 ? Invariant($"{each * 60:0.0} {Words.Of(unit)}/min") : Invariant($"{each:0.0} {Words.Of(unit)}/s"))}, {within}{Duration(time)} left)"
        : "";

    /// <summary>"100 %", "4.2 %", "0.0048 %": a chance of 0 to 1 with two digits, never rounded up to certainty.</summary>
    public static string Chance(double chance)
    {
        if (chance is <= 0 or >= 1)
        {
            return chance <= 0 ? "0 %" : "100 %";
        }

        double percent = chance * 100;
        int decimals = Math.Clamp(1 - (int)Math.Floor(Math.Log10(percent)), 0, 12);
        double unit = Math.Pow(10, decimals);
        return (Math.Floor(percent * unit) / unit).ToString("0.############", CultureInfo.InvariantCulture) + " %";
    }

    /// <summary>Whether the phase counts bytes; the others count nodes of 32 bytes.</summary>
    public static bool CountsBytes(SealPhase phase) => phase is SealPhase.Install or SealPhase.HashPiece or SealPhase.Unseal;

    /// <summary>What is being done, for a sentence: "labelling layer 3 of 11".</summary>
    public static string Doing(SealProgress progress)
    {
        string step = progress.Steps > 1 ? Invariant($" {progress.Step} of {progress.Steps}") : "";
        return progress.Phase switch
        {
            SealPhase.BuildParents => "building the parent cache",
            SealPhase.VerifyParents => "checking the parent cache",
            SealPhase.LoadLayer => $"reading back layer{step}",
            SealPhase.Label => $"labelling layer{step}",
            SealPhase.WriteLayer => $"writing layer{step}",
            SealPhase.Trees => $"building trees{step}",
            SealPhase.TreeD => "building tree_d",
            SealPhase.Install => "installing",
            SealPhase.HashPiece => "computing the commitment",
            SealPhase.Unseal => "unsealing",
            SealPhase.CheckTrees => $"checking tree_r_last{step}",
            SealPhase.CheckReplica => progress.Steps > 1 ? $"reading the replica, part{step}" : "reading the replica",
            SealPhase.CheckData => "reading the unsealed copy",
            SealPhase.VanillaProofs => "proving nodes",
            SealPhase.GatherLabels => "gathering labels for synthetic proofs",
            SealPhase.SyntheticProofs => "writing synthetic proofs",
            SealPhase.CheckOpenings => "checking openings",
            SealPhase.TimeReads => "timing reads",
            _ => throw new ArgumentOutOfRangeException(nameof(progress), progress.Phase, "a phase without a name"),
        };
    }

    /// <summary>The sector a line is about; without one, the file that is read, or the parent cache, which all share.</summary>
    public static string Subject(PhaseProgressed happened) =>
        happened.Sector?.ToString() ?? (happened.Progress.Phase == SealPhase.HashPiece ? "file" : "parent cache");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
