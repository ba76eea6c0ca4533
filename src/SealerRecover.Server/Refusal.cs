using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;

namespace SealerRecover.Server;

/// <summary>What the server refuses by its own rules, always in the same words. The page words it by its code, in the reader's language.</summary>
/// <param name="Code">Its name, which stays.</param>
/// <param name="Status">The status of the answer.</param>
/// <param name="Text">What is refused.</param>
/// <param name="Hint">What to do; empty for nothing.</param>
internal sealed record Refusal(string Code, int Status, string Text, string Hint = "")
{
    /// <summary>The highest priority that is taken.</summary>
    public const int HighestPriority = 1000;

    private const string StartWithToken = "start the server with a token";

    public static Refusal UnknownName { get; } = new(
        "unknown_name", StatusCodes.Status421MisdirectedRequest, "the server is not known by this name", "use its address, or have it told this name when it is started");

    public static Refusal NobodyActs { get; } = new("nobody_acts", StatusCodes.Status403Forbidden, "nobody may act here", StartWithToken);

    public static Refusal NobodyElseReads { get; } = new("nobody_else_reads", StatusCodes.Status403Forbidden, "only this machine itself may read here", StartWithToken);

    public static Refusal NobodyFetches { get; } = new("nobody_fetches", StatusCodes.Status403Forbidden, "nobody may fetch results here", StartWithToken);

    public static Refusal NoResult { get; } = new("no_result", StatusCodes.Status404NotFound, "there is no such result here");

    public static Refusal TokenNeeded { get; } = new(
        "token_needed", StatusCodes.Status401Unauthorized, "this needs the server's token", "name the token that the server was started with");

    public static Refusal OnlyWatched { get; } = new("only_watched", StatusCodes.Status403Forbidden, "this can only be watched");

    public static Refusal NoFile { get; } = new("no_file", StatusCodes.Status404NotFound, "there is no such file");

    public static Refusal NoSector { get; } = new("no_sector", StatusCodes.Status404NotFound, "there is no such sector");

    public static Refusal NoAction { get; } = new("no_action", StatusCodes.Status404NotFound, "there is no such action");

    public static Refusal Unreadable { get; } = new(
        "unreadable", StatusCodes.Status400BadRequest, "what the action is about cannot be read", "send JSON as the documentation says");

    public static Refusal NoSectorsNamed { get; } = new(
        "no_sectors_named", StatusCodes.Status400BadRequest, "no sectors were named", "name those that are to be taken off the list");

    public static Refusal NoPriority { get; } = new(
        "no_priority", StatusCodes.Status400BadRequest, "sectors or their priority are missing", $"name sectors and a priority from 0 to {HighestPriority}");

    public static Refusal Unforeseen { get; } = new(
        "unforeseen", StatusCodes.Status500InternalServerError, "something failed in a way nobody foresaw", "the log of the server says more");

    /// <summary>All of them.</summary>
    public static ImmutableArray<Refusal> All { get; } =
    [
        UnknownName, NobodyActs, NobodyElseReads, NobodyFetches, TokenNeeded, OnlyWatched, NoFile, NoResult, NoSector, NoAction, Unreadable, NoSectorsNamed, NoPriority, Unforeseen,
    ];
}
