using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Recovery.Tests.PieceSources;

public sealed class LookingTests : IDisposable
{
    private static readonly SectorId Sector = new(new ActorId(1000), 5);
    private readonly SourceBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Looking_says_who_seems_to_have_a_piece_and_reads_nothing()
    {
        TestPiece piece = TestPiece.Make(900);
        await using FakePieceServer has = await FakePieceServer.StartAsync();
        await using FakePieceServer hasNot = await FakePieceServer.StartAsync();
        await using FakePieceServer boost = await FakePieceServer.StartAsync(PieceDialect.Boost);
        piece.AddTo(has);
        piece.AddTo(boost);
        has.Inject(PieceFault.Status(503), times: 1);
        string raw = _bench.File($"a/{piece.V1}.car", piece.Raw);
        _bench.File($"b/{piece.V1}.car", new byte[5000]);
        byte[] sector = new byte[2048];
        Fr32.Pad(piece.Raw, sector.AsSpan(1024));
        string unsealed = _bench.File("unsealed/s-t01000-5", sector);
        string single = _bench.File("single.bin", piece.Raw);
        PieceFetcher fetcher = _bench.Fetcher(
            has.Url,
            hasNot.Url,
            Path.Combine(_bench.Files, "a"),
            Path.Combine(_bench.Files, "b"),
            Path.Combine(_bench.Files, "unsealed"),
            unsealed,
            single,
            boost.Url);
        PieceWanted wanted = new(piece.Info, new PiecePlace(Sector, SectorSize.KiB2, 1024));

        IReadOnlyList<PieceSighting> seen = await fetcher.LookForAsync(wanted, progress: null, TestContext.Current.CancellationToken);
        Assert.Equal(
            [
                ($"{has.Url}/piece/{piece.V1}", 900L), (raw, 900L), (unsealed, 1016L), (unsealed, 1016L), (single, 900L),
                ($"{boost.Url}/piece/{piece.V1}", 1016L),
            ],
            seen.Select(sighting => (sighting.Where, sighting.Length!.Value)));
        Assert.False(Directory.Exists(_bench.Store.Folder));
        Assert.Equal(2, has.Requests.Count);

        await _bench.FetchAsync(fetcher, wanted);
        seen = await fetcher.LookForAsync(wanted, progress: null, TestContext.Current.CancellationToken);
        Assert.Equal((null, _bench.Store.FileOf(piece.Info)), (seen[0].Source, seen[0].Where));
        Assert.Empty(await _bench.Fetcher(hasNot.Url).LookForAsync(TestPiece.Make(10).Wanted, progress: null, TestContext.Current.CancellationToken));
    }
}
