using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Survey;

/// <summary>
/// Finds what lies where something else belongs, by what it commits to: a cache folder is that of the sector whose CommR its p_aux makes, a
/// replica that of the tree_r_last files it agrees with. Looks only where a survey found something wanting. Nothing is written.
/// </summary>
/// <param name="roots">Where to look.</param>
/// <param name="settings">How the survey looks; a replica is compared by a sample unless that reads all.</param>
/// <param name="known">What the sectors commit to that files may be of; the surveyed ones among them.</param>
public sealed class MisplacedSearch(StorageRoots roots, SurveySettings settings, IReadOnlyList<SurveyFacts> known)
{
    /// <summary>Stretches of a replica compared before it is called a sector's: other content differs in nearly all of them.</summary>
    private const int Stretches = 1000;

    private readonly Lazy<CommitmentInventory> _inventory = new(() => new CommitmentInventory(roots, settings, known));

    /// <summary>The survey with what of the sector's lies elsewhere, and what of others' lies under its name.</summary>
    /// <param name="survey">One sector, looked at.</param>
    /// <param name="progress">Told how far, while something is read; may be null.</param>
    /// <param name="cancellation">Stops within a second.</param>
    public SectorSurvey Complete(SectorSurvey survey, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(survey);
        if (!survey.Facts.AreFromChain || !IsWanting(survey))
        {
            return survey;
        }

        CommitmentInventory inventory = _inventory.Value;
        IdentifiedFolder[] folders =
            [.. inventory.Folders.Where(folder => folder.LiesAs == survey.Sector || folder.Owner.Sector == survey.Sector)];
        List<MisplacedFiles> found = [];
        foreach (IdentifiedFolder folder in folders.Where(folder => !folder.IsInPlace))
        {
            found.Add(new MisplacedFiles(folder.Path, folder.LiesAs, folder.Owner.Sector, folder.Part, IsFolder: true)
            {
                Judged = Judge(folder, [], progress, cancellation),
            });
        }

        // A replica may lie elsewhere without its cache folder, and the other way round.
        (string Replica, IdentifiedFolder Folder)[] pairs =
        [
            .. from folder in folders
               from replica in inventory.ReplicasOf(folder, folder.Owner.Sector == survey.Sector, progress, cancellation)
               select (replica, folder),
            .. from area in new[] { InstallArea.Sealed, InstallArea.Update }
               from replica in roots.PlacesOf(survey.Sector, area)
               from folder in inventory.FoldersOf(replica, cancellation)
               select (replica, folder),
        ];
        foreach ((string replica, IdentifiedFolder folder) in pairs.Distinct())
        {
            if (!folder.IsPlaceOf(roots, replica)
                && found.TrueForAll(other => other.From != replica)
                && inventory.IsRather(replica, folder, cancellation)
                && Judge(folder, [replica], progress, cancellation) is { Replica.IsGood: true } judged)
            {
                found.Add(new MisplacedFiles(replica, StorageRoots.SectorAt(replica), folder.Owner.Sector, folder.Part, IsFolder: false) { Judged = judged });
            }
        }

        return found.Count == 0 ? survey : survey with { Misplaced = WithTargets(survey, found, cancellation) };
    }

    /// <summary>Whose files lie under a name that the chain does not know: one sentence for each; nothing where they are nobody's that is known.</summary>
    public IEnumerable<string> Under(SectorId sector) => _inventory.Value.Folders.Where(folder => folder.LiesAs == sector && !folder.IsInPlace)
        .Select(folder => $"{folder.Path} holds files of {folder.Owner.Sector}: its p_aux makes that sector's CommR");

    /// <summary>All cache folders that lie where another's belongs: the sector that the name says, where it is, and whose it is.</summary>
    public IEnumerable<(SectorId LiesAs, string Path, SectorId Owner)> CacheFolders() =>
        _inventory.Value.Folders.Where(folder => !folder.IsInPlace).Select(folder => (folder.LiesAs, folder.Path, folder.Owner.Sector));

    /// <summary>Whether a sector's place holds a p_aux that is none of the known sectors': others have to be asked about to tell whose it is.</summary>
    public static bool HoldsUnknown(StorageRoots roots, IReadOnlyList<SurveyFacts> known, string? poseidonKernel)
    {
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentNullException.ThrowIfNull(known);
        HashSet<CommR> commRs = [.. known.SelectMany(facts => new[] { facts.SealedCid, facts.UpdateSealedCid }).OfType<CommR>()];
        return (from facts in known
                from area in new[] { InstallArea.Cache, InstallArea.UpdateCache }
                from folder in roots.PlacesOf(facts.Sector, area)
                select PAuxCopy.Read(Path.Combine(folder, CacheNames.PAux), expected: null, poseidonKernel).Value)
            .OfType<PAuxFile>()
            .Any(pAux => !commRs.Contains(CommRs.From(pAux.CommC, pAux.CommRLast, poseidonKernel)));
    }

    /// <summary>Whether anything is missing or bad that would be looked for elsewhere. Of a snapped sector, a key that is gone is no loss.</summary>
    private static bool IsWanting(SectorSurvey survey) => survey.Update is { } update
        ? IsBad(update) || (!survey.Sealed.IsMissing && survey.Sealed.Files.Any(file => file.Copies.Any(copy => copy.State is Damaged or WrongLength)))
        : IsBad(survey.Sealed);

    private static bool IsBad(ReplicaSurvey files) =>
        files.Needed.Any(file => !file.IsGood || file.Copies.Any(copy => copy.State is Damaged or WrongLength));

    private ReplicaSurvey Judge(IdentifiedFolder folder, string[] replicas, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        bool whole = settings.Deep && settings.Sample is null;
        SurveySettings how = settings with { Deep = true, Quick = false, Sample = whole ? null : Math.Max(settings.Sample ?? 0, Stretches) };
        return new ReplicaSurveyor(roots, how, folder.Owner, progress, cancellation).Survey(
            replicas, [folder.Path], folder.Part == SectorPart.Update ? ManifestFile.Update : ManifestFile.Sealed, folder.CommR);
    }

    private List<MisplacedFiles> WithTargets(SectorSurvey survey, List<MisplacedFiles> found, CancellationToken cancellation)
    {
        HashSet<string> sources = [.. found.Select(files => files.From)];
        HashSet<(SectorId, SectorPart, bool)> given = [];
        List<MisplacedFiles> all = [];
        foreach (MisplacedFiles files in found.OrderByDescending(files => files.Judged.HasTrees))
        {
            string to = files.Target(roots);
            bool isFree = FileLook.At(to).Kind == FileKind.Missing || sources.Contains(to);
            bool isWanted = files.Owner == survey.Sector ? !survey.Has(files, found) : isFree && !OthersHas(files, cancellation);
            all.Add(isWanted && given.Add((files.Owner, files.Part, files.IsFolder)) ? files with { To = to } : files);
        }

        return all;
    }

    /// <summary>Whether the owner, which is not the surveyed sector, has such files where they belong.</summary>
    private bool OthersHas(MisplacedFiles files, CancellationToken cancellation)
    {
        IdentifiedFolder[] own = [.. _inventory.Value.Folders.Where(folder => folder.Owner.Sector == files.Owner && folder.Part == files.Part)];
        return files.IsFolder
            ? own.Any(folder => folder.IsInPlace)
            : own.Any(folder => _inventory.Value.ReplicasOf(folder, everywhere: false, progress: null, cancellation).Any(path => folder.IsPlaceOf(roots, path)));
    }
}
