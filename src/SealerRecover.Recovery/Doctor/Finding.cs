using Filecoin.Primitives;

namespace SealerRecover.Recovery.Doctor;

/// <summary>How something is that a recovery needs.</summary>
public enum CheckVerdict
{
    /// <summary>As it should be.</summary>
    Fine,

    /// <summary>A recovery works, but slower, or without something that others have.</summary>
    Note,

    /// <summary>A recovery would fail or go wrong.</summary>
    Wrong,
}

/// <summary>What one look found.</summary>
/// <param name="What">What was looked at, in a word or two.</param>
/// <param name="Verdict">How it is.</param>
/// <param name="Sentence">What it is, without the full stop.</param>
/// <param name="Hint">What to do; null for nothing.</param>
public sealed record Finding(string What, CheckVerdict Verdict, string Sentence, Hint? Hint)
{
    /// <summary>All is well.</summary>
    public static Finding Fine(string what, string sentence) => new(what, CheckVerdict.Fine, sentence, null);

    /// <summary>It could be better.</summary>
    public static Finding Note(string what, string sentence, Hint hint) => new(what, CheckVerdict.Note, sentence, hint);

    /// <summary>It has to be put right.</summary>
    public static Finding Wrong(string what, string sentence, Hint hint) => new(what, CheckVerdict.Wrong, sentence, hint);

    /// <summary>A failure that the operator can act on.</summary>
    public static Finding Of(string what, OperatorException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return new(what, CheckVerdict.Wrong, failure.Message, failure.Hint);
    }
}
