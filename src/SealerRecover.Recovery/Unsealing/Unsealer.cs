using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.PreCommit;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Pipeline;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>
/// Takes data out of a sealed or updated sector, or of its unsealed copy, into a file of raw bytes. The file appears only if it is what its
/// commitment says, where one is known for the range. Files that are given are only read.
/// </summary>
public sealed class Unsealer
{
    private readonly UnsealRequest _request;
    private readonly RecoverySettings _settings;
    private readonly TimeProvider _time;
    private readonly SealingRoles _roles;
    private readonly IFileSystem _files;
    private readonly ISystemProbe _probe;

    /// <summary>Makes an unsealer; nothing happens yet.</summary>
    /// <param name="request">What and where.</param>
    /// <param name="time">The clock, for events.</param>
    public Unsealer(UnsealRequest request, TimeProvider time)
        : this(request, time, new SealingRoles(request.How.ToSettings()), LinuxFileSystem.Instance, new LinuxSystemProbe())
    {
    }

    internal Unsealer(UnsealRequest request, TimeProvider time, SealingRoles roles, IFileSystem files, ISystemProbe probe)
    {
        _request = request;
        _settings = request.How.ToSettings();
        _time = time;
        _roles = roles;
        _files = files;
        _probe = probe;
    }

    private SectorId Sector => _request.Facts.Sector;

    private PorepParameters Porep => _request.Facts.SealProof.Porep;

    /// <summary>Checks what was given, and says what it takes. Changes nothing. Reads a file as a whole only where it seems to be none that is sealed.</summary>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="OperatorException">A file is missing or another sector's, the data cannot come out of these files, or the output exists.</exception>
    public UnsealPlan Plan(CancellationToken cancellation = default) => StorageFailure.Explain($"looking at the files of {Sector}", () =>
    {
        NewRawFile.Refuse(_request.Output);
        UnsealFiles.Check(_request, _roles.Proofs, cancellation);
        string folder = Path.Combine(_settings.TempFolder, Sector.FileName);
        KeyOrigin key = _request.UnsealedFile is not null ? KeyOrigin.None
            : _request.UpdateFile is not null && _request.SealedFile is not null ? KeyOrigin.SealedFile
            : HasLength(_request.CacheFolder) ? KeyOrigin.CacheFolder
            : HasLength(Path.Combine(folder, "cache")) ? KeyOrigin.EarlierRun
            : KeyOrigin.Labelling;
        return new UnsealPlan(
            _request, key, key is KeyOrigin.EarlierRun or KeyOrigin.Labelling ? folder : null, [.. Resources(key == KeyOrigin.Labelling, folder)]);
    });

    /// <summary>Does it. Blocks; cancelling ends it within a second or two, and finished layers are kept.</summary>
    /// <param name="plan">What <see cref="Plan"/> said.</param>
    /// <param name="events">Told how far it is.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="OperatorException">Resources do not suffice, storage failed, or the data is not what its commitment says.</exception>
    public void Run(UnsealPlan plan, EventSink events, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(events);
        if (!_request.How.IgnoreResources)
        {
            ResourcePlan.RefuseShortage(plan.Resources);
        }

        StorageFailure.Explain(Sector.ToString(), () =>
        {
            RawOutput output = new(_files, events);
            if (plan.LabelFolder is null)
            {
                output.Write(plan, cancellation);
                return;
            }

            CommD sealedOver = UnsealFiles.SealedOver(_request.Facts, cancellation);
            using LabelKey labels = LabelKey.Open(_request, _files, _roles.Labels, events, sealedOver, _settings);
            using ParentsPool parents = new(_roles.Labels, events.Of(null));
            labels.Make(sealedOver, parents, Cores(), cancellation);
            output.Write(labels.LastLayer, plan, cancellation);
            labels.Finish();
        });
    }

    private bool HasLength(string? cacheFolder) =>
        cacheFolder is not null && FileLook.Through(LabelKey.LayerIn(cacheFolder, Porep)).Length == Porep.SectorSize.Bytes;

    private LabelCores? Cores()
    {
        CorePlanner planner = new(_probe.Topology() ?? CpuTopology.Flat(_request.How.Threads), _request.How.Threads, _roles.Labels.CostsOf(Porep));
        return planner.For(new RunShape(1, Porep.Layers), 1).Unpinned().Seats[0].Cores;
    }

    private IEnumerable<ResourceLine> Resources(bool labelling, string folder)
    {
        const long chunk = 4L << 20;
        SealResources needs = SealResources.For(Porep, keepAll: false, hasData: false, _request.How.ParentWindowNodes, _request.How.Threads);
        yield return new ResourceLine(
            "memory", (_request.How.Threads * chunk) + (labelling ? needs.LabelMemory : 0), _probe.AvailableMemory());
        List<DiskPart> parts = [new("the output", _request.Output, _request.Range.RawLength)];
        if (labelling)
        {
            parts.Add(new DiskPart("labels", folder, Math.Max(0, (Porep.Layers * Porep.SectorSize.Bytes) - FileLook.AllocatedBelow(folder))));
            string parents = _roles.Labels.ParentCachePath(Porep);
            parts.Add(new DiskPart("the parent cache", parents, FileLook.Through(parents).Length == needs.ParentCacheDisk ? 0 : needs.ParentCacheDisk));
        }

        foreach (ResourceLine line in DiskPart.Lines(parts, _probe))
        {
            yield return line;
        }
    }
}
