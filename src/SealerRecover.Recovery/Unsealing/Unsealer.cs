using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Unsealed;
using Filecoin.Sealing.Update;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.PieceSources;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;
using RawData = Filecoin.Sealing.Unsealed.Unsealing;

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
        : this(request, time, new SealingRoles(SettingsOf(request)), LinuxFileSystem.Instance, new LinuxSystemProbe())
    {
    }

    internal Unsealer(UnsealRequest request, TimeProvider time, SealingRoles roles, IFileSystem files, ISystemProbe probe)
    {
        _request = request;
        _settings = SettingsOf(request);
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
        if (!_request.IgnoreResources)
        {
            ResourcePlan.RefuseShortage(plan.Resources);
        }

        StorageFailure.Explain(Sector.ToString(), () =>
        {
            if (plan.Key == KeyOrigin.None)
            {
                using UnsealedFile copy = UnsealedFile.Open(_request.UnsealedFile!, Porep.SectorSize);
                Write(copy, plan, events, cancellation);
                return;
            }

            if (plan.LabelFolder is null)
            {
                string key = plan.Key == KeyOrigin.SealedFile ? _request.SealedFile! : LabelKey.LayerIn(_request.CacheFolder!, Porep);
                Decode(key, plan, events, cancellation);
                return;
            }

            CommD sealedOver = UnsealFiles.SealedOver(_request, cancellation);
            using LabelKey labels = LabelKey.Open(_request, _files, _roles.Labels, events, sealedOver, _settings);
            labels.Make(sealedOver, Cores(), cancellation);
            Decode(labels.LastLayer, plan, events, cancellation);
            labels.Finish();
        });
    }

    private static RecoverySettings SettingsOf(UnsealRequest request) => new()
    {
        ResultFolder = LabelKey.FolderOf(request),
        TempFolder = LabelKey.FolderOf(request),
        ParentCacheFolder = request.ParentCacheFolder,
        Threads = request.Threads,
        ParentWindowNodes = request.ParentWindowNodes,
        Kernels = request.Kernels,
        IgnoreResources = request.IgnoreResources,
    };

    private bool HasLength(string? cacheFolder) =>
        cacheFolder is not null && FileLook.Through(LabelKey.LayerIn(cacheFolder, Porep)).Length == Porep.SectorSize.Bytes;

    private void Decode(string keyFile, UnsealPlan plan, EventSink events, CancellationToken cancellation)
    {
        using PaddedFile replica = new((_request.UpdateFile ?? _request.SealedFile)!, Porep.SectorSize);
        using PaddedFile key = new(keyFile, Porep.SectorSize);
        ISectorData data = _request.UpdateFile is null
            ? RawData.Decode(replica, key)
            : SectorUpdate.Decode(replica, key, UnsealFiles.UpdatedWith(_request, cancellation), _request.Facts.SealedCid);
        Write(data, plan, events, cancellation);
    }

    private void Write(ISectorData data, UnsealPlan plan, EventSink events, CancellationToken cancellation)
    {
        UnsealRange range = _request.Range;
        SealProgressCounter written = new(events.Of(Sector), SealPhase.Unseal, 1, 1, range.RawLength);
        NewRawFile.Write(_files, _request.Output, WriteContent, Check);

        void WriteContent(Stream output) => RawData.WriteRaw(
            data, range.RawOffset, range.RawLength, output, _request.Threads, written, cancellation);

        void Check(Stream content)
        {
            if (range.Piece is not { } expected)
            {
                return;
            }

            SectorSink sink = events.Of(Sector);
            using WatchedStream watched = new(
                content, range.RawLength, _request.Output, (done, total) => sink.Report(new SealProgress(SealPhase.HashPiece, 1, 1, done, total)));
            TwoToOneHash hash = TwoToOneHash.Create(_request.Kernels.TwoToOne);
            PieceInfo found = PieceCommitment.Compute(watched, expected.PaddedSize, hash, _request.Threads, cancellation);
            if (found != expected)
            {
                throw UnsealFiles.Wrong(_request, plan, expected, found);
            }
        }
    }

    private LabelCores? Cores()
    {
        CorePlanner planner = new(_probe.Topology() ?? CpuTopology.Flat(_request.Threads), _request.Threads, _roles.Labels.CostsOf(Porep));
        return planner.For(new RunShape(1, Porep.Layers), 1).Unpinned().Seats[0].Cores;
    }

    private IEnumerable<ResourceLine> Resources(bool labelling, string folder)
    {
        const long chunk = 4L << 20;
        SealResources needs = SealResources.For(Porep, keepAll: false, hasData: false, _request.ParentWindowNodes, _request.Threads);
        yield return new ResourceLine(
            "memory", (_request.Threads * chunk) + (labelling ? needs.LabelMemory : 0), _probe.AvailableMemory());
        List<(string What, string Path, long Needed)> parts = [("the output", _request.Output, _request.Range.RawLength)];
        if (labelling)
        {
            parts.Add(("labels", folder, Math.Max(0, (Porep.Layers * Porep.SectorSize.Bytes) - FileLook.AllocatedBelow(folder))));
            string parents = _roles.Labels.ParentCachePath(Porep);
            parts.Add(("the parent cache", parents, FileLook.Through(parents).Length == needs.ParentCacheDisk ? 0 : needs.ParentCacheDisk));
        }

        foreach (IGrouping<ulong?, (string What, string Path, long Needed)> disk in parts.Where(part => part.Needed > 0).GroupBy(part => _probe.Disk(part.Path)?.Device))
        {
            yield return new ResourceLine(
                $"disk for {string.Join(" and ", disk.Select(part => $"{part.What} ({part.Path})"))}",
                disk.Sum(part => part.Needed),
                _probe.Disk(disk.First().Path)?.FreeBytes);
        }
    }
}
