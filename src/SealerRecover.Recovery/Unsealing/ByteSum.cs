using Filecoin.Sealing;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>Adds up bytes that are done, from any thread, and tells the sum, at most a few hundred times.</summary>
/// <param name="sink">Told.</param>
/// <param name="phase">The phase.</param>
/// <param name="total">All the bytes.</param>
internal sealed class ByteSum(IProgress<SealProgress> sink, SealPhase phase, long total) : IProgress<long>
{
    private readonly long _stride = Math.Max(1, total / 512);
    private long _done;

    /// <summary>So many bytes more are done.</summary>
    public void Report(long value)
    {
        long now = Interlocked.Add(ref _done, value);
        if (now / _stride != (now - value) / _stride || now == total)
        {
            sink.Report(new SealProgress(phase, 1, 1, now, total));
        }
    }
}
