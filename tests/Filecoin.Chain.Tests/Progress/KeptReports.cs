using System.Collections.Concurrent;
using Filecoin.Chain.Progress;

namespace SealerRecover.Tests.Chain;

/// <summary>Keeps what a lookup tells.</summary>
internal sealed class KeptReports : IProgress<LookupReport>
{
    internal ConcurrentQueue<LookupReport> All { get; } = [];

    internal IReadOnlyList<LookupSearch> Searches => [.. All.OfType<LookupSearch>()];

    public void Report(LookupReport value) => All.Enqueue(value);
}
