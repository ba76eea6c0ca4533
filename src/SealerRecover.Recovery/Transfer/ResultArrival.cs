using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Transport;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Pipeline;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Transfer;

/// <summary>
/// Fetches a sector that another machine made into a folder of this one: every byte against the digest of what was written when it was made, then
/// random nodes of it against the CommR of the chain, and only then into its place, as a sector that was made here. It may end at any moment; the
/// next try goes on within the file.
/// </summary>
public sealed class ResultArrival
{
    private readonly RecoverySettings _settings;
    private readonly TimeProvider _time;
    private readonly SealingRoles _roles;
    private readonly IFileSystem _files;
    private readonly ISystemProbe _probe;

    /// <summary>Makes it; nothing happens yet.</summary>
    /// <param name="settings">With the folder that sectors go to, and the fence.</param>
    /// <param name="time">The clock, for names of replaced files.</param>
    public ResultArrival(RecoverySettings settings, TimeProvider time)
        : this(settings, time, new SealingRoles(settings), LinuxFileSystem.Instance, new LinuxSystemProbe())
    {
    }

    internal ResultArrival(RecoverySettings settings, TimeProvider time, SealingRoles roles, IFileSystem files, ISystemProbe probe)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (_settings, _time, _roles, _files, _probe) = (settings, time, roles, files, probe);
    }

    /// <summary>Fetches one. Blocks.</summary>
    /// <param name="facts">The sector.</param>
    /// <param name="shelf">The other machine's shelf.</param>
    /// <param name="events">Told how far it is.</param>
    /// <param name="cancellation">Stops within a second or two.</param>
    /// <returns>Whether anything had to be put in place.</returns>
    /// <exception cref="ResultGoneException">The other machine does not have it as it was made.</exception>
    /// <exception cref="OperatorException">
    /// NodeUnreachable: the other machine does not answer. NotEnoughResources: no room. TargetExists, BadInput, Storage, Busy: as when a sector is installed.
    /// </exception>
    public bool Fetch(SectorFacts facts, RemoteShelf shelf, EventSink events, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(shelf);
        ArgumentNullException.ThrowIfNull(events);
        RunFolders.Prepare(_settings, _files);
        return StorageFailure.Explain($"{facts.Sector}: fetching it into {_settings.ResultFolder}", () => FetchInto(facts, shelf, events.Of(facts.Sector), cancellation));
    }

    private bool FetchInto(SectorFacts facts, RemoteShelf shelf, SectorSink events, CancellationToken cancellation)
    {
        ResultLayout layout = new(_settings.ResultFolder, facts.Sector);
        using FolderLock held = FolderLock.Take(_files, layout.LockFile, facts.Sector.ToString());
        InstallManifest manifest = ManifestOf(facts, shelf, cancellation);
        Installer installer = new(_files, _settings, _time);
        if (Receipt.Read(_files, layout, manifest.Inputs) is { } receipt && installer.IsIntact(facts.Sector, receipt, StandingTargets.Unseen(), events, cancellation))
        {
            installer.RemoveStaging(facts.Sector, manifest.Inputs);
            held.Remove(_files);
            return false;
        }

        StandingTargets targets = new TargetJudge(_files, _settings).Judge(facts, manifest.Inputs.KeepUnsealed == true, _roles.Proofs.CommROf);
        RefuseShortage(manifest, layout);
        bool placed = installer.Fetch(facts.Sector, manifest, new RemoteSource(shelf, facts.Sector, _files), targets, Prove, events, cancellation);
        held.Remove(_files);
        return placed;

        void Prove(IReadOnlyDictionary<string, string> staged)
        {
            if (InstallProof.Of(facts, staged, _roles.Proofs, cancellation) is { Fault: { } fault })
            {
                throw new ResultGoneException($"what {shelf.AddressOf(facts.Sector)} has would not pass window PoSt: {fault.Sentence}");
            }
        }
    }

    /// <summary>What the other machine has of it. What it is made from has to be what is known of it here; what is kept beside that, the other decided.</summary>
    private InstallManifest ManifestOf(SectorFacts facts, RemoteShelf shelf, CancellationToken cancellation)
    {
        byte[] receipt;
        try
        {
            receipt = shelf.ReceiptOf(facts.Sector, cancellation);
        }
        catch (TransportException silent)
        {
            throw RemoteSource.Trouble(shelf.AddressOf(facts.Sector).ToString(), silent);
        }

        if (Receipt.Read(receipt) is not [var manifest] || !manifest.Files.All(IsPlain))
        {
            throw new ResultGoneException($"{shelf.AddressOf(facts.Sector)} is no receipt of a sector");
        }

        WorkInputs known = WorkInputs.For(facts, SectorContent.Of(facts), _settings) with
        {
            KeepAll = manifest.Inputs.KeepAll,
            RowsToDiscard = manifest.Inputs.RowsToDiscard,
            KeepUnsealed = manifest.Inputs.KeepUnsealed,
            SyntheticProofs = manifest.Inputs.SyntheticProofs,
        };
        return known == manifest.Inputs
            ? manifest with { ResultFolder = _settings.ResultFolder }
            : throw new ResultGoneException($"{shelf.AddressOf(facts.Sector)} was made from other facts ({known.DifferencesFrom(manifest.Inputs)})");
    }

    /// <summary>Another machine's word decides no path here.</summary>
    private static bool IsPlain(ManifestFile file) => file.Length >= 0 && file.NameInFolder is { Length: > 0 } name && Path.GetFileName(name) == name && name is not ("." or "..");

    private void RefuseShortage(InstallManifest manifest, ResultLayout layout)
    {
        long needed = manifest.Files.Sum(file => file.Length) - layout.AllocatedBytes() - FileLook.AllocatedBelow(layout.StagingFolder(manifest.Inputs));
        if (!_settings.IgnoreResources && _probe.Disk(layout.Root) is { } disk && disk.FreeBytes < needed)
        {
            throw new OperatorException(
                FailureKind.NotEnoughResources,
                string.Create(CultureInfo.InvariantCulture, $"{layout.Root} has {disk.FreeBytes} bytes free, and what is fetched takes {needed}"),
                "make room there; it is tried again.");
        }
    }
}
