namespace SealerRecover.Recovery.Survey;

/// <summary>What makes a sector whole again, from the cheapest to the dearest.</summary>
public enum AdvisedRepair
{
    /// <summary>Nothing is wanting.</summary>
    Nothing,

    /// <summary>Files lie in the place of others: they are moved where they belong.</summary>
    Move,

    /// <summary>Good copies of all files are there, but not beside each other, or a damaged copy stands beside a good one: copy.</summary>
    CopyGood,

    /// <summary>Only t_aux, which no proof needs: written from the sector's shape.</summary>
    WriteTAux,

    /// <summary>The replica is good and comm_c known: its tree_r_last files are made from it, and p_aux if that is lost.</summary>
    RebuildTrees,

    /// <summary>Of a Synthetic sector that is not proven, everything is there but the synthetic proofs, and layers and trees: they are made of these.</summary>
    MakeSyntheticProofs,

    /// <summary>p_aux is good, a snapped sector's update is lost and its key good: the data is put into the key again.</summary>
    RebuildUpdate,

    /// <summary>A snapped sector's key is lost and its update good: proving does without; only who wants the key makes it again.</summary>
    RebuildKey,

    /// <summary>comm_c is known, the replica lost: labelling alone makes it again; no layers are stored, no columns hashed.</summary>
    RelabelReplica,

    /// <summary>comm_c is lost, or everything: sealed again from the start. A replica that is left is compared with, not written over.</summary>
    FullReseal,

    /// <summary>Key and update of a snapped sector are lost: the key is sealed, then the update made from it.</summary>
    Everything,

    /// <summary>The unsealed copy is damaged: proving does without; it can be taken out of the sector again.</summary>
    UnsealAgain,
}

/// <summary>Which part of a sector an advice is about.</summary>
public enum SectorPart
{
    /// <summary>sealed/ and cache/; of a snapped sector, the key.</summary>
    Sealed,

    /// <summary>update/ and update-cache/.</summary>
    Update,

    /// <summary>unsealed/.</summary>
    Unsealed,
}

/// <summary>A good file that belongs elsewhere, too.</summary>
/// <param name="From">The good copy.</param>
/// <param name="To">Where it is missing or damaged.</param>
public sealed record CopyAdvice(string From, string To);

/// <summary>What to do about one part of a sector.</summary>
/// <param name="Kind">What.</param>
/// <param name="Part">About which part.</param>
/// <param name="Why">One sentence.</param>
/// <param name="IsNeeded">Whether the sector cannot be proven without, or something damaged is left; else it is only offered.</param>
public sealed record RepairAdvice(AdvisedRepair Kind, SectorPart Part, string Why, bool IsNeeded = true)
{
    /// <summary>What to copy; none unless <see cref="AdvisedRepair.CopyGood"/>.</summary>
    public IReadOnlyList<CopyAdvice> Copies { get; init; } = [];

    /// <summary>What to do about a sector, most important first; a single <see cref="AdvisedRepair.Nothing"/> if that is all.</summary>
    public static IReadOnlyList<RepairAdvice> For(SectorSurvey survey)
    {
        ArgumentNullException.ThrowIfNull(survey);
        RepairAdvice[] advice =
        [
            .. Moves(survey),
            .. RepairRules.For(survey.AfterMoves()).Where(advice => advice.Kind != AdvisedRepair.Nothing),
        ];
        return advice.Length > 0
            ? advice
            : [new RepairAdvice(AdvisedRepair.Nothing, survey.Update is null ? SectorPart.Sealed : SectorPart.Update, NothingToDo(survey.Extent), IsNeeded: false)];
    }

    private static IEnumerable<RepairAdvice> Moves(SectorSurvey survey)
    {
        MisplacedFiles[] moves = [.. survey.Misplaced.Where(files => files.To is not null)];
        if (moves.Length > 0)
        {
            yield return new RepairAdvice(
                AdvisedRepair.Move,
                moves[0].Part,
                "What lies in the place of something else is moved where it belongs, by renaming; nothing of it has to be made.");
        }
    }

    private static string NothingToDo(ReadExtent extent) => "Every file that is needed is there, and " + extent switch
    {
        ReadExtent.Whole => "nothing speaks against it.",
        ReadExtent.Sampled => "nothing speaks against what was read of it, which is a sample.",
        _ => "nothing speaks against it as far as it was read; of replicas only the length was looked at.",
    };
}
