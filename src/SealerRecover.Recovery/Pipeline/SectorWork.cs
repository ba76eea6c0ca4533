using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>
/// One sector's way through a run, step by step, each on the thread that calls; steps of one sector never overlap, but for
/// <see cref="TreesBehind"/>, which only touches the job's files and the journal. Whatever goes wrong becomes the outcome.
/// </summary>
internal sealed class SectorWork(SectorFacts facts, RunContext run)
{
    private readonly SectorContext _sector = new(facts, run);
    private ISectorStep? _next;
    private long? _begun;

    /// <summary>How it ended; null until it has.</summary>
    public SectorOutcome? Outcome { get; private set; }

    /// <summary>Its seal proof; only sectors of one proof can be labelled together.</summary>
    public PorepParameters Porep => facts.SealProof.Porep;

    /// <summary>Ends when its pieces are there or known to be missing; for a sector that waits for them.</summary>
    public Task PiecesAreThere => ((TreesStep)_next!).PiecesAreThere;

    private ISectorStep Next => _next ??= new PrepareStep(_sector);

    /// <summary>Does its next step; of one that was not looked at yet, the one after that, too, if it is to be labelled.</summary>
    /// <param name="cores">Where labelling runs; null for anywhere, on one thread.</param>
    /// <returns>Where it waits now.</returns>
    public Stage Do(LabelCores? cores = null) => Guarded(() =>
    {
        ISectorStep step = Next;
        ISectorStep next = step.Do(cores);
        return step is PrepareStep && next is LabelStep ? next.Do(cores) : next;
    });

    /// <summary>
    /// Judges what stands where its files go, so that what installing would fail at ends the sector at once, and not after hours in which
    /// others were labelled.
    /// </summary>
    public void LookAtTargets() => Guarded(() =>
    {
        // What cannot be sealed says so itself.
        if (SectorContent.TryOf(facts) is { } content)
        {
            PrepareStep.JudgeTargets(_sector, WorkInputs.For(facts, content, _sector.Run.Settings));
        }

        return Next;
    });

    /// <summary>
    /// Makes the sector ready to be labelled together with others. Afterwards <see cref="Do"/> labels what is then still missing.
    /// </summary>
    /// <param name="mayWait">Whether to wait for room on the disk; only the first of a group may, since the others wait for it.</param>
    /// <param name="work">What to label; null where it waits for something else than labels, or for room.</param>
    /// <returns>Where it waits now.</returns>
    public Stage Join(bool mayWait, out LabelWork? work)
    {
        LabelWork? ready = null;
        Stage now = Guarded(() =>
        {
            ISectorStep next = Next is PrepareStep prepare ? prepare.Do(null) : Next;
            if (next is LabelStep label)
            {
                ready = label.Admit(mayWait);
            }

            return next;
        });
        work = ready;
        return now;
    }

    /// <summary>Tells the operator something about this sector.</summary>
    public void Notice(string text) => _sector.Notice(text);

    private Stage Guarded(Func<ISectorStep> step)
    {
        _begun ??= run.Time.GetTimestamp();
        _next = Attempt(step);
        if (_next is EndStep end)
        {
            End(end);
        }

        return _next.Stage;
    }

    private ISectorStep Attempt(Func<ISectorStep> step)
    {
        try
        {
            run.Cancellation.ThrowIfCancellationRequested();
            return step();
        }
        catch (OperationCanceledException) when (run.Cancellation.IsCancellationRequested)
        {
            return new EndStep(OutcomeKind.Stopped);
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            return new EndStep(OutcomeKind.Failed, Failure: StorageFailure.From(failure, facts.Sector.ToString()));
        }
#pragma warning disable CA1031 // Recorded in the outcome, whatever it is: the other sectors go on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return new EndStep(OutcomeKind.Failed, Failure: failure);
        }
    }

    private void End(EndStep end)
    {
        _sector.Release();
        Outcome = new SectorOutcome(
            facts.Sector,
            end.Kind,
            end.Installed?.Commitments ?? _sector.Computed,
            [.. end.Installed?.Files.Select(_sector.Layout.Target) ?? []],
            run.Time.GetElapsedTime(_begun!.Value),
            end.Failure)
        {
            ProvenNodes = end.ProvenNodes,
        };
        run.Events.Ended(Outcome);
    }
}
