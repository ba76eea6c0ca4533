using Filecoin.Chain.Progress;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Rendering;

/// <summary>How far a search is that sends a node through days of the chain.</summary>
/// <param name="At">When.</param>
/// <param name="Search">As reported.</param>
internal sealed record SearchProgressed(DateTimeOffset At, LookupSearch Search) : RecoveryEvent(At)
{
    /// <summary>Steps a second over the whole time; null before the first.</summary>
    public double? Rate => Quantities.PaceOf(Search.Done, Search.Most, Search.Elapsed).Rate;

    /// <summary>Until the end by that rate, if it has to go as far as it can; null while unknown.</summary>
    public TimeSpan? Left => Quantities.PaceOf(Search.Done, Search.Most, Search.Elapsed).Left;

    /// <summary>Its name in JSON, among the phases.</summary>
    public string Phase => Words.Of(Search.Kind);

    /// <summary>What is counted in JSON.</summary>
    public Unit Unit => Search.Kind == SearchKind.UpdateStates ? Unit.States : Unit.Blocks;

    /// <summary>"searching messages to f01000 for the pre-commit of sector 7: epoch 4,100,320, 12 of up to 120 blocks of six hours (…)".</summary>
    public string InWords
    {
        get
        {
            string what = Search.Kind switch
            {
                SearchKind.PreCommitMessages => $"searching messages to {Search.Sector.Miner} for the pre-commit",
                SearchKind.PreCommitEvents => $"searching events of {Search.Sector.Miner} for the pre-commit",
                _ => $"searching states of {Search.Sector.Miner} for the update",
            };
            string whose = FormattableString.Invariant($"{(Search.Others > 0 ? "s" : "")} of sector {Search.Sector.Number}");
            string others = Search.Others switch
            {
                0 => "",
                1 => " and another",
                int more => FormattableString.Invariant($" and {more} others"),
            };
            string steps = Search.Kind switch
            {
                SearchKind.PreCommitMessages => "blocks of six hours",
                SearchKind.PreCommitEvents => "blocks of a day",
                _ => "states",
            };
            return what + whose + others + (Search.OfArchive ? " on the archive node" : "")
                + FormattableString.Invariant($": epoch {Search.Epoch:N0}, {Search.Done} of up to {Search.Most} {steps}")
                + Quantities.Pace(Rate, Unit, Left, "at most ");
        }
    }
}
