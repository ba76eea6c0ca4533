using System.Collections.Immutable;
using Filecoin.Primitives;
using SealerRecover.Recovery.Bench;
using SealerRecover.Recovery.Metrics;

namespace SealerRecover.Recovery.Site;

/// <summary>
/// All that somebody who watches wants to know, at one moment: of one machine's run, or of a fleet. The page shows it, <see cref="SiteJson"/> writes
/// it. What nobody told is null or empty.
/// </summary>
public sealed record SiteState
{
    /// <summary>When it was so.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Where it is from, for people and without secrets: "fleet at 10.0.0.5, database fleet", or "vm:/temp".</summary>
    public required string Source { get; init; }

    /// <summary>Whether it is a fleet, whose sectors can be paused, tried again, taken off and preferred, and whose machines can be drained.</summary>
    public required bool IsFleet { get; init; }

    /// <summary>What was built that told it.</summary>
    public required string Version { get; init; }

    /// <summary>The run as a whole.</summary>
    public required SiteRun Run { get; init; }

    /// <summary>What goes first first.</summary>
    public ImmutableArray<SiteSector> Sectors { get; init; } = [];

    /// <summary>By name.</summary>
    public ImmutableArray<SiteMachine> Machines { get; init; } = [];

    /// <summary>Looks at storage paths that were asked for, in the order in which they were. Of a fleet.</summary>
    public ImmutableArray<SiteCheck> Checks { get; init; } = [];

    /// <summary>What needs a person, the most pressing first.</summary>
    public ImmutableArray<SiteConcern> Concerns { get; init; } = [];
}

/// <summary>A run, or all that a fleet has on its list.</summary>
public sealed record SiteRun
{
    /// <summary>The command at work; null for a fleet.</summary>
    public string? Command { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When it ended; null while it lasts, or if nobody could say so.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>What it ended with.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Of the whole work, 0 to 1.</summary>
    public double? Fraction { get; init; }

    /// <summary>When the last sector will be back.</summary>
    public DateTimeOffset? DoneAt { get; init; }

    /// <summary>attoFIL that the sectors which are not back lose a day, fees and missed reward.</summary>
    public string? LostPerDay { get; init; }

    /// <summary>attoFIL that the sectors which are back would have lost a day.</summary>
    public string? SavedPerDay { get; init; }

    /// <summary>attoFIL that the terminations would have cost from which sectors that are back were saved.</summary>
    public string? SavedTerminations { get; init; }

    /// <summary>The next moment by which a sector that is not back is due.</summary>
    public DateTimeOffset? NextDue { get; init; }
}

/// <summary>A sector.</summary>
public sealed record SiteSector
{
    /// <summary>Which.</summary>
    public required SectorId Sector { get; init; }

    /// <summary>Where it stands.</summary>
    public required SectorStage Stage { get; init; }

    /// <summary>What is done with it: recover, repair, survey, verify; null where the run does one thing.</summary>
    public string? Kind { get; init; }

    /// <summary>Whether nobody takes it for now. Of a fleet.</summary>
    public bool Paused { get; init; }

    /// <summary>Whether somebody took it off the list. Of a fleet.</summary>
    public bool Cancelled { get; init; }

    /// <summary>Higher goes first. Of a fleet.</summary>
    public int Priority { get; init; }

    /// <summary>Its window PoSt's deadline, 0 to 47.</summary>
    public int? Deadline { get; init; }

    /// <summary>The partition in it.</summary>
    public int? Partition { get; init; }

    /// <summary>By when its files have to stand.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>When the chain ends it.</summary>
    public DateTimeOffset? FaultEnd { get; init; }

    /// <summary>Whether it comes after it is due, by the pace so far.</summary>
    public bool Late { get; init; }

    /// <summary>Name of the machine that has it, or had it last.</summary>
    public string? Machine { get; init; }

    /// <summary>The phase, in JSON's word.</summary>
    public string? Phase { get; init; }

