using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Storage;

namespace SealerRecover.Rendering;

/// <summary>Storage paths that were found, those that are left out, and why.</summary>
/// <param name="Asked">Who was asked.</param>
/// <param name="Paths">What was found, what is used first.</param>
internal sealed record StorageAnswer(IReadOnlyList<AskedTeller> Asked, IReadOnlyList<FoundStorage> Paths) : IAnswer
{
    /// <summary>The folders that are used.</summary>
    public IReadOnlyList<string> Used => [.. Paths.Where(path => path.Verdict == StorageVerdict.Used).Select(path => path.Path!)];

    /// <inheritdoc/>
    public JsonLine Json => new JsonStorage(
        [.. Asked.Select(teller => new JsonStorageTeller(teller.Teller, teller.Name, teller.Paths.Count, teller.Failure))],
        [
            .. Paths.Select(path => new JsonStoragePath(
                path.Id, path.Path, path.Urls, path.ToldBy, path.Sectors, path.Verdict, path.Reason, path.Store?.CanSeal, path.Store?.CanStore, path.Store?.Weight,
                path.Store?.MaxStorage, path.Store?.Groups, path.Store?.AllowTypes, path.Store?.DenyTypes, path.Store?.AllowMiners, path.Store?.DenyMiners)),
        ]);

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        foreach (AskedTeller teller in Asked.Where(teller => teller.Failure is not null))
        {
            yield return new TextLine($"{SafeText.Clean(teller.Name)} does not tell storage paths: {SafeText.Clean(teller.Failure!)}");
        }

        if (Paths.Count > 0)
        {
            yield return new TextTable(
                ["storage path", "ID", "sectors", "takes", "told by", ""],
                [.. Paths.Select(path => (IReadOnlyList<string>)
                [
                    SafeText.Clean(path.Path ?? "-"),
                    SafeText.Short(path.Id ?? "-"),
                    path.Sectors?.ToString(CultureInfo.InvariantCulture) ?? "-",
                    path.Store is { } store ? Takes(store) : "-",
                    string.Join(", ", path.ToldBy.Select(NameOf)),
                    path.Reason is { } reason ? $"left out: {SafeText.Clean(reason)}" : "used",
                ])]);
        }
    }

    /// <summary>What a teller is called.</summary>
    public static string NameOf(StorageTeller teller) => teller switch
    {
        StorageTeller.LotusMiner => "lotus-miner",
        StorageTeller.LotusRepository => "storage.json of Lotus",
        StorageTeller.CurioRepository => "storage.json of Curio",
        _ => "Curio's database",
    };

    private static string Takes(SectorStore store)
    {
        string what = (store.CanSeal, store.CanStore) switch
        {
            (true, true) => "sealing, sectors",
            (true, false) => "sealing only",
            (false, true) => "sectors",
            _ => "nothing new",
        };
        string[] limits =
        [
            .. store.MaxStorage > 0 ? [$"at most {ByteCount.Text((long)Math.Min(store.MaxStorage, long.MaxValue))}"] : Array.Empty<string>(),
            .. Of("only", store.AllowTypes),
            .. Of("not", store.DenyTypes),
            .. Of("only", store.AllowMiners),
            .. Of("not", store.DenyMiners),
        ];
        return string.Join("; ", [what, .. limits]);
    }

    private static string[] Of(string word, IReadOnlyList<string>? list) => list is { Count: > 0 } ? [$"{word} {string.Join(", ", list.Select(SafeText.Short))}"] : [];
}
