namespace Filecoin.Primitives;

/// <summary>What an operator has to decide about; each kind has its own exit code in the executable's documented table.</summary>
public enum FailureKind
{
    /// <summary>Arguments, environment or a metadata file are not usable.</summary>
    BadInput,

    /// <summary>No chain node answered usefully.</summary>
    NodeUnreachable,

    /// <summary>The chain does not know what was asked for.</summary>
    NotOnChain,

    /// <summary>A sector this version recognises but cannot recover.</summary>
    NotSupported,

    /// <summary>The node has pruned the state that holds the answer.</summary>
    StatePruned,

    /// <summary>Two sources of the same fact disagree.</summary>
    SourcesDisagree,

    /// <summary>The computed CommR is not the SealedCID.</summary>
    CommitmentMismatch,

    /// <summary>Not enough memory, disk or file handles.</summary>
    NotEnoughResources,

    /// <summary>Reading or writing a file failed, or a file's content is not what was written.</summary>
    Storage,

    /// <summary>A file stands where the result should go and has other content.</summary>
    TargetExists,

    /// <summary>Another process has the same sector, folder or address.</summary>
    Busy,

    /// <summary>The bytes of a piece are in none of the places to look.</summary>
    PieceMissing,

    /// <summary>Memory or processor gave wrong results again and again.</summary>
    Hardware,

    /// <summary>Something on the machine or around it would stop a recovery.</summary>
    NotReady,

    /// <summary>Files are as they should be, but reading them takes longer than was allowed.</summary>
    Slow,
}

/// <summary>
/// A failure an operator can act on. <see cref="Exception.Message"/> is one sentence saying what happened to which sector, file or
/// endpoint; <see cref="Hint"/> says what to do next. Anything that is not an OperatorException is a bug.
/// </summary>
public class OperatorException : Exception
{
    /// <summary>Makes a failure.</summary>
    /// <param name="kind">Decides the exit code.</param>
    /// <param name="message">One sentence, lower case start allowed, naming sector, file or endpoint.</param>
    /// <param name="hint">What to do next.</param>
    /// <param name="inner">The cause, shown with --verbose only.</param>
    public OperatorException(FailureKind kind, string message, Hint hint, Exception? inner = null)
        : base(message, inner)
    {
        Kind = kind;
        Hint = hint;
    }

    /// <summary>Which decision is the operator's.</summary>
    public FailureKind Kind { get; }

    /// <summary>What to do next.</summary>
    public Hint Hint { get; }
}