    /// <summary>1-based, of <see cref="Steps"/>: the layer or tree.</summary>
    public int? Step { get; init; }

    /// <summary>How many there are in this phase.</summary>
    public int? Steps { get; init; }

    /// <summary>0 to 1, of this step.</summary>
    public double? Fraction { get; init; }

    /// <summary>Nodes or bytes a second in this phase.</summary>
    public double? Rate { get; init; }

    /// <summary>What <see cref="Rate"/> counts: nodes or bytes.</summary>
    public string? Unit { get; init; }

    /// <summary>When it came to where it stands.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>When it moved on last; null where nobody noted that.</summary>
    public DateTimeOffset? Moved { get; init; }

    /// <summary>When it will be back, by the pace so far.</summary>
    public DateTimeOffset? BackAt { get; init; }

    /// <summary>How it ended, in the run's word: installed, already_there, failed, stopped.</summary>
    public string? Outcome { get; init; }

    /// <summary>The exit code of its failure.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Why it failed, and what to do: for people.</summary>
    public string? Message { get; init; }
}

/// <summary>A machine.</summary>
public sealed record SiteMachine : MachineReading
{
    /// <summary>Nothing is known of what it has.</summary>
    public SiteMachine()
    {
    }

    /// <summary>What it has is known.</summary>
    public SiteMachine(MachineReading reading)
        : base(reading)
    {
    }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it was heard lately and has not said good-bye.</summary>
    public required bool Alive { get; init; }

    /// <summary>Whether it takes nothing new.</summary>
    public bool Draining { get; init; }

    /// <summary>Whether it has said good-bye.</summary>
    public bool Ended { get; init; }

    /// <summary>When it came.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>How long ago it was last heard.</summary>
    public double? HeardSecondsAgo { get; init; }

    /// <summary>What it says about itself.</summary>
    public string? Note { get; init; }

    /// <summary>What was built that runs there.</summary>
    public string? Version { get; init; }

    /// <summary>Its cards, by name.</summary>
    public ImmutableArray<string> Gpus { get; init; } = [];

    /// <summary>Labels a second over all its sectors; null where it labels none.</summary>
    public double? LabelRate { get; init; }

    /// <summary>Labels a second that so many sectors at once should come to here.</summary>
    public double? LabelRateExpected { get; init; }

    /// <summary>The address at which its own page is; null for none.</summary>
    public string? Url { get; init; }
}

/// <summary>A look at the sectors of one storage path.</summary>
public sealed record SiteCheck
{
    /// <summary>How: survey or verify.</summary>
    public required string Kind { get; init; }

    /// <summary>The storage path.</summary>
    public required string Place { get; init; }

    /// <summary>The deadline whose sectors they are; null for any.</summary>
    public int? Deadline { get; init; }

    /// <summary>The partition in it.</summary>
    public int? Partition { get; init; }

    /// <summary>Whether a survey reads only upper rows of tree_r_last files.</summary>
    public bool Quick { get; init; }

    /// <summary>Whether a survey reads replicas, too.</summary>
    public bool Deep { get; init; }

    /// <summary>Random stretches of each replica that a deep survey reads; null for all of it.</summary>
    public int? Sample { get; init; }

    /// <summary>Where it stands: queued, checking, done, failed or stopped.</summary>
    public required SectorStage Stage { get; init; }

    /// <summary>Whether nobody takes it for now.</summary>
    public bool Paused { get; init; }

    /// <summary>Higher goes first.</summary>
    public int Priority { get; init; }

    /// <summary>Name of the machine that has it, or had it last.</summary>
    public string? Machine { get; init; }

    /// <summary>When it came to where it stands.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Sectors that were looked at by now.</summary>
    public int Done { get; init; }

    /// <summary>All of them.</summary>
    public int Total { get; init; }

    /// <summary>Sectors that nothing speaks against.</summary>
    public int Good { get; init; }

