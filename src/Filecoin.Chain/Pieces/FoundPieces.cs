using Filecoin.Chain.Facts;
using Filecoin.Primitives;

namespace Filecoin.Chain.Pieces;

/// <summary>What asking all lists came to.</summary>
/// <param name="Data">The pieces, or as much as is known without them.</param>
/// <param name="Failure">
/// What was asked and what it said: StatePruned or NodeUnreachable if that kept a list from answering, else NotSupported. Null where nothing is missing.
/// </param>
internal readonly record struct FoundPieces(SectorData? Data, OperatorException? Failure);
