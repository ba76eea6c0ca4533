using Filecoin.Chain;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>Shows how far looking sectors up is, once it has taken two seconds. From any thread.</summary>
/// <param name="context">The command's surroundings.</param>
/// <param name="total">How many sectors.</param>
internal sealed class LookUpProgress(CommandContext context, int total)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly long _started = context.Host.Time.GetTimestamp();
    private int _done;
    private int _failed;

    /// <summary>A sector is done.</summary>
    public void Ended(SectorLookupResult result)
    {
        // Views are told one thing at a time.
        lock (_lock)
        {
            _done++;
            _failed += result.Failure is null ? 0 : 1;
            TimeSpan elapsed = context.Host.Time.GetElapsedTime(_started);
            if (elapsed >= Grace && _done < total)
            {
                double rate = _done / elapsed.TotalSeconds;
                context.View.On(new LookUpProgressed(
                    context.Host.Time.GetUtcNow(), _done, total, _failed, rate, TimeSpan.FromSeconds((total - _done) / rate)));
            }
        }
    }
}
