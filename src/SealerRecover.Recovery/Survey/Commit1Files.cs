using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Proofs;
using Filecoin.Sealing.Proofs.Openings;
using Filecoin.Sealing.Proofs.Synthetic;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Survey;

/// <summary>
/// The files that Commit 1 of a sector that is not proven yet reads, beside p_aux, replica and tree_r_last: synthetic proofs where the seal
/// proof is Synthetic, as Lotus and Curio read nothing else then, else layers, tree_c and tree_d.
/// </summary>
internal static class Commit1Files
{
    /// <summary>Openings that are looked at unless more are asked for.</summary>
    private const int DefaultSample = 100;

    /// <summary>Openings that a deep look takes out of layers and trees: each is fifteen columns; all would be hours.</summary>
    private const int DeepSample = 10_000;

    /// <summary>Names and lengths.</summary>
    public static IReadOnlyList<(string Name, long Length)> Of(PorepParameters porep, PorepVariant variant)
    {
        if (variant == PorepVariant.Synthetic)
        {
            return [(CacheNames.SyntheticProofs, SyntheticForm.Of(porep).FileLength)];
        }

        long treeC = BaseTreeLayout.For(porep).TotalNodes * SectorSize.NodeBytes;
        return
        [
            .. Enumerable.Range(1, porep.Layers).Select(layer => (CacheNames.Layer(layer), porep.SectorSize.Bytes)),
            .. Enumerable.Range(0, porep.Shape.BaseTrees).Select(tree => (CacheNames.TreeC(porep.Shape, tree), treeC)),
            (CacheNames.TreeD, ((2 * porep.Nodes) - 1) * SectorSize.NodeBytes),
        ];
    }

    /// <summary>Whether a cache folder has them all, by names and lengths.</summary>
    public static bool AreIn(string cacheFolder, PorepParameters porep, PorepVariant variant) =>
        Of(porep, variant).All(file => FileLook.TryThrough(Path.Combine(cacheFolder, file.Name)).IsFileOf(file.Length));

    /// <summary>Looks at them in every cache folder of a sector; nothing where it is proven, or nobody says that it is not.</summary>
    /// <param name="roots">Where to look.</param>
    /// <param name="settings">How far to look.</param>
    /// <param name="facts">What to compare with.</param>
    /// <param name="files">The sector's other files.</param>
    /// <param name="progress">Told how far; may be null.</param>
    /// <param name="cancellation">Stops within a second.</param>
    public static IReadOnlyList<FileSurvey> Survey(
        StorageRoots roots,
        SurveySettings settings,
        SurveyFacts facts,
        ReplicaSurvey files,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation)
    {
        if (facts.Unproven is not { } unproven)
        {
            return [];
        }

        IReadOnlyList<(string Name, long Length)> needed = Of(facts.Porep, unproven.Variant);
        Dictionary<string, FileState>[] found =
        [
            .. roots.PlacesOf(facts.Sector, InstallArea.Cache).Select(folder => InFolder(folder, needed, settings, facts, files, progress, cancellation)),
        ];
        return
        [
            .. needed.Select(file => new FileSurvey(
                file.Name,
                [.. found.SelectMany(states => states).Where(state => Path.GetFileName(state.Key) == file.Name).Select(state => new FileCopy(state.Key, state.Value))])),
        ];
    }

    private static Dictionary<string, FileState> InFolder(
        string folder,
        IReadOnlyList<(string Name, long Length)> needed,
        SurveySettings settings,
        SurveyFacts facts,
        ReplicaSurvey files,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation)
    {
        Dictionary<string, FileState> states = needed
            .Select(file => (Path: Path.Combine(folder, file.Name), file.Length))
            .ToDictionary(file => file.Path, file => FileLooks.Of(file.Path, file.Length));
        if (settings.Quick || !states.Values.All(state => state.IsGood) || (files.PAux.Best is null && facts.Unproven!.Variant != PorepVariant.Synthetic))
        {
            return states;
        }

        bool synthetic = facts.Unproven!.Variant == PorepVariant.Synthetic;
        int? sample = synthetic
            ? settings.Deep ? settings.Sample : DefaultSample
            : settings.Deep ? Math.Max(DefaultSample, settings.Sample ?? DeepSample) : DefaultSample;
        IReadOnlyList<ProofFault> faults = [];
        FileState ran = FileLooks.Reading(() =>
        {
            OpeningCheck check = new()
            {
                Porep = facts.Porep,
                CommR = facts.SealedCid,
                CommD = facts.CommD,
                ReplicaId = facts.ReplicaId,
                CommC = files.PAux.Best is { } pAux ? PAuxFile.Read(pAux.Path).CommC : null,
                CacheFolder = folder,
                Sample = sample,
                Threads = settings.Threads,
                PoseidonKernel = settings.Kernels.Poseidon,
            };
            faults = synthetic ? check.OfSyntheticProofs(progress, cancellation) : check.OfLayersAndTrees(progress, cancellation);
            return new Good(CheckDepth.Length);
        });
        return states.Keys.ToDictionary(path => path, path => ran.IsGood ? StateOf(path, faults, Depth(sample, facts)) : ran);
    }

    private static Good Depth(int? sample, SurveyFacts facts) => sample switch
    {
        { } count => new Good(CheckDepth.Sampled, string.Create(CultureInfo.InvariantCulture, $"{Math.Min(count, facts.Porep.Nodes - 1)} openings checked")),
        null => new Good(facts.ReplicaId is not null && facts.AreFromChain ? CheckDepth.ProvenAgainstChain : CheckDepth.Consistent),
    };

    private static FileState StateOf(string path, IReadOnlyList<ProofFault> faults, Good good)
    {
        (ProofFault Fault, FaultPlace Place)[] own =
        [
            .. faults.SelectMany(fault => fault.Places.Where(place => place.Path == path).Select(place => (fault, place))),
        ];
        return own.Length == 0
            ? good
            : new Damaged(
                [.. ByteRange.Join(own.Select(entry => new ByteRange(entry.Place.Offset, entry.Place.Length)))
                    .Select(range => new DamagedRange(range.Offset, range.Length))],
                own[0].Fault.Sentence);
    }
}
