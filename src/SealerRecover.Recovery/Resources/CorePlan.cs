using System.Collections.Immutable;
using System.Globalization;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;

namespace SealerRecover.Recovery.Resources;

/// <summary>A thread that labels, and what it has.</summary>
/// <param name="Sectors">Sectors it labels side by side, at most.</param>
/// <param name="Kernels">The kernels that serve that many.</param>
/// <param name="Cores">Where it and its look-ahead threads run; null for one thread wherever the system puts it.</param>
public sealed record LabelSeat(int Sectors, ImmutableArray<LabelVariant> Kernels, LabelCores? Cores)
{
    /// <summary>Cores it keeps busy.</summary>
    public int CoresTaken => 1 + (Cores?.LookAhead.Length ?? 0);
}

/// <summary>How a run divides its cores.</summary>
public sealed record CorePlan
{
    /// <summary>Cores of the run. Threads of one core count once: labels are a chain, and two chains on one core slow each other down.</summary>
    public required int Cores { get; init; }

    /// <summary>Threads that may run at once; twice <see cref="Cores"/> where each core has two and the run has all of them.</summary>
    public required int Threads { get; init; }

    /// <summary>One for each labelling thread.</summary>
    public required ImmutableArray<LabelSeat> Seats { get; init; }

    /// <summary>One sector after the other: where hardly anything is to be done.</summary>
    public static CorePlan OneSeat(int threads) =>
        new() { Cores = threads, Threads = threads, Seats = [new LabelSeat(1, LabelLanes.For(1).Kernels, null)] };

    /// <summary>Sectors in PreCommit1 at once.</summary>
    public int AtOnce => Seats.Sum(seat => seat.Sectors);

    /// <summary>Threads that look ahead, of all seats.</summary>
    public int LookAheadThreads => Seats.Sum(seat => seat.Cores?.LookAhead.Length ?? 0);

    /// <summary>Cores left for trees while every seat is taken. With one or more, columns of a last layer are hashed behind its labels.</summary>
    public int FreeCores => Math.Max(0, Cores - Seats.Sum(seat => seat.CoresTaken));

    /// <summary>Whether threads are kept to CPUs.</summary>
    public bool IsPinned => Seats.Any(seat => seat.Cores?.Hasher is not null);

    /// <summary>The plan with every thread left to the system.</summary>
    public CorePlan Unpinned() => this with
    {
        Seats = [.. Seats.Select(seat => seat with
        {
            Cores = seat.Cores is { } cores ? new LabelCores(null, [.. cores.LookAhead.Select(_ => LabelCores.AnyCpu)]) : null,
        })],
    };

    /// <summary>What was chosen and what for, in one line.</summary>
    public override string ToString()
    {
        int most = Seats.Max(seat => seat.Sectors);
        string kernels = string.Join(" + ", Seats[0].Kernels.GroupBy(kernel => kernel.Kernel).Select(group =>
            group.Count() == 1 ? group.Key : Text($"{group.Count()} x {group.Key}")));
        string labels = most == 1
            ? Text($"{Count(AtOnce, "sector")} at once, {(AtOnce == 1 ? "on a core" : "each on a core of its own")} ({kernels})")
            : Text($"{Count(AtOnce, "sector")} at once, up to {most} side by side on {Count(Seats.Length, "core")} ({kernels})");
        string ahead = LookAheadThreads == 0 ? ""
            : Text($", {LookAheadThreads} looking ahead{(IsPinned ? " within the same L3 cache" : "")}");
        string left = FreeCores > 0
            ? Text($", {FreeCores} of {Cores} left for trees, which start behind the last layer")
            : Text($", none of {Cores} left: trees wait for labels");
        return labels + ahead + left;
    }

    private static string Count(int count, string what) => Text($"{count} {what}{(count == 1 ? "" : "s")}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
