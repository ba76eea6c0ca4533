using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>One sector in a run: what its steps know, what it holds on to until it ends, and what the operator has heard of it.</summary>
internal sealed class SectorContext(SectorFacts facts, RunContext run)
{
    /// <summary>What to do about a machine that writes other bytes than it was given.</summary>
    public const string CheckMachine = "Check disk and memory of this machine (dmesg, smartctl, memtest), then run the same command again.";

    private readonly Stack<IDisposable> _held = [];
    private FolderLock? _lock;
    private bool _started;

    /// <summary>The sector.</summary>
    public SectorFacts Facts => facts;

    /// <summary>The run, with the settings of this sector.</summary>
    public RunContext Run { get; } = run with { Settings = run.Settings.Of(facts) };

    /// <summary>Its places in the result folder.</summary>
    public ResultLayout Layout { get; } = new(run.Settings.ResultFolder, facts.Sector);

    /// <summary>Told how far a step is, and what the operator should know.</summary>
    public SectorSink Events { get; } = run.Events.Of(facts.Sector);

    /// <summary>What was computed last, which the outcome tells even if the sector fails after it.</summary>
    public SealedCommitments? Computed { get; set; }

    /// <summary>Brings files into the result folder.</summary>
    public Installer Installer => new(Run.Files, Run.Settings, Run.Time);

    /// <summary>Whether room for its temporary files was granted.</summary>
    public bool IsAdmitted { get; private set; }

    /// <summary>The surroundings of a step that is recorded in <paramref name="journal"/>.</summary>
    public StepContext Step(Journal journal) => new(journal, Run.Shared.Cores, Events, Run.Cancellation);

    /// <summary>Goes on where the sector is still this run's.</summary>
    /// <exception cref="OperatorException">Busy: it is not.</exception>
    public void AskFence() => Run.Settings.Fence?.Ask(facts.Sector, Run.Cancellation);

    /// <summary>Tells the operator one sentence about it.</summary>
    public void Notice(string text) => Events.Notice(text);

    /// <summary>Tells, once, that its work starts.</summary>
    public void Started(bool resumed)
    {
        if (!_started)
        {
            _started = true;
            Run.Events.Started(facts.Sector, resumed);
        }
    }

    /// <summary>Keeps what is to be let go when the sector ends, the last first.</summary>
    public T Hold<T>(T held)
        where T : IDisposable
    {
        _held.Push(held);
        return held;
    }

    /// <summary>Keeps other processes, with whatever temporary folder, away from its places in the result folder.</summary>
    /// <exception cref="OperatorException">Busy.</exception>
    public void Lock() => _lock = Hold(FolderLock.Take(Run.Files, Layout.LockFile, facts.Sector.ToString()));

    /// <summary>Lets them come, and leaves no lock behind.</summary>
    public void Unlock() => _lock?.Remove(Run.Files);

    /// <summary>Waits for room for its temporary files.</summary>
    /// <param name="pieceBytes">Asked for what its pieces may still take beside them.</param>
    public void Admit(Func<long> pieceBytes)
    {
        if (!IsAdmitted)
        {
            Run.Shared.Disk.Enter(
                facts.Sector, TempDisk, pieceBytes, () => Notice("waits until the temporary folder has room beside the sectors at work"), Run.Cancellation);
            IsAdmitted = true;
        }
    }

    /// <summary>As <see cref="Admit"/>, without waiting.</summary>
    /// <returns>Whether there is room.</returns>
    public bool TryAdmit(Func<long> pieceBytes) => IsAdmitted = IsAdmitted || Run.Shared.Disk.TryEnter(facts.Sector, TempDisk, pieceBytes);

    /// <summary>Lets go of everything it holds.</summary>
    public void Release()
    {
        while (_held.TryPop(out IDisposable? held))
        {
            held.Dispose();
        }

        Run.Shared.Disk.Leave(facts.Sector);
    }

    private long TempDisk => new SectorNeeds(Run.Settings, Run.Roles).WithLabels(facts).TempDisk;
}
