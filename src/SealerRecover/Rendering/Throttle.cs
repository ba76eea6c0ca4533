using SealerRecover.Recovery.Events;

namespace SealerRecover.Rendering;

/// <summary>
/// Decides which of many events about the same subject are shown: the first, then each that changes something, and the others now and again. Not
/// safe for several threads: observers are called one at a time.
/// </summary>
internal sealed class Throttle
{
    private static readonly TimeSpan SentenceInterval = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, (DateTimeOffset At, object Stage)> _shown = [];

    /// <summary>Whether something is due; if so, it counts as shown.</summary>
    /// <param name="subject">What it is about.</param>
    /// <param name="at">When.</param>
    /// <param name="stage">What a reader would call another stage.</param>
    /// <param name="otherwise">So long after the last one, where the stage is the same.</param>
    /// <param name="changed">So long after the last one, where it is another.</param>
    public bool IsDue(string subject, DateTimeOffset at, object stage, TimeSpan otherwise, TimeSpan changed = default)
    {
        if (_shown.TryGetValue(subject, out (DateTimeOffset At, object Stage) last))
        {
            TimeSpan wait = last.Stage.Equals(stage) ? otherwise : changed;
            if (wait > TimeSpan.Zero && at - last.At < wait)
            {
                return false;
            }
        }

        _shown[subject] = (at, stage);
        return true;
    }

    /// <summary>Whether a sentence is due of what leads nobody knows where.</summary>
    public bool IsDue(BytesRead read) => IsDue("bytes read", read.At, "", SentenceInterval);

    /// <summary>Lets the first about a subject count as shown: it is told by what stands before it. Whether it was the first.</summary>
    public bool PassesFirst(string subject, DateTimeOffset at, object stage) => _shown.TryAdd(subject, (at, stage));
}