    /// <summary>The least chance, 0 to 1, that damage of one block of 4 KiB of a good sector's replica would have been met; null where none is good.</summary>
    public double? BlockChance { get; init; }

    /// <summary>Sectors of which the path holds nothing.</summary>
    public int Absent { get; init; }

    /// <summary>The others.</summary>
    public ImmutableArray<SiteDamage> Damaged { get; init; } = [];

    /// <summary>The exit code that it failed with.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Message { get; init; }
}

/// <summary>A sector whose files are not as they should be.</summary>
/// <param name="Sector">Which.</param>
/// <param name="Text">What is wrong, in English.</param>
public sealed record SiteDamage(SectorId Sector, string Text);

/// <summary>How much a concern presses.</summary>
public enum ConcernLevel
{
    /// <summary>Money or data is lost until somebody does something.</summary>
    Urgent,

    /// <summary>Somebody should look.</summary>
    Warning,
}

/// <summary>Something that needs a person.</summary>
/// <param name="Level">How much.</param>
/// <param name="Kind">failed, late, machine_gone, nothing_moves, no_machine, cannot_hold, debt, damaged, check_failed, run_gone: which text the page shows.</param>
/// <param name="Sectors">Which it is about; empty for none.</param>
/// <param name="Machine">Which it is about.</param>
/// <param name="Text">In English, for people. Who words it anew needs the kind and the values below.</param>
/// <param name="Commands">What mends it, as typed.</param>
public sealed record SiteConcern(
    ConcernLevel Level, string Kind, ImmutableArray<SectorId> Sectors, string? Machine, string Text, ImmutableArray<string> Commands)
{
    /// <summary>Of failed and check_failed: with what; null where nobody noted that.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Of machine_gone and nothing_moves: for how long, in whole minutes.</summary>
    public int? Minutes { get; init; }

    /// <summary>Of damaged and check_failed: the storage path.</summary>
    public string? Place { get; init; }

    /// <summary>Of cannot_hold and check_failed: what the machine itself says, in English.</summary>
    public string? Detail { get; init; }
}

/// <summary>One sector, in full.</summary>
public sealed record SiteSectorDetail
{
    /// <summary>As in the list.</summary>
    public required SiteSector Sector { get; init; }

    /// <summary>What is known of it, by name, with who told it.</summary>
    public ImmutableArray<SiteFact> Facts { get; init; } = [];

    /// <summary>Layers, trees and files as they grow, in the order in which they are made.</summary>
    public ImmutableArray<SiteStep> Steps { get; init; } = [];

    /// <summary>What happened to it, the newest first.</summary>
    public ImmutableArray<SiteEvent> Events { get; init; } = [];

    /// <summary>Why it failed and what settles it, for people; null for nothing.</summary>
    public string? Diagnosis { get; init; }

    /// <summary>The command that mends it, or shows more, as typed.</summary>
    public ImmutableArray<string> Commands { get; init; } = [];
}

/// <summary>A fact of a sector.</summary>
/// <param name="Name">sealed_cid, seal_proof, ticket, ticket_epoch, activation, comm_d, piece, update_sealed_cid …</param>
/// <param name="Value">As text.</param>
/// <param name="Source">Who told it; null where nobody noted that.</param>
public sealed record SiteFact(string Name, string Value, string? Source);

/// <summary>A step of a sector.</summary>
/// <param name="Name">layer_1 … layer_11, tree_d, trees_1 … trees_8, update_trees_1 …, install: see <see cref="SiteSteps"/>.</param>
/// <param name="Fraction">0 to 1; 1 is done.</param>
/// <param name="Seconds">What it took; null where nobody measured.</param>
public sealed record SiteStep(string Name, double Fraction, double? Seconds);

/// <summary>Something that happened to a sector.</summary>
/// <param name="At">When.</param>
/// <param name="Machine">Where; null for here.</param>
/// <param name="Text">What, in English.</param>
public sealed record SiteEvent(DateTimeOffset At, string? Machine, string Text);
