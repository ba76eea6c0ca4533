using System.CommandLine;
using System.Globalization;
using Filecoin.Curio;
using Filecoin.Primitives;
using SealerRecover.Recovery;

namespace SealerRecover.Commands;

/// <summary>
/// The sectors that stood on a disk that is lost, as Curio knows them. Curio forgets them about two hours after the disk's last machine was seen, so
/// the list goes into the metadata file before anything else is asked, and a later run takes it from there.
/// </summary>
internal sealed class LostDiskOption
{
    /// <summary>--lost-on.</summary>
    public Option<string[]> Disks { get; } = new("--lost-on")
    {
        Description = "All sectors that stood in a storage path that is lost, by its storage ID or URL, as Curio's database tells them. May be repeated.",
        HelpName = "storage",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>Whether any is named.</summary>
    public bool IsGiven(CommandContext context) => Named(context).Length > 0;

    /// <summary>The sectors on the disks that were named, in order, and the list in the metadata file.</summary>
    /// <param name="context">The command.</param>
    /// <param name="miner">Whose sectors.</param>
    /// <param name="database">Curio's database; null if none is configured.</param>
    /// <param name="file">Where the list is kept.</param>
    /// <exception cref="OperatorException">Neither database nor file knows such a storage path; or the file cannot be written.</exception>
    public async Task<IReadOnlyList<ulong>> FindAsync(CommandContext context, ActorId miner, CuriosDatabase? database, ExportFile file)
    {
        SortedSet<ulong> sectors = [];
        foreach (string name in Named(context))
        {
            LostDisk[] kept = [.. file.LostDisks.Where(disk => disk.Storage == name || disk.Urls.Any(url => CuriosDatabase.IsUrl(url, name)))];
            (LostDisk[] told, OperatorException? failure) = await ToldAsync(context, miner, database, name);
            LostDisk[] disks = [.. told.Concat(kept).GroupBy(disk => disk.Storage).Select(same => same.Aggregate((newer, older) => newer.With(older)))];
            if (disks.Length == 0)
            {
                throw failure ?? new OperatorException(
                    FailureKind.BadInput,
                    database is null
                        ? $"{Disks.Name} asks Curio's database, and none is named"
                        : $"Curio's database knows no storage path with the ID or URL \"{SafeText.Short(name)}\", and {file.Path} keeps no list of one",
                    database is null
                        ? "name it with --curio-db, or set CURIO_DB_HOST as Curio itself does"
                        : "take the ID from the path's sectorstore.json or the URL from Curio's storage page; Curio forgets a path about two hours after it was last seen, "
                            + "so where it has, name the sectors with --faulty");
            }

            file.Keep(disks);
            foreach (LostDisk disk in disks)
            {
                sectors.UnionWith(disk.Sectors);
                bool isKept = told.All(other => other.Storage != disk.Storage);
                context.Events.Notice(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{disk.Sectors.Count} sectors of {miner} stood in the storage path {disk.Storage}{(disk.Urls.Count > 0 ? $" of {string.Join(", ", disk.Urls)}" : "")}, by "
                        + $"{(isKept ? $"the list in {file.Path}{(failure is null ? ", since Curio has forgotten them" : "")}" : $"Curio's database; {file.Path} keeps the list")}"));
            }

            if (failure is not null)
            {
                context.Events.Notice($"Curio's database could not be asked ({failure.Message})");
            }
        }

        return [.. sectors];
    }

    private string[] Named(CommandContext context) => context.Parsed.GetValue(Disks) ?? [];

    private static async Task<(LostDisk[] Told, OperatorException? Failure)> ToldAsync(
        CommandContext context, ActorId miner, CuriosDatabase? database, string name)
    {
        if (database is null)
        {
            return ([], null);
        }

        try
        {
            IReadOnlyList<CurioPath> paths = await database.FindPathsAsync(miner, name, context.Cancellation);
            DateTimeOffset now = context.Host.Time.GetUtcNow();
            return ([.. paths.Select(path => new LostDisk(path.Id, path.Urls, path.Heard, now, path.Sectors))], null);
        }
        catch (OperatorException failure)
        {
            return ([], failure);
        }
    }
}
