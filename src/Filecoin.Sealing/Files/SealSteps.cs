using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Files;

/// <summary>The steps of PreCommit1 and PreCommit2, and whether what they made is still there.</summary>
internal static class SealSteps
{
    /// <summary>Every base tree is finished, p_aux and t_aux are written.</summary>
    public static SealStep Trees => new(StepKind.Trees);

    /// <summary>tree_d is written.</summary>
    public static SealStep TreeD => new(StepKind.TreeD);

    /// <summary>A layer file is written; layers counted from 1.</summary>
    public static SealStep Layer(int layer) => new(StepKind.Layer, Number: layer);

    /// <summary>A base tree of tree_r_last is written.</summary>
    public static SealStep TreeRLast(int tree) => new(StepKind.TreeRLast, Number: tree);

    /// <summary>A base tree of tree_c is done; on record is its root.</summary>
    public static SealStep TreeCRoot(int tree) => new(StepKind.TreeCRoot, Number: tree);

    /// <summary>A base tree of tree_c is written.</summary>
    public static SealStep TreeC(int tree) => new(StepKind.TreeC, Number: tree);

    /// <summary>Whether a step is recorded and its file is what was recorded.</summary>
    public static bool IsRecorded(IFileSystem files, IStepLog log, SealStep step, string path) =>
        log.TryGet(step, out FileDigest digest)
        && FileLook.Through(path).IsFileOf(digest.Length)
        && SegmentDigests.OfFile(files, path) == digest;
}
