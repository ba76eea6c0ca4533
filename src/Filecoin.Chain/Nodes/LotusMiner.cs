using Filecoin.Chain.Rpc;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Nodes;

/// <summary>The methods of a lotus-miner's /rpc/v0 that recovery needs, typed. Throws as <see cref="FullNode"/> does.</summary>
public sealed class LotusMiner(JsonRpcClient rpc)
{
    /// <summary>The miner it runs, in ID form.</summary>
    public Task<Address> ActorAddressAsync(CancellationToken cancellation) =>
        rpc.CallRequiredAsync("ActorAddress", _ => { }, ChainJson.Default.Address, cancellation);

    /// <summary>What it wrote down about a sector; an error answer where it has none of this number.</summary>
    internal Task<MinerSectorStatus> SectorsStatusAsync(ulong sector, CancellationToken cancellation) => rpc.CallRequiredAsync(
        "SectorsStatus",
        json =>
        {
            json.WriteNumberValue(sector);

            // Without what it would only ask the chain node for.
            json.WriteBooleanValue(false);
        },
        ChainJson.Default.MinerSectorStatus,
        cancellation);

    /// <summary>
    /// Its storage paths, those of other machines that it knows with them, by ID (StorageLocal, StorageList; StorageInfo for where they are).
    /// </summary>
    /// <exception cref="OperatorException">BadInput where the token is of less than admin permission, which Lotus wants for these.</exception>
    public Task<IReadOnlyList<MinerStoragePath>> StoragePathsAsync(CancellationToken cancellation) => AsAdminAsync<IReadOnlyList<MinerStoragePath>>(
        async () =>
        {
            Task<IReadOnlyDictionary<string, string>?> local = rpc.CallAsync("StorageLocal", _ => { }, ChainJson.Default.IReadOnlyDictionaryStringString, cancellation);
            Task<IReadOnlyDictionary<string, IReadOnlyList<StoredFile>>?> list = rpc.CallAsync(
                "StorageList", _ => { }, ChainJson.Default.IReadOnlyDictionaryStringIReadOnlyListStoredFile, cancellation);
            await Task.WhenAll(local, list).ConfigureAwait(false);
            IReadOnlyDictionary<string, string> folders = await local.ConfigureAwait(false) ?? new Dictionary<string, string>();
            IReadOnlyDictionary<string, IReadOnlyList<StoredFile>> files = await list.ConfigureAwait(false) ?? new Dictionary<string, IReadOnlyList<StoredFile>>();
            return await Task.WhenAll(folders.Keys.Union(files.Keys).Order(StringComparer.Ordinal).Select(async id => new MinerStoragePath(
                id,
                folders.GetValueOrDefault(id),
                await UrlsAsync(id, cancellation).ConfigureAwait(false),
                [
                    .. (files.GetValueOrDefault(id) ?? []).Where(file => file is { IsOfReplica: true })
                        .Select(file => new SectorId(new ActorId(file.Miner), file.Number)).Distinct().OrderBy(sector => sector.Miner.Value).ThenBy(sector => sector.Number),
                ])
            {
                Files = [.. (files.GetValueOrDefault(id) ?? []).OfType<StoredFile>().Select(file => new DeclaredFiles(new SectorId(new ActorId(file.Miner), file.Number), file.SectorFileType))],
            })).ConfigureAwait(false);
        },
        "lotus-miner does not tell its storage paths to this token");

    /// <summary>Has it read a storage path of its machine again, so that it knows what stands there (StorageRedeclareLocal); what is missing stays known.</summary>
    /// <param name="id">The storage ID.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task RedeclareAsync(string id, CancellationToken cancellation) => AsAdminAsync(() => rpc.CallAsync(
        "StorageRedeclareLocal",
        json =>
        {
            json.WriteStringValue(id);
            json.WriteBooleanValue(false);
        },
        ChainJson.Default.String,
        cancellation));

    /// <summary>
    /// Has it declare that faults are over, by messages that its worker or control address pays for (RecoverFault). It looks for the sectors'
    /// files first, and refuses sectors that it does not know.
    /// </summary>
    /// <param name="sectors">Numbers of faulty sectors whose files stand.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The messages.</returns>
    public Task<IReadOnlyList<Cid>> RecoverFaultAsync(IReadOnlyList<ulong> sectors, CancellationToken cancellation) => AsAdminAsync(() => rpc.CallRequiredAsync(
        "RecoverFault",
        json =>
        {
            json.WriteStartArray();
            foreach (ulong sector in sectors)
            {
                json.WriteNumberValue(sector);
            }

            json.WriteEndArray();
        },
        ChainJson.Default.IReadOnlyListCid,
        cancellation));

    private static async Task<T> AsAdminAsync<T>(Func<Task<T>> call, string? refusal = null)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (ChainCallException error) when (error.IsNotPermitted || error.Error?.Kind == RpcErrorKind.PermissionMissing)
        {
            throw new OperatorException(
                FailureKind.BadInput,
                refusal ?? $"lotus-miner does not permit {error.Method} to this token",
                $"give it a token of admin permission, which Lotus wants for {error.Method}: `lotus-miner auth api-info --perm admin` prints one",
                error);
        }
    }

    private async Task<IReadOnlyList<string>> UrlsAsync(string id, CancellationToken cancellation)
    {
        try
        {
            return (await rpc.CallAsync("StorageInfo", json => json.WriteStringValue(id), ChainJson.Default.StorageUrls, cancellation).ConfigureAwait(false))?.Urls ?? [];
        }
        catch (ChainCallException error) when (error.Error is not null)
        {
            // A path that has just been detached is in one list and not in the other.
            return [];
        }
    }
}
