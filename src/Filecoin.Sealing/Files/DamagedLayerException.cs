using Filecoin.Primitives;

namespace Filecoin.Sealing.Files;

/// <summary>
/// A layer is missing, or not what was recorded when it was written. It is not recorded any more: PreCommit1 labels it anew, and PreCommit2
/// goes on after that with the trees it has.
/// </summary>
public sealed class DamagedLayerException : OperatorException
{
    /// <summary>Makes a failure.</summary>
    /// <param name="message">One sentence, naming the layer's file.</param>
    /// <param name="hint">What to do next.</param>
    public DamagedLayerException(string message, Hint hint)
        : base(FailureKind.Storage, message, hint)
    {
    }
}
