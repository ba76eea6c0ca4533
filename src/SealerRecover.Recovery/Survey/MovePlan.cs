using System.Collections.Immutable;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Survey;

/// <summary>One renaming within a storage path.</summary>
/// <param name="From">What is renamed.</param>
/// <param name="To">Its new name, which is free when its turn comes.</param>
/// <param name="IsAside">Whether it only makes room: <paramref name="From"/> is not known to be anything's.</param>
public sealed record MoveStep(string From, string To, bool IsAside);

/// <summary>
/// In which order misplaced files are renamed so that nothing is ever replaced. What stands in the way is moved aside, or, where it is
/// misplaced itself and waits for the other's place, first to a folder between the two.
/// </summary>
public static class MovePlan
{
    private const string Between = "moving";

    /// <summary>The steps, in order.</summary>
    /// <param name="misplaced">What to move; what has no target stays.</param>
    /// <param name="now">For the names of what is moved aside.</param>
    public static IReadOnlyList<MoveStep> For(IEnumerable<MisplacedFiles> misplaced, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(misplaced);
        List<(string From, string To, SectorId Owner)> waiting =
        [
            .. misplaced.Where(files => files.To is not null).DistinctBy(files => files.From).DistinctBy(files => files.To)
                .Select(files => (files.From, files.To!, files.Owner)),
        ];
        ImmutableArray<MoveStep>.Builder steps = ImmutableArray.CreateBuilder<MoveStep>();
        HashSet<string> left = [];
        while (waiting.Count > 0)
        {
            int ready = waiting.FindIndex(move => IsFree(move.To));

            // Where everything waits, it is for something to be moved aside, or else in a ring.
            int next = ready >= 0 ? ready : Math.Max(0, waiting.FindIndex(move => waiting.TrueForAll(other => other.From != move.To)));
            (string from, string to, SectorId owner) = waiting[next];
            if (ready >= 0)
            {
                Add(from, to, isAside: false);
                waiting.RemoveAt(ready);
                continue;
            }

            int inTheWay = waiting.FindIndex(move => move.From == to);
            string area = Path.GetFileName(Path.GetDirectoryName(to)!);
            string root = Path.GetDirectoryName(Path.GetDirectoryName(to))!;
            if (inTheWay >= 0)
            {
                string between = Path.Combine(root, ResultLayout.OwnFolder, Between, area, Path.GetFileName(to));
                Add(to, between, isAside: false);
                waiting[inTheWay] = waiting[inTheWay] with { From = between };
            }
            else
            {
                Add(to, Path.Combine(new ResultLayout(root, owner).NewAside(now), area), isAside: true);
            }
        }

        return steps.ToImmutable();

        bool IsFree(string path) => left.Contains(path) || FileLook.At(path).Kind == FileKind.Missing;

        void Add(string from, string to, bool isAside)
        {
            steps.Add(new MoveStep(from, to, isAside));
            left.Add(from);
            left.Remove(to);
        }
    }

    /// <summary>Makes the steps. What was done when one fails stays done; the same search goes on from there.</summary>
    /// <param name="steps">As <see cref="For"/> gives them.</param>
    /// <param name="files">Renames.</param>
    /// <param name="done">Told of each.</param>
    /// <exception cref="OperatorException">Storage: a rename fails; TargetExists: something came to stand in the way meanwhile.</exception>
    public static void Make(IReadOnlyList<MoveStep> steps, IFileSystem files, Action<MoveStep> done)
    {
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(done);
        foreach (MoveStep step in steps)
        {
            MoveResult result = StorageFailure.Explain($"moving {step.From} to {step.To}", () =>
            {
                files.CreateFolder(Path.GetDirectoryName(step.To)!);
                MoveResult moved = files.Move(step.From, step.To);
                files.SyncFolder(Path.GetDirectoryName(step.To)!);
                files.SyncFolder(Path.GetDirectoryName(step.From)!);
                return moved;
            });
            if (result != MoveResult.Moved)
            {
                throw new OperatorException(
                    FailureKind.TargetExists,
                    $"{step.From} cannot be moved to {step.To}, which {(result == MoveResult.TargetExists ? "came to stand there meanwhile" : "is on another file system")}",
                    "Move it by hand, with mv -nT, and run the same command again.");
            }

            done(step);
        }
    }

    /// <summary>Where things of an area wait that change places.</summary>
    internal static string FolderBetween(string root, InstallArea area) =>
        Path.Combine(root, ResultLayout.OwnFolder, Between, ResultLayout.NameOf(area));
}
