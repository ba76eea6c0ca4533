using System.Diagnostics;
using Filecoin.Primitives;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Recovery.Tests.PieceSources;

[Collection(nameof(StartsProcesses))]
public sealed class PieceStoreTests : IAsyncLifetime
{
    private static readonly SectorId One = new(new ActorId(1000), 1);
    private static readonly SectorId Two = new(new ActorId(1000), 12);
    private static readonly TestPiece Piece = TestPiece.Make(300_000);
    private static readonly TestPiece Other = TestPiece.Make(1000, "other");

    private readonly SourceBench _bench = new();
    private FakePieceServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakePieceServer.StartAsync();
        Piece.AddTo(_server);
        Other.AddTo(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _ = Run("umount", _bench.Folder.At("temp"));
        _bench.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_piece_of_two_sectors_is_kept_until_both_are_installed()
    {
        PieceStore store = _bench.Store;
        store.Hold(One, [Piece.Info, Other.Info, Piece.Info]);
        store.Hold(Two, [Piece.Info]);
        store.Hold(Two, [Piece.Info]);
        PieceFetcher fetcher = _bench.Fetcher(_server.Url);
        VerifiedPiece shared = await _bench.FetchAsync(fetcher, Piece.Wanted);
        VerifiedPiece alone = await _bench.FetchAsync(fetcher, Other.Wanted);

        store.Release(One);
        Assert.True(File.Exists(shared.Path));
        Assert.False(File.Exists(alone.Path));
        store.Release(One);
        Assert.True(File.Exists(shared.Path));
        store.Release(Two);
        Assert.False(Directory.Exists(store.Folder), "nothing is left, the folder included");
        store.Release(Two);
    }

    [Fact]
    public async Task Releasing_deletes_a_part_and_leaves_what_is_not_this_tool_s()
    {
        _bench.Store.Hold(One, [Piece.Info]);
        _server.Inject(PieceFault.BreakOff(10_000));
        await _bench.MissAsync(Piece.Wanted, _server.Url);
        Assert.True(File.Exists(_bench.Store.PartOf(Piece.Info)));
        string foreign = Path.Combine(_bench.Store.Folder, "notes.txt");
        await File.WriteAllTextAsync(foreign, "mine", TestContext.Current.CancellationToken);
        _bench.Store.Release(One);
        Assert.False(File.Exists(_bench.Store.PartOf(Piece.Info)));
        Assert.True(File.Exists(foreign));
    }

    [Fact]
    public async Task Holding_and_releasing_from_many_threads_and_stores_ends_with_nothing()
    {
        await Parallel.ForAsync(0, 24, TestContext.Current.CancellationToken, (i, _) =>
        {
            PieceStore store = new(_bench.Folder.At("temp"));
            SectorId sector = new(new ActorId(1000), (ulong)i);
            store.Hold(sector, [Piece.Info, Other.Info]);
            store.Release(sector);
            return ValueTask.CompletedTask;
        });
        Assert.False(Directory.Exists(_bench.Store.Folder));
    }

    [Fact]
    public async Task Bytes_to_come_shrink_as_they_come()
    {
        long all = Piece.Info.UnpaddedSize + Other.Info.UnpaddedSize;
        PieceInfo[] both = [Piece.Info, Other.Info, Piece.Info];
        Assert.Equal(all, _bench.Store.BytesToCome(both));
        _server.Inject(PieceFault.BreakOff(10_000));
        await _bench.MissAsync(Piece.Wanted, _server.Url);

        // The whole download is reserved from its start, so the free space has shrunk as much.
        Assert.InRange(_bench.Store.BytesToCome(both), Other.Info.UnpaddedSize, all - Piece.Raw.Length);
        _server.Heal();
        await _bench.FetchAsync(Piece, _server.Url);
        Assert.Equal(Other.Info.UnpaddedSize, _bench.Store.BytesToCome(both));
    }

    [Fact]
    public async Task A_later_run_uses_what_is_there_after_verifying_it_and_replaces_what_is_damaged()
    {
        await _bench.FetchAsync(Piece, _server.Url);
        int asked = _server.Requests.Count;
        VerifiedPiece again = await _bench.FetchAsync(Piece); // No source at all.
        SourceBench.AssertHolds(again, Piece);
        Assert.Equal(asked, _server.Requests.Count);

        byte[] altered = [.. Piece.Raw];
        altered[^1] ^= 1;
        await File.WriteAllBytesAsync(again.Path, altered, TestContext.Current.CancellationToken);
        SourceBench.AssertHolds(await _bench.FetchAsync(Piece, _server.Url), Piece);
        Assert.True(_server.Requests.Count > asked);
        Assert.Contains(_bench.Log.Lines, line => line.Contains("is damaged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_cannot_be_written_ends_the_search_with_its_sentence()
    {
        await File.WriteAllTextAsync(_bench.Folder.At("temp"), "a file where the folder should be", TestContext.Current.CancellationToken);
        OperatorException failure = await Assert.ThrowsAsync<OperatorException>(() => _bench.FetchAsync(Piece, _server.Url));
        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains(_bench.Store.Folder, failure.Message, StringComparison.Ordinal);
        File.Delete(_bench.Folder.At("temp"));
    }

    [Fact]
    public async Task A_disk_that_is_full_is_told_before_and_while_downloading_and_another_try_goes_on()
    {
        string temp = Directory.CreateDirectory(_bench.Folder.At("temp")).FullName;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", temp), "mounting a small file system takes root");
        OperatorException full = await Assert.ThrowsAsync<OperatorException>(() => _bench.FetchAsync(Piece, _server.Url));
        Assert.Equal(FailureKind.Storage, full.Kind);
        Assert.Contains(_bench.Store.PartOf(Piece.Info), full.Message, StringComparison.Ordinal);
        Assert.Contains("Free disk space", full.Hint.ToString(), StringComparison.Ordinal);
        Assert.InRange(_server.Requests.Count, 1, 1); // The space is reserved before the bytes are asked for.

        // Without a length nothing can be reserved: the disk fills up midway.
        _server.Inject(PieceFault.Chunked);
        full = await Assert.ThrowsAsync<OperatorException>(() => _bench.FetchAsync(Piece, _server.Url));
        Assert.Equal(FailureKind.Storage, full.Kind);
        Assert.Contains("Free disk space", full.Hint.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(_bench.Store.FileOf(Piece.Info)));

        _server.Heal();
        Assert.True(Run("mount", "-o", "remount,size=4m", temp), "the small file system can grow");
        SourceBench.AssertHolds(await _bench.FetchAsync(Piece, _server.Url), Piece);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
