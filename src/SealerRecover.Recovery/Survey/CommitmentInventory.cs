using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Survey;

/// <summary>A cache folder whose p_aux makes the CommR of a known sector.</summary>
/// <param name="Path">Where.</param>
/// <param name="LiesAs">The sector that its name says.</param>
/// <param name="Area">The area it lies in.</param>
/// <param name="Owner">The sector it belongs to.</param>
/// <param name="Part">The part of that sector.</param>
/// <param name="PAux">Its p_aux.</param>
/// <param name="CommR">What that makes.</param>
internal sealed record IdentifiedFolder(
    string Path, SectorId LiesAs, InstallArea? Area, SurveyFacts Owner, SectorPart Part, PAuxFile PAux, CommR CommR)
{
    /// <summary>Whether it lies where it belongs.</summary>
    public bool IsInPlace => Area is { } area && LiesAs == Owner.Sector && Parts.Any(part => area == MisplacedFiles.AreaOf(part, isFolder: true));

    /// <summary>An update to nothing but zeros has the CommR of its key.</summary>
    private SectorPart[] Parts => Owner.SealedCid == Owner.UpdateSealedCid ? [SectorPart.Sealed, SectorPart.Update] : [Part];

    /// <summary>Whether a replica of it belongs at a path.</summary>
    public bool IsPlaceOf(StorageRoots roots, string replica) =>
        Parts.Any(part => roots.PlacesOf(Owner.Sector, MisplacedFiles.AreaOf(part, isFolder: false)).Contains(replica));
}

/// <summary>
/// All cache folders of storage paths by what they commit to, and all replicas by one node of their tree_r_last, the same in every sector and
/// drawn anew for each run: 16 KiB of each replica are read once, and a replica is then found by looking up a hash.
/// </summary>
internal sealed class CommitmentInventory
{
    private readonly StorageRoots _roots;
    private readonly SurveySettings _settings;
    private readonly Dictionary<SectorSize, (int Tree, long Node)> _probes = [];
    private readonly Dictionary<(string Replica, SectorSize Size), Bytes32?> _hashes = [];
    private readonly Dictionary<string, Bytes32?> _nodes = [];

    /// <summary>Reads every p_aux there is: 64 bytes and some hashes each.</summary>
    public CommitmentInventory(StorageRoots roots, SurveySettings settings, IReadOnlyList<SurveyFacts> known)
    {
        (_roots, _settings) = (roots, settings);
        Dictionary<CommR, (SurveyFacts Facts, SectorPart Part)> owners = [];
        foreach (SurveyFacts facts in known)
        {
            if (facts.SealedCid is { } key)
            {
                owners.TryAdd(key, (facts, SectorPart.Sealed));
            }

            if (facts.UpdateSealedCid is { } update)
            {
                owners.TryAdd(update, (facts, SectorPart.Update));
            }
        }

        Folders =
        [
            .. from area in new[] { InstallArea.Cache, InstallArea.UpdateCache }
               from path in roots.All(area)
               let read = PAuxCopy.Read(Path.Combine(path, CacheNames.PAux), expected: null, settings.Kernels.Poseidon).Value
               where read is not null
               let commR = CommRs.From(read.Value.CommC, read.Value.CommRLast, settings.Kernels.Poseidon)
               where owners.ContainsKey(commR)
               let owner = owners[commR]
               select new IdentifiedFolder(
                   path, StorageRoots.SectorAt(path), roots.IsInArea(path) ? area : null, owner.Facts, owner.Part, read.Value, commR),
        ];
    }

    /// <summary>The folders of known sectors, whatever they are called.</summary>
    public IReadOnlyList<IdentifiedFolder> Folders { get; }

    /// <summary>Replicas that agree with a folder's tree_r_last where both were looked at.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="everywhere">
    /// Whether all replicas are looked at if none does that is called as the folder is or should be; with a quick survey none of the others is.
    /// </param>
    /// <param name="progress">Told how far, where many are read; may be null.</param>
    /// <param name="cancellation">Stops within a second.</param>
    public IReadOnlyList<string> ReplicasOf(
        IdentifiedFolder folder, bool everywhere, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        PorepParameters porep = folder.Owner.Porep;
        if (NodeOf(folder) is not { } node)
        {
            return [];
        }

        string[] all = [.. Replicas.Where(path => FileLook.TryThrough(path).IsFileOf(porep.SectorSize.Bytes))];
        string[] near = Matching(path => StorageRoots.SectorAt(path) is var sector && (sector == folder.LiesAs || sector == folder.Owner.Sector));
        if (near.Length > 0 || !everywhere || _settings.Quick)
        {
            return near;
        }

        SealProgressCounter counter = new(progress, SealPhase.CheckReplica, 1, 1, Math.Max(1, all.Length));
        return Matching(_ =>
        {
            counter.Add(1);
            return true;
        });

        string[] Matching(Func<string, bool> choose) => [.. all.Where(choose).Where(path => HashOf(path, porep, cancellation) == node)];
    }

