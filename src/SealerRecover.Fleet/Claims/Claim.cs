using System.Numerics;
using Filecoin.Primitives;
using SealerRecover.Fleet.Jobs;

namespace SealerRecover.Fleet.Claims;

/// <summary>Where a sector of a fleet is.</summary>
public enum ClaimState
{
    /// <summary>It waits for a worker.</summary>
    Queued,

    /// <summary>A worker has it.</summary>
    Claimed,

    /// <summary>It stands where it belongs.</summary>
    Done,

    /// <summary>It ended with a failure, and is not begun again unless somebody asks for it.</summary>
    Failed,

    /// <summary>Somebody took it off the list.</summary>
    Cancelled,
}

/// <summary>A sector that a worker may take.</summary>
/// <param name="Id">Its row.</param>
/// <param name="Generation">The token under which it can be taken: whoever takes it raises it by one.</param>
/// <param name="Sector">The sector.</param>
/// <param name="Job">What is to be done, as it is kept.</param>
public sealed record Candidate(long Id, long Generation, SectorId Sector, string Job);

/// <summary>What a worker can do.</summary>
/// <param name="Kinds">Which kinds of jobs.</param>
/// <param name="Places">Folders, by name, that it can bring results to.</param>
/// <param name="Serves">Whether others can fetch from it what it makes for folders that it does not have.</param>
public sealed record WorkerReach(IReadOnlyList<JobKind> Kinds, IReadOnlyList<string> Places, bool Serves = false);

/// <summary>A sector that a worker has.</summary>
/// <param name="Id">Its row.</param>
/// <param name="Generation">The token: while the row has it, the sector is this worker's.</param>
/// <param name="Sector">The sector.</param>
public sealed record Claim(long Id, long Generation, SectorId Sector)
{
    /// <summary>The folder of another worker's that it goes to; null where it goes to one of this worker's.</summary>
    public string? GoesTo { get; init; }
}

/// <summary>How far a sector is, as the worker that has it tells.</summary>
/// <param name="Placed">Whether its first layer is on record on that machine.</param>
/// <param name="Phase">The phase's name; null before the first.</param>
/// <param name="Step">1-based, of <paramref name="Steps"/>: the layer or tree.</param>
/// <param name="Steps">How many there are in this phase.</param>
/// <param name="Fraction">0 to 1, of this step.</param>
/// <param name="Rate">Units a second in this phase; null while unknown.</param>
/// <param name="Unit">What is counted: nodes or bytes.</param>
public readonly record struct ClaimProgress(bool Placed, string? Phase, int Step, int Steps, double Fraction, double? Rate = null, string? Unit = null);

/// <summary>Something that happened to a sector, to be kept.</summary>
/// <param name="Text">What, in English.</param>
/// <param name="Step">The step that it was, as layer_3; null for none.</param>
/// <param name="Seconds">What that took.</param>
/// <param name="Happened">When, as this process counts its own time: by whose clock it is told is the database's business.</param>
public sealed record ClaimEvent(string Text, string? Step, double? Seconds, long Happened)
{
    /// <summary>Happens now.</summary>
    public ClaimEvent(string text, string? step = null, double? seconds = null)
        : this(text, step, seconds, TimeProvider.System.GetTimestamp())
    {
    }

    /// <summary>Seconds since then.</summary>
    internal double Ago => TimeProvider.System.GetElapsedTime(Happened).TotalSeconds;
}

/// <summary>A sector to be put on the list, and what is known of what hangs on it. Times are told by the chain, money in attoFIL.</summary>
/// <param name="Job">The job.</param>
/// <param name="Due">By when it has to stand; null where nobody knows, as for all that follows.</param>
public sealed record Submission(SectorJob Job, DateTimeOffset? Due = null)
{
    /// <summary>Its window PoSt's deadline. What is due for one is due again a day later.</summary>
    public int? Deadline { get; init; }

    /// <summary>The partition in it.</summary>
    public int? Partition { get; init; }

    /// <summary>When its fault terminates it.</summary>
    public DateTimeOffset? FaultEnd { get; init; }

    /// <summary>What a day costs on which it is not back: fees and the reward that it misses.</summary>
    public BigInteger? PerDay { get; init; }

    /// <summary>What its termination would cost.</summary>
    public BigInteger? Termination { get; init; }

    /// <summary>What the miner has to be sent first, for people, and in further lines the commands that do it; null for nothing.</summary>
    public string? Debt { get; init; }
}

