namespace SealerRecover.Recovery.Survey;

/// <summary>The rules by which a survey becomes advice. Pure.</summary>
internal static class RepairRules
{
    /// <summary>One advice for each part of the sector; <see cref="AdvisedRepair.Nothing"/> for parts that are whole.</summary>
    public static IEnumerable<RepairAdvice> For(SectorSurvey survey)
    {
        IEnumerable<RepairAdvice> replicas = survey.Update is { } update ? Snapped(survey.Sealed, update) : [survey.CanCommit1 ? NotSnapped(survey.Sealed) : Unproven(survey)];
        return [.. replicas, Unsealed(survey.Unsealed)];
    }

    private static RepairAdvice NotSnapped(ReplicaSurvey files) => Files(files, SectorPart.Sealed, files.PAux.IsGood) switch
    {
        { } advice => advice,
        null when files.PAux.IsGood => new RepairAdvice(
            AdvisedRepair.RelabelReplica,
            SectorPart.Sealed,
            $"The sealed file is {Fate(files.Replica)} and p_aux good, so labelling alone makes it again: comm_c need not be computed."),
        null => new RepairAdvice(
            AdvisedRepair.FullReseal,
            SectorPart.Sealed,
            files.IsMissing
                ? "Nothing of the sector is left, so it is sealed again from the start."
                : $"p_aux is {Fate(files.PAux)}, and comm_c in it comes from all layers, so they are made again."
                    + (files.Replica.IsGood ? " The sealed file that is left is compared with, not written over." : "")),
    };

    /// <summary>What Commit 1 reads follows from all layers, whatever else is left.</summary>
    private static RepairAdvice Unproven(SectorSurvey survey)
    {
        FileSurvey[] wanting = [.. survey.ForCommit1.Where(file => !file.IsGood)];
        if (survey is { LayersStand: true, Sealed: { Replica.IsGood: true, PAux.IsGood: true } })
        {
            return new RepairAdvice(
                AdvisedRepair.MakeSyntheticProofs,
                SectorPart.Sealed,
                $"It is not proven yet, and {wanting[0].Name}, which Commit 1 reads, is {Fate(wanting[0])}; layers and trees are there, so it is made of them.");
        }

        string what = wanting switch
        {
            [] => "no folder has all files",
            [var one] => $"{one.Name} is {Fate(one)}",
            [var first, ..] => $"{first.Name} and {(wanting.Length == 2 ? wanting[1].Name : $"{wanting.Length - 1} more files")} are {Fate(first)}",
        };
        return new RepairAdvice(
            AdvisedRepair.FullReseal,
            SectorPart.Sealed,
            survey.Sealed.IsMissing && survey.ForCommit1.All(file => file.IsMissing)
                ? "Nothing of the sector is left, so it is sealed again from the start."
                : $"It is not proven yet, and of what Commit 1 reads {what}; that comes from all layers, so they are made again."
                    + (survey.Sealed.Replica.IsGood ? " The sealed file that is left is compared with, not written over." : ""));
    }

    private static IEnumerable<RepairAdvice> Snapped(ReplicaSurvey key, ReplicaSurvey update)
    {
        // An update keeps its key's comm_c, so either p_aux tells it.
        bool commC = key.PAux.IsGood || update.PAux.IsGood;
        RepairAdvice? ofKey = Files(key, SectorPart.Sealed, commC);
        RepairAdvice? ofUpdate = Files(update, SectorPart.Update, commC);
        if (ofUpdate is not null)
        {
            yield return ofUpdate;

            // Lotus and Curio delete the sealed file of a snapped sector; then nothing is wrong with the key.
            yield return ofKey is not null ? ofKey with { IsNeeded = key.Needed.Any(IsDamaged) && ofKey.IsNeeded } : new RepairAdvice(
                AdvisedRepair.RebuildKey,
                SectorPart.Sealed,
                $"The sealed file, the update's key, is {Fate(key.Replica)}; proving needs only the update, so make the key again only if you want it.",
                IsNeeded: IsDamaged(key.Replica));
        }
        else if (key.Replica.IsGood && commC)
        {
            yield return new RepairAdvice(
                AdvisedRepair.RebuildUpdate,
                SectorPart.Update,
                $"The update is {Fate(update.Replica)} and its key good, so putting the data into the key makes it again.");
            yield return ofKey!;
        }
        else
        {
            yield return new RepairAdvice(
                AdvisedRepair.Everything,
                SectorPart.Update,
                $"The update is {Loss(update)} and its key {Loss(key)}, so the key is sealed again and the update made from it.");
        }
    }

