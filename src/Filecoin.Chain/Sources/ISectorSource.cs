using Filecoin.Primitives;

namespace Filecoin.Chain.Sources;

/// <summary>Something that may know how sectors were sealed. Safe for concurrent use.</summary>
public interface ISectorSource
{
    /// <summary>Half a sentence that names it, to begin a complaint with: "the state at its activation".</summary>
    string Name { get; }

    /// <summary>
    /// Whether to ask at all: what costs the chain node work is asked only for what is still missing; what the operator named, always, so
    /// that a contradiction is found before hours of sealing and not after.
    /// </summary>
    bool IsWorthAsking(SourceQuestion question);

    /// <summary>Tells which sectors it is going to be asked about, so that it can read them together where that is cheaper. Asks nobody yet.</summary>
    void Expect(IReadOnlyCollection<SectorId> sectors)
    {
    }

    /// <summary>What it says of the sector, or why nothing.</summary>
    /// <exception cref="OperatorException">It could not answer. SourcesDisagree and NotSupported end the search for the sector.</exception>
    /// <exception cref="SourceMisconfiguredException">It can answer for no sector as it was named; that ends the run.</exception>
    Task<SourceAnswer> AskAsync(SourceQuestion question, CancellationToken cancellation);
}

/// <summary>A sector of which it is asked how it was sealed, and what is known already.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="Size">Its size.</param>
public sealed record SourceQuestion(SectorId Sector, SectorSize Size)
{
    /// <summary>The seal proof, as far as it is known.</summary>
    public SealProofInfo? SealProof { get; init; }

    /// <summary>CommR of what was sealed (of a snapped sector: of its key), as far as it is known.</summary>
    public CommR? SealedCid { get; init; }

    /// <summary>CommR of the update, as far as it is known.</summary>
    public CommR? UpdateSealedCid { get; init; }

    /// <summary>Epoch in which it was first proven; null where it is not.</summary>
    public long? Activation { get; init; }

    /// <summary>Whether the chain says that it was snapped.</summary>
    public bool IsSnapped { get; init; }

    /// <summary>Whether its weights on chain say that it was sealed over data; those of a snapped sector are its update's and say nothing.</summary>
    public bool Weighs { get; init; }

    /// <summary>Whether neither ticket nor the epoch of the ticket is known.</summary>
    public bool LacksTicket { get; init; }

    /// <summary>Whether it is not known if it was sealed over data.</summary>
    public bool LacksContent { get; init; }

    /// <summary>CID of the pre-commit message, where a source named it.</summary>
    public Cid? PreCommitMessage { get; init; }

    /// <summary>Whether it was proven with a pre-commit before, whose place is not known.</summary>
    internal bool HadPreCommit => Activation is not null && SealProof is { Variant: not PorepVariant.NonInteractive };
}

/// <summary>What an <see cref="ISectorSource"/> answers: a statement or a reason.</summary>
public sealed record SourceAnswer
{
    private SourceAnswer()
    {
    }

    /// <summary>The statement; null if there is none.</summary>
    public SectorStatement? Statement { get; private init; }

    /// <summary>A sentence about it that the operator should see; null for none.</summary>
    public string? Note { get; private init; }

    /// <summary>A sentence about each field of its record that can be none and was left out of the statement.</summary>
    public IReadOnlyList<string> Unusable { get; private init; } = [];

    /// <summary>Why there is none, the end of a sentence that begins with the source's name; empty if there is.</summary>
    public string Why { get; private init; } = "";

    /// <summary>It says this.</summary>
    public static SourceAnswer Said(SectorStatement statement, string? note = null) => new() { Statement = statement, Note = note };

    /// <summary>The record says this, and the rest of it can be none.</summary>
    public static SourceAnswer Said(SectorStatement statement, Recorded recorded, string? note = null)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        return new SourceAnswer { Statement = statement, Note = note, Unusable = recorded.Unusable };
    }

    /// <summary>It knows nothing of the sector.</summary>
    public static SourceAnswer Nothing(string why) => new() { Why = why };
}
