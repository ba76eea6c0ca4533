using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Primitives;
using SealerRecover.Recovery.Storage;
using SealerRecover.Rendering;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>
/// Asks everybody who is configured for storage paths: lotus-miner, Curio's database, and the storage.json of repositories on this machine. Who
/// cannot be asked costs seconds and is named; whether any path is found is for the caller to judge.
/// </summary>
/// <param name="node">How lotus-miner and Curio's database are reached.</param>
internal sealed class StorageDiscovery(NodeOptions node)
{
    /// <summary>Asks, all at once, and judges what they tell.</summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="asksOthers">Whether anybody is asked over a network; else only files are read.</param>
    public async Task<StorageAnswer> AskAsync(CommandContext context, bool asksOthers)
    {
        AskedTeller[] files = [.. context.Environment.StorageRepositories.Select(Read).OfType<AskedTeller>()];
        Task<AskedTeller?>[] others = asksOthers ? [LotusMinerAsync(context), CurioAsync(context)] : [];
        AskedTeller[] asked = [.. (await Task.WhenAll(others)).OfType<AskedTeller>(), .. files];
        return new StorageAnswer(asked, StorageJudgement.Of(asked, StorageLook.At));
    }

    /// <summary>What was looked at, for the sentence that says that nothing was found.</summary>
    public static string LookedAt(CommandContext context, StorageAnswer answer)
    {
        string[] told =
        [
            .. answer.Asked.Select(teller => teller.Failure is { } failure ? $"{teller.Name} could not be asked ({failure})"
                : teller.Paths.Count == 0 ? $"{teller.Name} tells none"
                : $"of {teller.Name} none is here"),
        ];
        string[] files =
        [
            .. context.Environment.StorageRepositories.Select(repository => Path.Combine(repository.Folder, StorageList.FileName))
                .Where(path => !Path.Exists(path)),
        ];
        string[] unset =
        [
            .. answer.Asked.Any(teller => teller.Teller == StorageTeller.LotusMiner) ? [] : new[] { EnvironmentSettings.MinerApiVariable },
            .. answer.Asked.Any(teller => teller.Teller == StorageTeller.CurioDatabase) ? [] : new[] { CurioVariables.HostVariable },
        ];
        return string.Join("; ",
        [
            .. told,
            .. files.Length > 0 ? [$"there is no {string.Join(" or ", files)}"] : Array.Empty<string>(),
            .. unset.Length > 0 ? [$"nobody is named by {string.Join(" or ", unset)}"] : Array.Empty<string>(),
        ]);
    }

    private static AskedTeller? Read(StorageRepository repository)
    {
        string file = Path.Combine(repository.Folder, StorageList.FileName);
        IReadOnlyList<string>? paths = StorageList.Read(repository.Folder, out OperatorException? failure);
        return paths is not null ? new AskedTeller(repository.Teller, file, [.. paths.Select(path => new ToldStorage(repository.Teller, null, repository.Expand(path), [], null))], null)
            : failure is not null ? new AskedTeller(repository.Teller, file, [], failure.Message)
            : repository.IsNamed ? new AskedTeller(repository.Teller, file, [], "it is not there")
            : null;
    }

    private async Task<AskedTeller?> LotusMinerAsync(CommandContext context)
    {
        if (node.Sources.LotusMinerEndpoints(context) is not { } endpoints)
        {
            return null;
        }

        string name = $"lotus-miner at {string.Join(", ", endpoints)}";
        return await TellAsync(StorageTeller.LotusMiner, name, async () =>
        {
            using JsonRpcClient client = NodeOptions.Connect(context, endpoints, node.QuickTimeoutSeconds(context));
            IReadOnlyList<MinerStoragePath> paths = await new LotusMiner(client).StoragePathsAsync(context.Cancellation);
            return [.. paths.Select(path => new ToldStorage(StorageTeller.LotusMiner, path.Id, path.Path, path.Urls, path.Sectors.Count))];
        });
    }

    private async Task<AskedTeller?> CurioAsync(CommandContext context) =>
        node.Sources.Curio(context, TimeSpan.FromSeconds(node.QuickTimeoutSeconds(context))) is not { } database ? null
        : await TellAsync(StorageTeller.CurioDatabase, database.Name, async () =>
            [.. (await database.StoragePathsAsync(context.Cancellation)).Select(path => new ToldStorage(StorageTeller.CurioDatabase, path.Id, null, path.Urls, path.Sectors))]);

    private static async Task<AskedTeller?> TellAsync(StorageTeller teller, string name, Func<Task<IReadOnlyList<ToldStorage>>> ask)
    {
        try
        {
            return new AskedTeller(teller, name, await ask(), null);
        }
        catch (OperatorException failure)
        {
            return new AskedTeller(teller, name, [], $"{failure.Message}; {TypedNames.Sentence(failure.Hint)}".TrimEnd('.'));
        }
    }
}
