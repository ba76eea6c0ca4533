using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace SealerRecover.Tests.Chain;

/// <summary>A miner with one sector of each kind, and a node that knows it.</summary>
internal sealed class Lost : IAsyncDisposable
{
    internal const ulong Miner = 1000;
    internal const long Activation = 15_000;

    private readonly JsonRpcClient _client;

    private Lost(FakeChain chain, FakeNode node, JsonRpcClient client)
    {
        Chain = chain;
        Node = node;
        _client = client;
        FullNode = new FullNode(client);
    }

    internal FakeChain Chain { get; }

    internal FakeNode Node { get; }

    internal FullNode FullNode { get; }

    internal FakeMiner FakeMiner => Chain.Miners[Miner];

    internal static Cid CommR(int i) => CommitmentCid.FromSealed(Blake2b.Hash256([(byte)i]).ClearTopTwoBits());

    internal static async Task<Lost> StartAsync(FakeChain? chain = null, params FakeNode[] nodesBefore)
    {
        chain ??= new FakeChain(headEpoch: 20_000);
        chain.AddMiner(Miner, SectorSize.KiB2);
        FakeNode node = await FakeNode.StartAsync(chain, token: "token");
        return new Lost(chain, node, Asking.Client([.. nodesBefore, node]));
    }

    /// <summary>A proven CC sector.</summary>
    internal static FakeSector Proven(ulong number, int proof = 5) => new()
    {
        Number = number,
        SealProof = proof,
        SealedCid = CommR((int)number),
        SealRandEpoch = 12_000 + (long)number,
        PreCommitEpoch = proof >= 15 ? null : 13_000,
        Activation = Activation,
    };

    /// <summary>A CC sector that waits to be proven.</summary>
    internal static FakeSector PreCommitted(ulong number, int proof = 5) => Proven(number, proof) with { Activation = null };

    internal Task<SectorLookup> OpenAsync(CancellationToken cancellation) =>
        SectorLookup.OpenAsync(FullNode, Address.FromActorId(new ActorId(Miner)), TimeProvider.System, cancellation);

    internal async Task<SectorFacts> FindAsync(FakeSector sector, CancellationToken cancellation)
    {
        FakeMiner.Add(sector);
        SectorLookup lookup = await OpenAsync(cancellation);
        return await lookup.FindAsync(sector.Number, cancellation);
    }

    internal static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Node.DisposeAsync();
    }
}