/// <summary>How a sector ended with a worker.</summary>
/// <param name="State"><see cref="ClaimState.Done"/> or <see cref="ClaimState.Failed"/>; <see cref="ClaimState.Queued"/> where it is given back.</param>
/// <param name="Outcome">A word: installed, already_there, failed, stopped.</param>
/// <param name="ExitCode">The exit code of its failure; 0 for none.</param>
/// <param name="Message">Why it failed; null for nothing.</param>
/// <param name="Wait">How long nobody shall take it, where it is given back.</param>
public sealed record ClaimEnd(ClaimState State, string Outcome, int ExitCode, string? Message, TimeSpan Wait = default)
{
    /// <summary>Where, given back, it can be fetched, as it is made and only not where it belongs; null for not so.</summary>
    public string? MadeAt { get; init; }

    /// <summary>Whether, given back, it has to be made again, because what was made of it is gone.</summary>
    public bool IsGone { get; init; }
}

/// <summary>A sector of a fleet as everybody may see it; times by the database's clock.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="State">Where it is.</param>
/// <param name="Paused">Whether nobody takes it for now.</param>
/// <param name="Priority">Higher goes first.</param>
/// <param name="Due">By when it has to stand; null where nobody knows.</param>
/// <param name="Generation">How often it was taken.</param>
/// <param name="Worker">Who has it, or had it last; null for nobody.</param>
/// <param name="Since">When it came into this state.</param>
/// <param name="Heard">When its worker was last heard of it.</param>
/// <param name="Progress">How far it is.</param>
/// <param name="Outcome">How it ended; null where it has not.</param>
/// <param name="ExitCode">The exit code of its failure.</param>
/// <param name="Message">Why it failed.</param>
/// <param name="Kind">What is done: recover, repair.</param>
/// <param name="Submitted">When it was put on the list.</param>
/// <param name="Size">Bytes of the sector.</param>
/// <param name="Stakes">What hangs on it, as it was known when it was put on the list.</param>
/// <param name="Moved">When it moved on last.</param>
public sealed record ClaimView(
    SectorId Sector,
    ClaimState State,
    bool Paused,
    int Priority,
    DateTimeOffset? Due,
    long Generation,
    string? Worker,
    DateTimeOffset Since,
    DateTimeOffset Heard,
    ClaimProgress Progress,
    string? Outcome,
    int? ExitCode,
    string? Message,
    string Kind,
    DateTimeOffset Submitted,
    long? Size,
    ClaimStakes Stakes,
    DateTimeOffset? Moved)
{
    /// <summary>Who made it and has it until it is where it belongs; null for nobody.</summary>
    public string? MadeBy { get; init; }

    /// <summary>Whether it is made, and waits to be fetched.</summary>
    public bool IsMade => State == ClaimState.Queued && MadeBy is not null;
}

/// <summary>What hangs on a sector: see <see cref="Submission"/>.</summary>
public readonly record struct ClaimStakes(int? Deadline, int? Partition, DateTimeOffset? FaultEnd, BigInteger? PerDay, BigInteger? Termination, string? Debt);

/// <summary>A machine of a fleet; times by the database's clock.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Since">When it came.</param>
/// <param name="HeardSecondsAgo">How long ago it was last heard.</param>
/// <param name="Draining">Whether it takes nothing new.</param>
/// <param name="Ended">Whether it has said good-bye.</param>
/// <param name="Note">What it says about itself; null for nothing.</param>
/// <param name="About">What it is and has; null where it did not tell.</param>
public sealed record WorkerView(string Name, DateTimeOffset Since, double HeardSecondsAgo, bool Draining, bool Ended, string? Note, MachineAbout? About);

/// <summary>All of a fleet at one moment.</summary>
/// <param name="At">When, by the database's clock.</param>
/// <param name="Sectors">The list, what a worker has first, then in the order in which they are taken.</param>
/// <param name="Workers">All workers that ever came, by name.</param>
public sealed record FleetView(DateTimeOffset At, IReadOnlyList<ClaimView> Sectors, IReadOnlyList<WorkerView> Workers)
{
    /// <summary>The checks, in the order in which they were submitted.</summary>
    public IReadOnlyList<CheckView> Checks { get; init; } = [];
}

/// <summary>Something that happened to a sector, as it is kept.</summary>
/// <param name="At">When, by the database's clock.</param>
/// <param name="Worker">Where; null for nowhere.</param>
/// <param name="Text">What, in English.</param>
/// <param name="Step">The step that it was, as layer_3; null for none.</param>
/// <param name="Seconds">What that took.</param>
public sealed record ClaimHistory(DateTimeOffset At, string? Worker, string Text, string? Step, double? Seconds);
