using System.Runtime.ExceptionServices;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.PreCommit;
using SealerRecover.Recovery.Events;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>
/// Trees of one sector that are built behind its labels (<see cref="Roles.TreeMaking.Follow"/>), on a thread that sleeps until the last layer begins
/// and then goes to work if a core is free and no other sector is followed. Only ever an accelerator: whatever it has not recorded, the
/// stage of trees does.
/// </summary>
internal sealed class TreesBehind : IDisposable
{
    private readonly Thread _thread;
    private readonly SectorSink _events;
    private Exception? _failure;

    /// <param name="follow">Follows the watermark until everything is recorded or there is nothing to follow.</param>
    /// <param name="cores">The cores of the run.</param>
    /// <param name="events">Told why trees behind the labels stopped, if they did.</param>
    /// <param name="cancellation">Of the run.</param>
    public TreesBehind(Action<LayerWatermark> follow, CoreBudget cores, SectorSink events, CancellationToken cancellation)
    {
        _events = events;
        LastLayer = new LayerWatermark();
        _thread = new Thread(() => Work(follow, cores, cancellation)) { Name = "trees behind", IsBackground = true };
        _thread.Start();
    }

    /// <summary>For the labelling of the sector.</summary>
    public LayerWatermark LastLayer { get; }

    /// <summary>Labelling has ended, one way or another: returns when what follows it has, too.</summary>
    /// <exception cref="Exception">A bug in what followed; failures that an operator can act on are for the stage of trees to meet again.</exception>
    public void Finish()
    {
        Dispose();
        switch (_failure)
        {
            case null:
                break;
            case { } failure when failure is OperatorException || StorageFailure.Is(failure):
                _events.Notice($"trees behind the last layer stopped ({failure.Message}); what is left of them is built after it");
                break;
            default:
                ExceptionDispatchInfo.Throw(_failure);
                break;
        }
    }

    /// <summary>As <see cref="Finish"/>, whatever came of it.</summary>
    public void Dispose()
    {
        LastLayer.Dispose();
        _thread.Join();
    }

    private void Work(Action<LayerWatermark> follow, CoreBudget cores, CancellationToken cancellation)
    {
        try
        {
            if (LastLayer.WaitUntilBegun(cancellation) && cores.TryFollow() is { } place)
            {
                using (place)
                {
                    follow(LastLayer);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The stages of the sector notice by themselves.
        }
#pragma warning disable CA1031 // Thrown or told by Finish.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _failure = failure;
        }
    }
}
