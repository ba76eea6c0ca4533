using System.Collections.Immutable;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>Why a place did not give a piece.</summary>
public enum RefusalKind
{
    /// <summary>It has no such piece.</summary>
    NotThere,

    /// <summary>It has bytes under that name whose commitment is another.</summary>
    WrongBytes,

    /// <summary>It gave more bytes than the piece can hold.</summary>
    TooLong,

    /// <summary>It gave fewer bytes than it announced.</summary>
    Truncated,

    /// <summary>It gave a web page.</summary>
    WebPage,

    /// <summary>It gave compressed bytes although it was asked not to.</summary>
    Compressed,

    /// <summary>It failed or was too busy, repeatedly.</summary>
    ServerError,

    /// <summary>It stopped sending, or never began.</summary>
    Stalled,

    /// <summary>It cannot be reached.</summary>
    Unreachable,

    /// <summary>It does not allow the access.</summary>
    NotPermitted,

    /// <summary>It sends elsewhere in a way that is not followed.</summary>
    Redirected,

    /// <summary>It answers in a way that is not HTTP or contradicts itself.</summary>
    Garbled,

    /// <summary>A local file or folder cannot be read.</summary>
    Unreadable,
}

/// <summary>Why one place did not give a piece.</summary>
/// <param name="Source">The place.</param>
/// <param name="Kind">What follows for the operator.</param>
/// <param name="What">A clause that names the file or address, e.g. "http://…: HTTP 503, five times".</param>
internal sealed record PieceRefusal(PieceSource Source, RefusalKind Kind, string What);

/// <summary>A piece is in none of the places. The sector cannot be made without it; others can.</summary>
internal sealed class MissingPieceException : OperatorException
{
    /// <summary>Makes the failure.</summary>
    /// <param name="wanted">The piece.</param>
    /// <param name="refusals">What each place answered, in the order they were asked; several of one place are possible.</param>
    public MissingPieceException(PieceWanted wanted, ImmutableArray<PieceRefusal> refusals)
        : base(FailureKind.PieceMissing, Describe(wanted, refusals), HintFor(refusals))
    {
        Wanted = wanted;
        Refusals = refusals;
    }

    /// <summary>The piece.</summary>
    public PieceWanted Wanted { get; }

    /// <summary>What each place answered.</summary>
    public ImmutableArray<PieceRefusal> Refusals { get; }

    private static string Describe(PieceWanted wanted, ImmutableArray<PieceRefusal> refusals) => refusals.IsEmpty
        ? $"{wanted} is needed and no piece source was given"
        : $"{wanted} was not found: {string.Join("; ", refusals.Select(refusal => refusal.What))}";

    private static Hint HintFor(ImmutableArray<PieceRefusal> refusals) =>
        refusals.IsEmpty || refusals.All(refusal => refusal.Kind == RefusalKind.NotThere)
            ? (Hint)$"Name a folder, an unsealed sector file or an http(s) server that has it with {Setting.PieceSource}, which can be given several times."
            : $"See what each source answered, or add another {Setting.PieceSource}; what was downloaded is kept and the same command goes on.";
}
