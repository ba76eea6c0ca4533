using System.CommandLine;
using System.Globalization;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
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
        Description = "All sectors that stood in a storage path that is lost, by its storage ID or URL, as Curio's database or lotus-miner tell them. May be repeated.",
        HelpName = "storage",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>Whether any is named.</summary>
    public bool IsGiven(CommandContext context) => Named(context).Length > 0;

    /// <summary>The sectors on the disks that were named, in order, and the list where one is kept.</summary>
    /// <param name="context">The command.</param>
    /// <param name="miner">Whose sectors.</param>
    /// <param name="node">How Curio's database and lotus-miner are reached.</param>
    /// <param name="list">Where the list is kept.</param>
    /// <exception cref="OperatorException">Nobody knows such a storage path; or the file cannot be written.</exception>
    public async Task<IReadOnlyList<ulong>> FindAsync(CommandContext context, ActorId miner, NodeOptions node, ILostDiskList list)
    {
        SortedSet<ulong> sectors = [];
        Teller[] tellers = [.. Tellers(context, miner, node)];
        foreach (string name in Named(context))
        {
            LostDisk[] kept = [.. list.LostDisks.Where(disk => disk.Storage == name || disk.Urls.Any(url => CuriosDatabase.IsUrl(url, name)))];
            Told[] asked = await Task.WhenAll(tellers.Select(teller => TellAsync(teller, name)));
            LostDisk[] told = [.. asked.SelectMany(answer => answer.Disks)];
            LostDisk[] disks = [.. told.Concat(kept).GroupBy(disk => disk.Storage).Select(same => same.Aggregate((newer, older) => newer.With(older)))];
            if (disks.Length == 0)
            {
                throw asked.Select(answer => answer.Failure).FirstOrDefault(failure => failure is not null) ?? Unknown(name, tellers, list);
            }

            list.Keep(disks);
            foreach (LostDisk disk in disks)
            {
                sectors.UnionWith(disk.Sectors);
                string? teller = asked.FirstOrDefault(answer => answer.Disks.Any(other => other.Storage == disk.Storage))?.Name;
                string keeps = list is ExportFile ? $"; {list.Path} keeps the list" : "";
                context.Events.Notice(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{disk.Sectors.Count} sectors of {miner} stood in the storage path {disk.Storage}{(disk.Urls.Count > 0 ? $" of {string.Join(", ", disk.Urls)}" : "")}, by "
                        + $"{(teller is null ? $"the list in {list.Path}{(Array.Exists(asked, answer => answer.Failure is null) ? ", since Curio has forgotten them" : "")}" : $"{teller}{keeps}")}"));
            }

            foreach (Told answer in asked.Where(answer => answer.Failure is not null))
            {
                context.Events.Notice($"{answer.Name} could not be asked ({answer.Failure!.Message})");
            }
        }

        return [.. sectors];
    }

    private OperatorException Unknown(string name, Teller[] tellers, ILostDiskList list) => tellers.Length == 0
        ? new OperatorException(
            FailureKind.BadInput,
            $"{Disks.Name} asks Curio's database or lotus-miner, and none is named",
            "name it with --curio-db or --miner-api-info, or set CURIO_DB_HOST or MINER_API_INFO as Curio and Lotus themselves do")
        : new OperatorException(
            FailureKind.BadInput,
            $"{string.Join(" and ", tellers.Select(teller => teller.Name))} knows no storage path with the ID or URL \"{SafeText.Short(name)}\""
                + (list.Path is null ? "" : $", and {list.Path} keeps no list of one"),
            "take the ID from the path's sectorstore.json or the URL from Curio's storage page; Curio forgets a path about two hours after it was last seen, "
                + "lotus-miner when it is started without it: where it has, name the sectors with --faulty");

    private string[] Named(CommandContext context) => context.Parsed.CommandResult.Command.Options.Contains(Disks) ? context.Parsed.GetValue(Disks) ?? [] : [];

    private static IEnumerable<Teller> Tellers(CommandContext context, ActorId miner, NodeOptions node)
    {
        DateTimeOffset now = context.Host.Time.GetUtcNow();
        if (node.Curio(context) is { } database)
        {
            yield return new Teller("Curio's database", async name =>
                [.. (await database.FindPathsAsync(miner, name, context.Cancellation)).Select(path => new LostDisk(path.Id, path.Urls, path.Heard, now, path.Sectors))]);
        }

        if (node.Sources.LotusMinerEndpoints(context) is { } endpoints)
        {
            yield return new Teller("lotus-miner", async name =>
            {
                using JsonRpcClient client = NodeOptions.Connect(context, endpoints, node.QuickTimeoutSeconds(context));
                return
                [
                    .. (await new LotusMiner(client).StoragePathsAsync(context.Cancellation))
                        .Where(path => path.Id == name || path.Path?.TrimEnd('/') == name.TrimEnd('/') || path.Urls.Any(url => CuriosDatabase.IsUrl(url, name)))
                        .Select(path => new LostDisk(path.Id, path.Urls, null, now, [.. path.Sectors.Where(sector => sector.Miner == miner).Select(sector => sector.Number)])),
                ];
            });
        }
    }

    private static async Task<Told> TellAsync(Teller teller, string name)
    {
        try
        {
            return new Told(teller.Name, await teller.FindAsync(name), null);
        }
        catch (OperatorException failure)
        {
            return new Told(teller.Name, [], failure);
        }
    }

    /// <summary>Who may know.</summary>
    private sealed record Teller(string Name, Func<string, Task<IReadOnlyList<LostDisk>>> FindAsync);

    /// <summary>What one said.</summary>
    private sealed record Told(string Name, IReadOnlyList<LostDisk> Disks, OperatorException? Failure);
}
