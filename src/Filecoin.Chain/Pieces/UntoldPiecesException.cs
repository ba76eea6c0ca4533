using Filecoin.Primitives;

namespace Filecoin.Chain;

/// <summary>A sector holds data, and nothing tells which pieces; all else about it may be known.</summary>
/// <param name="kind">NodeUnreachable where somebody could not be asked who may know, else NotSupported or StatePruned.</param>
/// <param name="message">What was asked and what it said.</param>
/// <param name="hint">Who else may know.</param>
internal sealed class UntoldPiecesException(FailureKind kind, string message, string hint) : OperatorException(kind, message, hint);
