using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Commands;

/// <summary>Shows how far work on a sector is, once it has taken two seconds: what is shorter needs no progress. From any thread.</summary>
/// <param name="context">The command's surroundings.</param>
/// <param name="sector">The sector.</param>
internal sealed class PhaseProgress(CommandContext context, SectorId sector) : IProgress<SealProgress>
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly long _started = context.Host.Time.GetTimestamp();

    /// <summary>So far it is.</summary>
    public void Report(SealProgress value)
    {
        // Views are told one thing at a time.
        lock (_lock)
        {
            if (context.Host.Time.GetElapsedTime(_started) >= Grace)
            {
                context.View.On(new PhaseProgressed(context.Host.Time.GetUtcNow(), sector, value));
            }
        }
    }
}
