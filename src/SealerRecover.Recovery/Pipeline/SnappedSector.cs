using Filecoin.Chain;
using Filecoin.Primitives;
using Filecoin.Sealing;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Update;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Workspace;
using PieceUpdate = Filecoin.Chain.SectorUpdate;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>
/// What a snapped sector takes beside sealing its key: using the one of key and update that is not lost, putting data into the key, or
/// taking it out of the update, which spares the hours of sealing the key anew.
/// </summary>
/// <param name="facts">The sector.</param>
/// <param name="content">What it holds.</param>
/// <param name="run">The run.</param>
/// <param name="layout">Its places in the result folder.</param>
/// <param name="progress">Told how far.</param>
/// <param name="notice">Told what the operator should know.</param>
internal sealed class SnappedSector(
    SectorFacts facts, SectorContent content, RunContext run, ResultLayout layout, IProgress<SealProgress> progress, Action<string> notice)
{
    private readonly PieceUpdate _update = facts.Update!;
    private readonly DataContent _data = content.Update!;
    private StandingReplica? _found;

    /// <summary>The key, if it stands in the result folder.</summary>
    public StandingReplica? StandingKey { get; private set; }

    /// <summary>The update, if it stands in the result folder with all its files.</summary>
    public StandingReplica? StandingUpdate => _found is { Missing: [] } ? _found : null;

    /// <summary>Whether the key is made of the update, for which the pieces are needed, instead of being sealed.</summary>
    public bool MakesKeyOfUpdate { get; private set; }

    /// <summary>Whether the key is there, or will be without labels.</summary>
    public bool NeedsNoLabels => StandingKey is not null || MakesKeyOfUpdate;

    /// <summary>Reads what stands in the result folder.</summary>
    /// <param name="hasLabels">Whether a key is being sealed already: then that goes on.</param>
    public void Look(bool hasLabels)
    {
        _found = Find(InstallArea.Update, _data.CommD, _update.SealedCid);
        StandingKey = hasLabels ? null : Find(InstallArea.Sealed, content.CommD, facts.SealedCid);
        MakesKeyOfUpdate = !hasLabels && StandingKey is null && _found is not null;
        Tell(StandingKey, "its key stands in the result folder, intact, and is used");
        Tell(_found, "its update stands in the result folder, intact");
    }

    /// <summary>The key cannot be made of the update after all.</summary>
    public void SealKeyInstead(OperatorException why)
    {
        notice($"its key cannot be made of its update ({why.Message}), so it is sealed anew");
        MakesKeyOfUpdate = false;
    }

    /// <summary>Takes the data out of the update.</summary>
    public SealedCommitments MakeKey(SectorWorkspace workspace, ISectorData data)
    {
        using PaddedFile update = new(_found!.File, facts.SealProof.SectorSize, run.Files);
        UpdateJob job = Job(data, update, _found.CacheFolder, workspace.SealedFile, workspace.CacheFolder) with { KeepAll = false };
        return run.Sealer.RemoveData(job, workspace.Journal, run.Cores, progress, run.Cancellation) with { CommD = content.CommD };
    }

    /// <summary>Whether there is a p_aux of an update in a workspace, and not the one that belongs to the update on chain.</summary>
    public bool IsOfAnotherCommR(SectorWorkspace workspace)
    {
        string path = Path.Combine(workspace.UpdateCacheFolder, CacheNames.PAux);
        return FileLook.At(path).Kind == FileKind.File && run.Sealer.CommROf(PAuxFile.Read(run.Files, path)) != _update.SealedCid;
    }

    /// <summary>Puts the data into the key.</summary>
    public SealedCommitments MakeUpdate(SectorWorkspace workspace, ISectorData data)
    {
        workspace.MakeUpdateCache();
        using PaddedFile key = new(StandingKey?.File ?? workspace.SealedFile, facts.SealProof.SectorSize, run.Files);
        UpdateJob job = Job(
            data, key, StandingKey?.CacheFolder ?? workspace.CacheFolder, workspace.UpdateFile, workspace.UpdateCacheFolder);
        return run.Sealer.Update(job, workspace.Journal, run.Cores, progress, run.Cancellation);
    }

    private UpdateJob Job(ISectorData data, ISectorData source, string sourceCache, string target, string targetCache) => new()
    {
        Porep = facts.SealProof.Porep,
        Sector = facts.Sector,
        KeyCommR = facts.SealedCid,
        CommD = _data.CommD,
        Data = data,
        Source = source,
        SourceCacheFolder = sourceCache,
        TargetFile = target,
        TargetCacheFolder = targetCache,
        Files = run.Files,
        KeepAll = run.Settings.KeepAll,
        RowsToDiscard = run.Settings.RowsToDiscard,
        PoseidonKernel = run.Settings.Kernels.Poseidon,
        TwoToOneKernel = run.Settings.Kernels.TwoToOne,
    };

    private StandingReplica? Find(InstallArea area, CommD commD, CommR expected) => StandingReplica.Find(
        run.Files,
        layout,
        area,
        facts.SealProof.Porep,
        commD,
        expected,
        run.Sealer.CommROf,
        replica => run.Sealer.CommRLast(replica, facts.SealProof.Porep, run.Cores, progress, run.Cancellation));

    private void Tell(StandingReplica? standing, string what)
    {
        if (standing is not null)
        {
            notice(standing.Missing is []
                ? what
                : $"{what}; {string.Join(", ", standing.Missing)} in {standing.CacheFolder} is missing");
        }
    }
}
