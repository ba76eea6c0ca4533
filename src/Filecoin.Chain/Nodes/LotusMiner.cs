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
}
