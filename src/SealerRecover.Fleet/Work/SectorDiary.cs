using System.Globalization;
using Filecoin.Sealing.Steps;
using SealerRecover.Fleet.Claims;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Site;

namespace SealerRecover.Fleet.Work;

/// <summary>
/// What happened to one sector that a worker has, in sentences, until the list was told: steps that were done and how long they took, and what else
/// is said of it. Bounded, as a database may be away for hours. Not safe for several threads.
/// </summary>
internal sealed class SectorDiary
{
    /// <summary>Kept at most; older ones go.</summary>
    private const int Most = 50;

    private readonly List<ClaimEvent> _untold = [];
    private readonly Dictionary<(SealPhase Phase, int Step, StepsOf Of), DateTimeOffset> _began = [];
    private readonly HashSet<(SealPhase Phase, int Step, StepsOf Of)> _done = [];
    private bool _hasUpdateBegun;

    /// <summary>What the list was not told yet.</summary>
    public IReadOnlyList<ClaimEvent> Untold => [.. _untold];

    /// <summary>The list was told these.</summary>
    public void Told(IReadOnlyList<ClaimEvent> events) => _untold.RemoveAll(events.Contains);

    /// <summary>Takes what happened to it.</summary>
    public void Take(RecoveryEvent happened)
    {
        switch (happened)
        {
            case SectorStarted { Resumed: true }:
                Note(new ClaimEvent("goes on from what is there of it"));
                break;
            case SectorStarted:
                Note(new ClaimEvent("begun"));
                break;
            case Notice notice:
                Note(new ClaimEvent(notice.Text));
                break;
            case PhaseProgressed { Progress: var progress }:
                Take(happened.At, progress);
                break;
            default:
                break;
        }
    }

    private void Take(DateTimeOffset at, SealProgress progress)
    {
        if (progress.Phase is SealPhase.Trees or SealPhase.TreeD && SiteSteps.IsOfUpdate(progress.Of) && !_hasUpdateBegun)
        {
            // By this whoever watches knows whose trees are being built.
            _hasUpdateBegun = true;
            Note(new ClaimEvent("data goes into the update", SiteSteps.Update));
        }

        bool isWhole = progress.Phase is not (SealPhase.Label or SealPhase.LoadLayer or SealPhase.Trees);
        (SealPhase Phase, int Step, StepsOf Of) key = (progress.Phase, isWhole ? 0 : progress.Step, progress.Of);
        _began.TryAdd(key, at);
        if (progress.Done < progress.Total || (isWhole && progress.Step < progress.Steps) || Name(progress) is not { } name || !_done.Add(key))
        {
            return;
        }

        double seconds = Math.Round(Math.Max(0, (at - _began[key]).TotalSeconds), 1);
        Note(new ClaimEvent(string.Create(CultureInfo.InvariantCulture, $"{name.Text} in {seconds} s"), name.Step, seconds));
    }

    /// <summary>What a step that is done is called; null for what nobody wants to read.</summary>
    private static (string Text, string? Step)? Name(SealProgress progress) => progress.Phase switch
    {
        SealPhase.Label => (Text($"layer {progress.Step} of {progress.Steps} labelled"), SiteSteps.Of(progress)),
        SealPhase.LoadLayer => (Text($"layer {progress.Step} of {progress.Steps} read back"), null),
        SealPhase.Trees when progress.Steps > 1 => (Text($"base tree {progress.Step} of {progress.Steps}{OfUpdate(progress)} built"), SiteSteps.Of(progress)),
        SealPhase.Trees => ($"trees{OfUpdate(progress)} built", SiteSteps.Of(progress)),
        SealPhase.TreeD => ($"tree_d{OfUpdate(progress)} built", SiteSteps.Of(progress)),
        SealPhase.SyntheticProofs => ("synthetic proofs opened", null),
        SealPhase.Install => ("files brought to their place", SiteSteps.Install),
        _ => null,
    };

    private static string OfUpdate(SealProgress progress) => SiteSteps.IsOfUpdate(progress.Of) ? " of the update" : "";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void Note(ClaimEvent happened)
    {
        if (_untold.Count == Most)
        {
            _untold.RemoveAt(0);
        }

        _untold.Add(happened);
    }
}