    /// <summary>Folders that agree with a replica where both were looked at.</summary>
    public IReadOnlyList<IdentifiedFolder> FoldersOf(string replica, CancellationToken cancellation) =>
    [
        .. Folders.Where(folder => FileLook.TryThrough(replica).IsFileOf(folder.Owner.Porep.SectorSize.Bytes)
            && NodeOf(folder) is { } node && HashOf(replica, folder.Owner.Porep, cancellation) == node),
    ];

    /// <summary>
    /// Whether a replica is a folder's rather than that of another folder with the same comm_c: key and update of a sector are equal wherever
    /// the update's data is zeros, so what decides is a node in which their trees differ.
    /// </summary>
    public bool IsRather(string replica, IdentifiedFolder folder, CancellationToken cancellation) => Folders
        .Where(other => other.PAux.CommC == folder.PAux.CommC && other.CommR != folder.CommR)
        .All(other => FirstDifference(folder, other) is not { } at
            || Hash(replica, folder.Owner.Porep, at.Tree, at.Node, cancellation) == NodeAt(folder, at.Tree, at.Node));

    private IEnumerable<string> Replicas => new[] { InstallArea.Sealed, InstallArea.Update }.SelectMany(_roots.All);

    private KeptTree KeptOf(PorepParameters porep)
    {
        BaseTreeLayout layout = BaseTreeLayout.For(porep);
        return new KeptTree(layout, layout.LowestRowOfTreeRLast(_settings.RowsToDiscard));
    }

    private (int Tree, long Node) ProbeOf(PorepParameters porep)
    {
        if (!_probes.TryGetValue(porep.SectorSize, out (int Tree, long Node) probe))
        {
            KeptTree kept = KeptOf(porep);
            ulong random = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
            ulong nodes = (ulong)kept.Layout.RowNodes(kept.LowestRow);
            _probes[porep.SectorSize] = probe = ((int)(random / nodes % (ulong)porep.Shape.BaseTrees), (long)(random % nodes));
        }

        return probe;
    }

    private Bytes32? NodeOf(IdentifiedFolder folder)
    {
        if (!_nodes.TryGetValue(folder.Path, out Bytes32? node))
        {
            (int tree, long index) = ProbeOf(folder.Owner.Porep);
            _nodes[folder.Path] = node = NodeAt(folder, tree, index);
        }

        return node;
    }

    private Bytes32? NodeAt(IdentifiedFolder folder, int tree, long index)
    {
        string path = TreeIn(folder, tree);
        if (!FileLook.TryThrough(path).IsFileOf(KeptOf(folder.Owner.Porep).FileLength))
        {
            return null;
        }

        byte[] node = new byte[SectorSize.NodeBytes];
        return FileLooks.Reading(() =>
        {
            using IOpenFile file = LinuxFileSystem.Instance.OpenToRead(path);
            return file.Read(index * SectorSize.NodeBytes, node) == node.Length ? new Good(CheckDepth.Sampled) : new Unreadable("it ends early");
        }).IsGood
            ? new Bytes32(node)
            : null;
    }

    private Bytes32? HashOf(string replica, PorepParameters porep, CancellationToken cancellation)
    {
        if (!_hashes.TryGetValue((replica, porep.SectorSize), out Bytes32? hash))
        {
            (int tree, long node) = ProbeOf(porep);
            _hashes[(replica, porep.SectorSize)] = hash = Hash(replica, porep, tree, node, cancellation);
        }

        return hash;
    }

    private Bytes32? Hash(string replica, PorepParameters porep, int tree, long node, CancellationToken cancellation)
    {
        Bytes32? hash = null;
        FileLooks.Reading(() =>
        {
            using PaddedFile file = new(replica, porep.SectorSize);
            hash = BaseTreeOfReplica.Node(
                new SurveyedReplica(file), porep, tree, KeptOf(porep).LowestRow, node, cancellation, _settings.Kernels.Poseidon);
            return new Good(CheckDepth.Sampled);
        });
        return hash;
    }

    private (int Tree, long Node)? FirstDifference(IdentifiedFolder folder, IdentifiedFolder other)
    {
        KeptTree kept = KeptOf(folder.Owner.Porep);
        (int, long)? found = null;
        FileLooks.Reading(() =>
        {
            for (int tree = 0; tree < folder.Owner.Porep.Shape.BaseTrees && found is null; tree++)
            {
                using KeptRows mine = KeptRows.Read(TreeIn(folder, tree), kept.Layout, kept.LowestRow);
                using KeptRows theirs = KeptRows.Read(TreeIn(other, tree), kept.Layout, kept.LowestRow);
                found = mine.DifferencesFrom(theirs).Where(range => range.Row == kept.LowestRow)
                    .Select(range => ((int, long)?)(tree, range.First)).FirstOrDefault();
            }

            return new Good(CheckDepth.Sampled);
        });
        return found;
    }

    private static string TreeIn(IdentifiedFolder folder, int tree) => Path.Combine(folder.Path, CacheNames.TreeRLast(folder.Owner.Porep.Shape, tree));
}
