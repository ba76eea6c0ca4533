using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Survey;

/// <summary>Looks at everything that storage paths hold of a sector and says how it is. Opens files for reading and changes nothing.</summary>
/// <param name="roots">Where to look.</param>
/// <param name="settings">How far to look.</param>
public sealed class SectorSurveyor(StorageRoots roots, SurveySettings settings)
{
    /// <summary>Looks at one sector. What is wrong with a file is its state, never an exception.</summary>
    /// <param name="facts">What to compare with.</param>
    /// <param name="progress">Told how far, while something is read; may be null.</param>
    /// <param name="cancellation">Stops within a second.</param>
    public SectorSurvey Survey(SurveyFacts facts, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(facts);
        bool hasUpdate = HasAny(facts.Sector, InstallArea.Update) || HasAny(facts.Sector, InstallArea.UpdateCache);
        FileSurvey? unsealed = null;
        if (settings is { Deep: true, Readings: { } readings })
        {
            // Hours of reading come first, go on where they were stopped, and stop as soon as they are asked to; the rest is seconds and is finished.
            unsealed = Unsealed(facts, progress, cancellation);
            ReplicaSurveyor ahead = new(roots, settings, facts, progress, cancellation);
            ahead.ReadAhead(InstallArea.Sealed, readings);
            ahead.ReadAhead(InstallArea.Update, readings);
            cancellation = CancellationToken.None;
        }

        ReplicaSurveyor surveyor = new(roots, settings, facts, progress, cancellation);
        ReplicaSurvey sealedOnes = surveyor.Survey(InstallArea.Sealed, InstallArea.Cache, ManifestFile.Sealed, facts.SealedCid);
        IReadOnlyList<FileSurvey> forCommit1 = Commit1Files.Survey(roots, settings, facts, sealedOnes, progress, cancellation);
        sealedOnes = sealedOnes with { Extra = [.. sealedOnes.Extra.Where(extra => !forCommit1.Any(file => file.Name == Path.GetFileName(extra.Path)))] };
        ReplicaSurvey? update = facts.IsSnapped ?? hasUpdate
            ? surveyor.Survey(InstallArea.Update, InstallArea.UpdateCache, ManifestFile.Update, facts.UpdateSealedCid)
            : null;
        List<string> warnings = [];
        if (hasUpdate && update is null)
        {
            warnings.Add("it has files in update/ or update-cache/, but the chain knows of no update");
        }

        foreach (StrayEntry stray in roots.StraysOf(facts.Sector))
        {
            warnings.Add($"{stray.Path} is declared as this sector by Lotus, whatever it is: move it elsewhere");
        }

        warnings.AddRange(
            from replica in new[] { sealedOnes, update }.OfType<ReplicaSurvey>()
            from extra in replica.Extra
            where !extra.IsLeftOver
            select $"{extra.Path} is no file of a sector");
        return new SectorSurvey
        {
            Facts = facts,
            Sealed = sealedOnes,
            Update = update,
            ForCommit1 = forCommit1,
            LayersStand = facts.Unproven is { Variant: PorepVariant.Synthetic }
                && roots.PlacesOf(facts.Sector, InstallArea.Cache).Any(folder => Commit1Files.AreIn(folder, facts.Porep, PorepVariant.V1_1)),
            Unsealed = unsealed ?? Unsealed(facts, progress, cancellation),
            Warnings = warnings,
        };
    }

    /// <summary>The size of a sector by the length of its sealed or updated file, for when nobody tells it; false if there is none of a registered size.</summary>
    public static bool TryGuessSize(StorageRoots roots, SectorId sector, out SectorSize size)
    {
        ArgumentNullException.ThrowIfNull(roots);
        size = default;
        foreach (string path in roots.PlacesOf(sector, InstallArea.Sealed).Concat(roots.PlacesOf(sector, InstallArea.Update)))
        {
            if (FileLook.TryThrough(path) is { Kind: FileKind.File, Length: var length } && SectorSize.IsValid(length)
                && SealProofs.TryGet(new SectorSize(length), PorepVariant.V1_1, out SealProofInfo proof))
            {
                size = proof.SectorSize;
                return true;
            }
        }

        return false;
    }

    private FileSurvey Unsealed(SurveyFacts facts, IProgress<SealProgress>? progress, CancellationToken cancellation) => new(
        ManifestFile.Unsealed,
        [.. roots.PlacesOf(facts.Sector, InstallArea.Unsealed).Select(path => new FileCopy(path, UnsealedLook.At(path, facts, settings, progress, cancellation)))]);

    private bool HasAny(SectorId sector, InstallArea area) => roots.PlacesOf(sector, area).Count > 0;
}
