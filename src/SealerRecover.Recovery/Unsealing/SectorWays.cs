using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Unsealed;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>
/// Out of which files of a sector something can come, the cheapest first: unsealed copies; an update with the sealed file that it was made
/// from; a replica whose last layer is still there; a replica whose labels have to be made, or were by an earlier run. Only names and lengths
/// are looked at, and which bytes unsealed copies hold.
/// </summary>
/// <param name="storage">Where files are.</param>
/// <param name="labels">The folder of labels of all sectors.</param>
internal sealed class SectorWays(StorageRoots storage, string labels)
{
    /// <summary>The ways.</summary>
    /// <param name="common">The sector, the range and where it goes; no files.</param>
    public IReadOnlyList<UnsealPlan> Of(UnsealRequest common)
    {
        SectorFacts facts = common.Facts;
        IReadOnlyList<string> updates = At(InstallArea.Update);
        IReadOnlyList<string> keys = At(InstallArea.Sealed);
        List<UnsealPlan> ways =
        [
            .. At(InstallArea.Unsealed).Where(copy => MayHave(copy, facts.SealProof.SectorSize, [common.Range, .. common.Within]))
                .Select(copy => new UnsealPlan(common with { UnsealedFile = copy }, KeyOrigin.None, null, [])),
        ];
        if (facts.Update is null)
        {
            ways.AddRange(keys.Select(replica => WithLabels(common with { SealedFile = replica })));
        }
        else
        {
            ways.AddRange(updates.SelectMany(update => keys.Select(key => new UnsealPlan(WithUpdate(update) with { SealedFile = key }, KeyOrigin.SealedFile, null, []))));
            if (facts.Data is null)
            {
                ways.AddRange(updates.Select(update => WithLabels(WithUpdate(update))));
            }
        }

        return [.. ways.OrderBy(way => way.Key)];

        IReadOnlyList<string> At(InstallArea area) => storage.PlacesOf(facts.Sector, area);

        UnsealRequest WithUpdate(string update) => common with { UpdateFile = update, UpdateCacheFolder = Beside(update, At(InstallArea.UpdateCache)) };

        UnsealPlan WithLabels(UnsealRequest request)
        {
            IReadOnlyList<string> caches = At(InstallArea.Cache);
            if (caches.FirstOrDefault(cache => HasLastLayer(cache, facts)) is { } kept)
            {
                return new UnsealPlan(request with { CacheFolder = kept }, KeyOrigin.CacheFolder, null, []);
            }

            WorkspacePaths own = WorkspacePaths.Of(labels, facts.Sector);
            return new UnsealPlan(
                request.SealedFile is { } replica ? request with { CacheFolder = Beside(replica, caches) } : request,
                HasLastLayer(own.CacheFolder, facts) ? KeyOrigin.EarlierRun : KeyOrigin.Labelling,
                own.Folder,
                []);
        }
    }

    /// <summary>Layers of a sector that have still to be labelled, as far as lengths tell.</summary>
    public int LayersToCome(SectorFacts facts)
    {
        string cache = WorkspacePaths.Of(labels, facts.Sector).CacheFolder;
        int layers = facts.SealProof.Porep.Layers;
        return layers - Enumerable.Range(1, layers).LastOrDefault(layer => FileLook.Through(Path.Combine(cache, CacheNames.Layer(layer))).Length == facts.SealProof.SectorSize.Bytes);
    }

    private static bool HasLastLayer(string cache, SectorFacts facts) =>
        FileLook.Through(LabelKey.LayerIn(cache, facts.SealProof.Porep)).Length == facts.SealProof.SectorSize.Bytes;

    /// <summary>The cache folder of the same storage path, else any: they are looked into for a p_aux, which tells another sector's files.</summary>
    private string? Beside(string replica, IReadOnlyList<string> caches) =>
        caches.FirstOrDefault(cache => storage.FolderOf(cache) == storage.FolderOf(replica)) ?? (caches.Count > 0 ? caches[0] : null);

    private static bool MayHave(string copy, SectorSize size, IReadOnlyList<UnsealRange> ranges)
    {
        try
        {
            using UnsealedFile file = UnsealedFile.Open(copy, size);
            return ranges.All(range => file.Has(range.Padded));
        }
        catch (OperatorException)
        {
            // What is wrong with it is said when it is read.
            return true;
        }
    }
}