    /// <summary>What is to do where the replica is good and comm_c known; null if that is not so.</summary>
    private static RepairAdvice? Files(ReplicaSurvey files, SectorPart part, bool commC)
    {
        if (!files.Replica.IsGood || !commC)
        {
            return null;
        }

        string replica = part == SectorPart.Update ? "update" : "sealed file";
        RepairAdvice copies = Copies(files, part);
        return (files.PAux.IsGood, files.HasTrees, files.TAux.IsGood || copies.IsNeeded) switch
        {
            (false, _, _) => new RepairAdvice(
                AdvisedRepair.RebuildTrees,
                part,
                $"The {replica} is good and p_aux {Fate(files.PAux)}; comm_c is in the {(part == SectorPart.Update ? "key" : "update")}'s p_aux, comm_r_last follows from the {replica}."),
            (_, false, _) => new RepairAdvice(
                AdvisedRepair.RebuildTrees, part, $"The {replica} and p_aux are good, so its tree_r_last files are made from it."),
            (_, _, false) => new RepairAdvice(
                AdvisedRepair.WriteTAux,
                part,
                $"Only t_aux is {Fate(files.TAux)}; it holds nothing but the sector's shape and no proof reads it, so write it only if you want it.",
                IsNeeded: false),
            _ => copies,
        };
    }

    private static RepairAdvice Copies(ReplicaSurvey files, SectorPart part)
    {
        CopyAdvice[] copies = [.. files.Files.Where(file => file.IsGood).SelectMany(file => ToCopy(files, file))];
        return copies.Length == 0
            ? new RepairAdvice(AdvisedRepair.Nothing, part, "Every file is good.", IsNeeded: false)
            : new RepairAdvice(
                AdvisedRepair.CopyGood,
                part,
                "A good copy of every file is there, but not where Lotus or Curio may look: copy it over the others.",
                IsNeeded: files.Needed.Any(file => file.IsGood && ToCopy(files, file).Any()))
            {
                Copies = copies,
            };
    }

    /// <summary>Every bad copy of a replica, and in every cache folder each file that is not good, comes from the best copy.</summary>
    private static IEnumerable<CopyAdvice> ToCopy(ReplicaSurvey files, FileSurvey file) => file.Copies
        .Where(copy => !copy.State.IsGood && (file == files.Replica || !IsEmptyFolder(files, copy)))
        .Select(copy => new CopyAdvice(file.Best!.Path, copy.Path));

    /// <summary>Whether the copy's cache folder holds nothing that proves the sector: then it is of no use, and filling it helps nobody.</summary>
    private static bool IsEmptyFolder(ReplicaSurvey files, FileCopy copy) => files.Needed
        .Where(file => file != files.Replica)
        .SelectMany(file => file.Copies)
        .Where(other => Path.GetDirectoryName(other.Path) == Path.GetDirectoryName(copy.Path))
        .All(other => other.State is Missing);

    private static RepairAdvice Unsealed(FileSurvey unsealed) => unsealed.Copies.All(copy => copy.State.IsGood)
        ? new RepairAdvice(AdvisedRepair.Nothing, SectorPart.Unsealed, "It is good, or not there, which is no loss.", IsNeeded: false)
        : unsealed.Best is { } good
            ? new RepairAdvice(AdvisedRepair.CopyGood, SectorPart.Unsealed, "One unsealed copy is good and another is not.")
            {
                Copies = [.. unsealed.Copies.Where(copy => !copy.State.IsGood).Select(copy => new CopyAdvice(good.Path, copy.Path))],
            }
            : new RepairAdvice(
                AdvisedRepair.UnsealAgain,
                SectorPart.Unsealed,
                $"The unsealed copy is {Fate(unsealed)}; proving does without, retrieval does not: delete it, or take the data out of the sector again.");

    private static bool IsDamaged(FileSurvey file) => !file.IsGood && !file.IsMissing;

    private static string Loss(ReplicaSurvey files) => files.Replica.IsGood ? "without any p_aux that tells comm_c" : Fate(files.Replica);

    private static string Fate(FileSurvey file) => file.IsMissing ? "missing"
        : file.Copies.Any(copy => copy.State is Damaged or WrongLength) ? "damaged"
        : file.Copies.Any(copy => copy.State is Misplaced) ? "another's"
        : "unreadable";
}
