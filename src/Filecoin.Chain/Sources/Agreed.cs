using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Messages;

namespace Filecoin.Chain.Sources;

/// <summary>A fact and everyone who says it.</summary>
/// <typeparam name="T">Of what kind.</typeparam>
/// <param name="Value">What all of them say.</param>
/// <param name="Statements">Theirs, in the order they were asked; never none.</param>
internal sealed record Agreed<T>(T Value, ImmutableArray<SectorStatement> Statements)
{
    /// <summary>Their names.</summary>
    internal ImmutableArray<string> Sources => [.. Statements.Select(statement => statement.Source)];
}

/// <summary>What sources say of a sector and do not contradict each other in. Null is what nobody said.</summary>
internal sealed record AgreedFacts
{
    internal Agreed<Primitives.SealProofInfo>? SealProof { get; init; }

    internal Agreed<long>? TicketEpoch { get; init; }

    internal Agreed<Primitives.Ticket>? Ticket { get; init; }

    internal Agreed<Primitives.CommR>? SealedCid { get; init; }

    internal Agreed<Primitives.CommR>? UpdateSealedCid { get; init; }

    internal Agreed<Primitives.CommD>? CommD { get; init; }

    internal Agreed<IReadOnlyList<ulong>>? DealIds { get; init; }

    internal Agreed<SectorData>? Data { get; init; }

    internal Agreed<Primitives.CommD>? UpdateCommD { get; init; }

    internal Agreed<SectorData>? UpdateData { get; init; }

    internal Agreed<long>? PreCommitEpoch { get; init; }

    /// <summary>The first that was named. Sources may differ here and all be right, where a message was replaced.</summary>
    internal Primitives.Cid? PreCommitMessage { get; init; }

    /// <summary>The messages that proved it, by those who name one, each once. Likewise.</summary>
    internal ImmutableArray<NamedMessage> CommitMessages { get; init; } = [];

    /// <summary>The messages that updated it, likewise.</summary>
    internal ImmutableArray<NamedMessage> UpdateMessages { get; init; } = [];

    /// <summary>A sentence for each word of a record that the newest state overruled.</summary>
    internal IReadOnlyList<string> Overruled { get; init; } = [];
}
