using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Sources;
using Filecoin.Primitives;

namespace SealerRecover.Tests.Chain;

/// <summary>Sectors of every kind, and a node that has forgotten how they were sealed: headers and the newest state are all it keeps.</summary>
internal sealed class Forgotten : IAsyncDisposable
{
    private readonly List<JsonRpcClient> _clients = [];

    private Forgotten(Lost lost) => Lost = lost;

    internal Lost Lost { get; }

    internal FakeChain Chain => Lost.Chain;

    internal static async Task<Forgotten> StartAsync(string network = "localnet")
    {
        Lost lost = await Lost.StartAsync(new FakeChain(network, headEpoch: 20_000));
        lost.Node.KeepHeadersOnly();
        return new Forgotten(lost);
    }

    /// <summary>A proven sector of a kind, with the number 2.</summary>
    internal static FakeSector Sector(string kind) => kind switch
    {
        "CC" => Lost.Proven(2),
        "V1" => Lost.Proven(2, proof: 0),
        "synthetic" => Lost.Proven(2, proof: 10),
        "NI" => Lost.Proven(2, proof: 15),
        "deal" => Holding.Sector() with { DealIds = [1, 2, 3] },
        "direct-onboarded" => Holding.Sector() with { ProvedWithPieces = true },
        "snapped" => Holding.Snapped(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind"),
    };

    /// <summary>Looks a sector up.</summary>
    internal async Task<SectorFacts> FindAsync(FakeSector sector, OtherSources others, CancellationToken cancellation)
    {
        Lost.FakeMiner.Add(sector);
        SectorLookup lookup = await SectorLookup.OpenAsync(
            Lost.FullNode, others, Address.FromActorId(new ActorId(Lost.Miner)), TimeProvider.System, cancellation);
        return await lookup.FindAsync(sector.Number, cancellation);
    }

    /// <summary>A client of any server.</summary>
    internal JsonRpcClient Client(FakeServer server, NodeApi api)
    {
        JsonRpcClient client = new(ApiInfo.Parse(server.ApiInfo, null, api), Asking.Impatient, new KeptLog(), TimeProvider.System);
        _clients.Add(client);
        return client;
    }

    /// <summary>Other sources: a lotus-miner.</summary>
    internal OtherSources Ask(FakeLotusMiner lotusMiner) =>
        new() { Named = [new LotusMinerRecords(new LotusMiner(Client(lotusMiner, NodeApi.LotusMiner)))] };

    /// <summary>Other sources: an archive node.</summary>
    internal OtherSources Ask(FakeNode archive) => new() { Archive = new FullNode(Client(archive, NodeApi.FullNode)) };

    /// <summary>Other sources: a statement.</summary>
    internal static OtherSources Ask(SectorStatement statement) => new() { Named = [new GivenStatements(statement.Source, _ => statement)] };

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await Lost.DisposeAsync();
    }
}
