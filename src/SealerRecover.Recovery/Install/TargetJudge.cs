using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Storage;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Install;

/// <summary>
/// Judges the places that a sector's files go to before hours of work, without reading replicas or trees whole: what stands there may be used,
/// is absent, cannot be this sector's, or is of no use at all. Refuses what installing would fail at, as far as that can be known: a
/// different file that may not or cannot be moved aside, a folder that takes no files.
/// </summary>
internal sealed class TargetJudge(IFileSystem files, RecoverySettings settings)
{
    /// <summary>Judges them. That something passes says nothing about its content yet.</summary>
    /// <param name="facts">The sector.</param>
    /// <param name="keepUnsealed">Whether an unsealed copy is installed.</param>
    /// <param name="commR">CommR of a p_aux.</param>
    /// <exception cref="OperatorException">BadInput where the storage path takes no such files, TargetExists, or Storage where something cannot be moved aside or made.</exception>
    public StandingTargets Judge(SectorFacts facts, bool keepUnsealed, Func<PAuxFile, CommR> commR)
    {
        ResultLayout layout = new(settings.ResultFolder, facts.Sector);
        TargetRefusals refusals = new(settings.ResultFolder, facts.Sector);
        if (StorageRules.Refusal(settings.ResultFolder, facts.Sector, StorageRules.AreasOf(facts, keepUnsealed)) is { } ruled)
        {
            throw refusals.NotTaken(ruled);
        }

        Looking looking = new(files, settings, layout, refusals);
        looking.RefuseShared(layout.Own);
        PorepParameters porep = facts.SealProof.Porep;
        RecoverySettings own = settings.Of(facts);
        looking.Folder(
            InstallArea.Cache, CacheFiles.Installed(porep, own.KeepAll == true, own.SyntheticProofs == true), Stranger(facts.SealedCid));
        looking.File(InstallArea.Sealed, facts.SealProof.SectorSize.Bytes);
        if (facts.Update is { } update)
        {
            looking.Folder(InstallArea.UpdateCache, CacheNames.Finalized(porep), Stranger(update.SealedCid));
            looking.File(InstallArea.Update, facts.SealProof.SectorSize.Bytes);
        }

        if (keepUnsealed)
        {
            looking.File(InstallArea.Unsealed, length: null);
        }

        return looking.Found;

        Func<string, string?> Stranger(CommR expected) => pAux => Conflict(PAuxFile.Read(files, pAux), expected);

        string? Conflict(PAuxFile pAux, CommR expected) => commR(pAux) is var found && found != expected ? $"belongs to a sector whose CommR is {found}" : null;
    }

    private sealed class Looking(IFileSystem files, RecoverySettings settings, ResultLayout layout, TargetRefusals refusals)
    {
        private readonly ulong _device = FileLook.TryThrough(layout.Own) is { Kind: FileKind.Folder } own ? own.Device : FileLook.TryThrough(layout.Root).Device;

        public StandingTargets Found { get; } = StandingTargets.Unseen();

        public void RefuseShared(string folder)
        {
            if (TargetLook.OfFolder(folder).Trouble is { } why)
            {
                throw refusals.SharedFolder(folder, why);
            }
        }

        public void File(InstallArea area, long? length)
        {
            RefuseShared(layout.Parent(area));
            string path = layout.Of(area);
            TargetLook look = TargetLook.OfReadableFile(files, path);
            if ((look.Trouble ?? (look.IsAbsent ? null : settings.Damaged.GetValueOrDefault(path))) is { } trouble)
            {
                Found.Condemn(path, trouble);
                MustMove(path, path, trouble);
            }
            else if (look.IsAbsent)
            {
                MustBeMadeIn(layout.Parent(area), path);
            }
            else if (length is { } expected && look.Look.Length != expected)
            {
                MustMove(path, path, $"has {look.Look.Length} bytes where this sector's has {expected}");
            }
            else if (NameRights.AgainstMoving(path) is { } why)
            {
                Found.Fix(path, why);
            }
        }

        public void Folder(InstallArea area, IReadOnlyList<string> names, Func<string, string?> stranger)
        {
            RefuseShared(layout.Parent(area));
            string folder = layout.Of(area);
            TargetLook look = TargetLook.OfFolder(folder);
            if (look.Trouble is { } trouble)
            {
                Found.Condemn(folder, trouble);
                MustMove(folder, folder, trouble);
            }
            else if (look.IsAbsent)
            {
                MustBeMadeIn(layout.Parent(area), folder);
            }
            else
            {
                In(folder, area == InstallArea.UpdateCache ? names.Where(IsNeeded) : names, stranger);
            }

            // An update of a key without t_aux has none either.
            bool IsNeeded(string name) => name != CacheNames.TAux || !TargetLook.OfFile(Path.Combine(folder, name)).IsAbsent;
        }

        // A cache folder is moved aside whole, so whatever is wrong in it is about the folder.
        private void In(string folder, IEnumerable<string> names, Func<string, string?> stranger)
        {
            bool moves = false;
            string? absent = null;
            foreach (string path in names.Select(name => Path.Combine(folder, name)))
            {
                TargetLook look = TargetLook.OfReadableFile(files, path);
                string? different = look.Trouble ?? (look.IsAbsent ? null : Different(path, look.Look, stranger));
                if (look.Trouble is { } trouble)
                {
                    Found.Condemn(path, trouble);
                }

                if (different is not null)
                {
                    MustMove(folder, path, different);
                    moves = true;
                }

                absent ??= look.IsAbsent ? path : null;
            }

            if (moves)
            {
                return;
            }

            if (absent is not null)
            {
                MustBeMadeIn(folder, absent);
            }
            else if (NameRights.AgainstMoving(folder) is { } why)
            {
                Found.Fix(folder, why);
            }
        }

        private static string? Different(string path, FileLook look, Func<string, string?> stranger) => Path.GetFileName(path) != CacheNames.PAux ? null
            : look.Length != PAuxFile.Length ? $"has {look.Length} bytes where this sector's has {PAuxFile.Length}"
            : stranger(path);

        private void MustMove(string moved, string path, string complaint)
        {
            if (!settings.Force)
            {
                throw refusals.Exists(path, $"{complaint}; {TargetRefusals.NothingComputed}");
            }

            if (NameRights.AgainstMoving(moved) is { } why)
            {
                throw refusals.CannotBeMoved(moved, moved == path ? complaint : $"holds {Path.GetFileName(path)}, which {complaint}", why);
            }

            RefuseOtherDisk(moved);
        }

        private void MustBeMadeIn(string folder, string path)
        {
            if (FileLook.TryThrough(folder).Kind == FileKind.Folder)
            {
                if (NameRights.AgainstChangesIn(folder) is { } why)
                {
                    throw refusals.CannotBeMade(path, why);
                }

                RefuseOtherDisk(path);
            }
        }

        // Staging and what is moved aside are beside the areas, in the result folder.
        private void RefuseOtherDisk(string path)
        {
            if (FileLook.TryThrough(Path.GetDirectoryName(path)!).Device != _device)
            {
                throw refusals.OtherFileSystem(path);
            }
        }
    }
}
