using System.Text.Json.Serialization;
using Filecoin.Primitives;

namespace Filecoin.Chain.Progress;

/// <summary>What a lookup tells of itself while it is under way. Told from any thread; whoever is told returns quickly and does not throw.</summary>
public abstract record LookupReport;

/// <summary>What is asked of a node one thing after the other.</summary>
public enum LookupTask
{
    /// <summary>The first questions: network, head and miner. Counts answers.</summary>
    Connect,

    /// <summary>Which sectors a miner has. Counts deadlines.</summary>
    [JsonStringEnumMemberName("list_sectors")]
    List,

    /// <summary>When sectors end, for their order. Counts sectors.</summary>
    [JsonStringEnumMemberName("order_sectors")]
    Order,

    /// <summary>What sectors are. Counts sectors.</summary>
    LookUp,
}

/// <summary>How far a task is that has taken more than two seconds; a few times a second until it ends.</summary>
/// <param name="Task">What is done.</param>
/// <param name="Done">So much is, failures included.</param>
/// <param name="Total">Of so much; never reached, as a finished task tells no more.</param>
/// <param name="Failed">So much of what is done failed.</param>
/// <param name="Elapsed">Since its beginning.</param>
public sealed record LookupCount(LookupTask Task, int Done, int Total, int Failed, TimeSpan Elapsed) : LookupReport;

/// <summary>What makes a node go through days of the chain for one sector.</summary>
public enum SearchKind
{
    /// <summary>Messages to the miner, backwards, for the pre-commit; in blocks of six hours.</summary>
    [JsonStringEnumMemberName("search_messages")]
    PreCommitMessages,

    /// <summary>The miner actor's events, backwards, for the same; in ranges of a day or less.</summary>
    [JsonStringEnumMemberName("search_events")]
    PreCommitEvents,

    /// <summary>States, halving what is between them, for the update; one by one.</summary>
    [JsonStringEnumMemberName("search_states")]
    UpdateStates,
}

/// <summary>
/// How far a search is that has taken more than two seconds; a few times a second until it ends. Of several of a kind that go on side by side
/// only the oldest is told of.
/// </summary>
/// <param name="Kind">What is searched.</param>
/// <param name="Sector">For whom.</param>
/// <param name="Others">For how many others the same is done meanwhile.</param>
/// <param name="OfArchive">Whether the archive node is asked.</param>
/// <param name="Epoch">Where it is.</param>
/// <param name="Done">Steps done.</param>
/// <param name="Most">Steps it can take at most.</param>
/// <param name="Elapsed">Since its beginning.</param>
public sealed record LookupSearch(
    SearchKind Kind, SectorId Sector, int Others, bool OfArchive, long Epoch, int Done, int Most, TimeSpan Elapsed) : LookupReport
{
    /// <summary>Whether this was the last of it; told once of what was told at all.</summary>
    public bool IsOver { get; init; }
}
