namespace Filecoin.Chain.Progress;

/// <summary>Whom a lookup tells what takes long, and the clock that says what that is.</summary>
/// <param name="listener">Who is told; null for nobody.</param>
/// <param name="time">The clock.</param>
internal sealed class Reporter(IProgress<LookupReport>? listener, TimeProvider time)
{
    /// <summary>Tells <paramref name="now"/> of work that begins with this call, until the result is disposed of.</summary>
    /// <param name="now">What there is to tell after so long; null for nothing.</param>
    internal LongWork Begin(Func<TimeSpan, LookupReport?> now) => new(listener, time, now);

    /// <summary>Tells how far a task is that begins with this call.</summary>
    internal CountedWork Begin(LookupTask task, int total) => new(this, task, total);

    /// <summary>Searches of one kind.</summary>
    internal Searches Searches(SearchKind kind, bool ofArchive = false) => new(this, kind, ofArchive);

    /// <summary>Tells something at once.</summary>
    internal void Tell(LookupReport report) => listener?.Report(report);
}
