using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Pipeline;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>
/// The last layer of a sector, made again by PreCommit1 in a workspace of its own: "unseal/s-t0…" in the temporary folder, apart from
/// recoveries of the same sector. Every finished layer is kept until the data is out, so that a run that was stopped goes on.
/// </summary>
internal sealed class LabelKey : IDisposable
{
    private readonly UnsealRequest _request;
    private readonly IFileSystem _files;
    private readonly Labelling _labels;
    private readonly EventSink _events;
    private readonly SectorWorkspace _workspace;

    private LabelKey(UnsealRequest request, IFileSystem files, Labelling labels, EventSink events, SectorWorkspace workspace)
    {
        _request = request;
        _files = files;
        _labels = labels;
        _events = events;
        _workspace = workspace;
    }

    /// <summary>The last layer.</summary>
    public string LastLayer => LayerIn(_workspace.CacheFolder, Porep);

    /// <summary>The workspace's folder.</summary>
    public string Folder => _workspace.Folder;

    private PorepParameters Porep => _request.Facts.SealProof.Porep;

    /// <summary>The folder of all such workspaces.</summary>
    public static string FolderOf(string tempFolder) => Path.Combine(tempFolder, "unseal");

    /// <summary>Where a sector's last layer is in a cache folder.</summary>
    public static string LayerIn(string cacheFolder, PorepParameters porep) => Path.Combine(cacheFolder, CacheNames.Layer(porep.Layers));

    /// <summary>Opens the workspace, or makes it, for labels of a sector that was sealed over <paramref name="commD"/>.</summary>
    /// <exception cref="OperatorException">Busy: another process has it.</exception>
    public static LabelKey Open(UnsealRequest request, IFileSystem files, Labelling labels, EventSink events, CommD commD, RecoverySettings settings)
    {
        SectorId sector = request.Facts.Sector;
        string cache = Path.Combine(settings.TempFolder, sector.FileName, "cache");
        SectorWorkspace workspace = SectorWorkspace.Open(
            files, settings.TempFolder, sector, WorkInputs.For(request.Facts, new SectorContent(commD, null, null, []), settings), cache, events.Of(sector));
        return new LabelKey(request, files, labels, events, workspace);
    }

    /// <summary>Whether the last layer is there and on record.</summary>
    public bool IsMade => _workspace.Journal.Labelled && FileLook.At(LastLayer).Length == Porep.SectorSize.Bytes;

    /// <summary>Labels what is missing.</summary>
    /// <param name="commD">What the sector was sealed over.</param>
    /// <param name="parents">Parent caches.</param>
    /// <param name="cores">Where labelling runs.</param>
    /// <param name="cancellation">Stops; finished layers are kept.</param>
    public void Make(CommD commD, ParentsPool parents, LabelCores? cores, CancellationToken cancellation)
    {
        if (IsMade)
        {
            _events.Notice(_request.Facts.Sector, $"uses the labels that an earlier run left in {Folder}");
            return;
        }

        _labels.Label(Work(commD, parents, cores, cancellation), lastLayer: null, cancellation);
        _workspace.Journal.MarkLabelled(true);
    }

    /// <summary>What is to be labelled, alone or with others; the parent cache is opened for it.</summary>
    /// <param name="commD">As for <see cref="Make"/>.</param>
    /// <param name="parents">As for <see cref="Make"/>.</param>
    /// <param name="cores">As for <see cref="Make"/>.</param>
    /// <param name="cancellation">Stops.</param>
    public LabelWork Work(CommD commD, ParentsPool parents, LabelCores? cores, CancellationToken cancellation)
    {
        Journal journal = _workspace.Journal;
        journal.MarkLabelled(false);
        SealJob job = new()
        {
            Inputs = new ReplicaInputs(Porep, _request.Facts.Sector, _request.Facts.Ticket, commD),
            CacheFolder = _workspace.CacheFolder,
            Files = _files,
            SealedFile = _workspace.SealedFile,
            LabelKernel = _request.How.Kernels.Label,
            BatchLabelKernel = _request.How.Kernels.Many,
            LabelCores = cores,
            CachePathInTAux = journal.CachePathInTAux,
            Notice = _events.Of(_request.Facts.Sector).Notice,
        };
        return new LabelWork(job, journal, parents.Get(Porep, cancellation), _events.Of(_request.Facts.Sector));
    }

    /// <summary>The data is out: deletes all, or all but the last layer.</summary>
    public void Finish()
    {
        if (_request.How.KeepLabels)
        {
            KeepLastLayer();
            _events.Notice(_request.Facts.Sector, $"the labels are kept in {Folder}, to be deleted when not needed");
            return;
        }

        foreach (string left in _workspace.Remove())
        {
            _events.Notice(_request.Facts.Sector, $"{left} was left because this tool did not make it");
        }

        _files.DeleteEmptyFolder(FolderOf(_request.How.TempFolder));
    }

    /// <summary>Deletes the layers below the last, which nothing is decoded with.</summary>
    public void KeepLastLayer()
    {
        for (int layer = 1; layer < Porep.Layers; layer++)
        {
            string path = Path.Combine(_workspace.CacheFolder, CacheNames.Layer(layer));
            _files.DeleteFile(path);
            _files.DeleteFile(CacheNames.SegmentsOf(path));
        }
    }

    public void Dispose() => _workspace.Dispose();
}
