using System.Text.RegularExpressions;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Recovery.Tests.PieceSources;

public sealed class ResumeTests : IAsyncLifetime
{
    private const int Length = 1_000_000;
    private static readonly TestPiece Piece = TestPiece.Make(Length);

    private readonly SourceBench _bench = new();
    private FakePieceServer _server = null!;

    private string Part => _bench.Store.PartOf(Piece.Info);

    private string State => _bench.Store.StateOf(Piece.Info);

    public async ValueTask InitializeAsync()
    {
        _server = await FakePieceServer.StartAsync();
        Piece.AddTo(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_cancelled_download_goes_on_where_it_was()
    {
        await DownloadHalfAsync();
        Assert.False(File.Exists(_bench.Store.FileOf(Piece.Info)));
        ByteRanges there = WrittenDown();
        Assert.True(there.Total > 300_000, "much was written down");
        int asked = _server.Requests.Count;
        SourceBench.AssertHolds(await _bench.FetchAsync(Piece, _server.Url), Piece);
        AssertAskedForNone(there, _server, asked);
        Assert.False(File.Exists(Part) || File.Exists(State));
    }

    [Fact]
    public async Task What_a_killed_process_leaves_is_gone_on_with()
    {
        // The folder as it is at some moment of the download is what a kill at that moment leaves.
        using TestFolder image = new();
        _server.Delay = TimeSpan.FromMilliseconds(30);
        PieceFetcher fetcher = _bench.Fetcher(SourceBench.Quick with { CheckpointInterval = TimeSpan.Zero }, _server.Url);
        Photograph photograph = new(_bench.Store.Folder, image.At("pieces"), 500_000);
        await fetcher.FetchAsync(Piece.Wanted, photograph, TestContext.Current.CancellationToken);
        Assert.True(File.Exists(Path.Combine(image.At("pieces"), Path.GetFileName(State))), "a state was written down by then");
        Assert.False(File.Exists(Path.Combine(image.At("pieces"), Piece.V1)), "half a file never has the final name");

        _bench.Store = new PieceStore(image.Path);
        ByteRanges there = WrittenDown();
        int asked = _server.Requests.Count;
        SourceBench.AssertHolds(await _bench.FetchAsync(Piece, _server.Url), Piece);
        AssertAskedForNone(there, _server, asked);
    }

    [Fact]
    public async Task Another_server_goes_on_with_it_even_if_it_sends_the_zeros_too()
    {
        await DownloadHalfAsync();
        await using FakePieceServer boost = await FakePieceServer.StartAsync(PieceDialect.Boost);
        Piece.AddTo(boost);
        ByteRanges there = WrittenDown();
        VerifiedPiece found = await _bench.FetchAsync(Piece, boost.Url);
        SourceBench.AssertHolds(found, Piece);
        Assert.Equal(Piece.Info.UnpaddedSize, found.RawLength);
        AssertAskedForNone(there, boost, asked: 0);
    }

    [Fact]
    public async Task An_error_page_in_between_costs_nothing()
    {
        await DownloadHalfAsync();
        byte[] before = await File.ReadAllBytesAsync(Part, TestContext.Current.CancellationToken);
        _server.Inject(PieceFault.Page("<html>maintenance</html>"));
        Assert.Equal(RefusalKind.WebPage, (await _bench.RefusalAsync(Piece.Wanted, _server.Url)).Kind);
        Assert.Equal(before, await File.ReadAllBytesAsync(Part, TestContext.Current.CancellationToken));
        _server.Heal();
        ByteRanges there = WrittenDown();
        int asked = _server.Requests.Count;
        SourceBench.AssertHolds(await _bench.FetchAsync(Piece, _server.Url), Piece);
        AssertAskedForNone(there, _server, asked);
    }

    [Theory]
    [InlineData("bytes altered")]
    [InlineData("state torn")]
    [InlineData("state of another file")]
    [InlineData("part shorter")]
    [InlineData("part gone")]
    [InlineData("state gone")]
    public async Task A_damaged_part_is_got_again_and_the_server_not_blamed(string damage)
    {
        await DownloadHalfAsync();
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        switch (damage)
        {
            case "bytes altered":
                byte[] part = await File.ReadAllBytesAsync(Part, cancellation);
                part.AsSpan(0, 200_000).Fill(7);
                await File.WriteAllBytesAsync(Part, part, cancellation);
                break;
            case "state torn":
                await File.WriteAllBytesAsync(State, (await File.ReadAllBytesAsync(State, cancellation))[..^3], cancellation);
                break;
            case "state of another file":
                string text = await File.ReadAllTextAsync(State, cancellation);
                await File.WriteAllTextAsync(State, text.Replace("\"Total\":1000000", "\"Total\":1000001", StringComparison.Ordinal), cancellation);
                break;
            case "part shorter":
                await File.WriteAllBytesAsync(Part, (await File.ReadAllBytesAsync(Part, cancellation))[..500_000], cancellation);
                break;
            case "part gone":
                File.Delete(Part);
                break;
            default:
                File.Delete(State);
                break;
        }

        VerifiedPiece found = await _bench.FetchAsync(Piece, _server.Url);
        SourceBench.AssertHolds(found, Piece);
        Assert.Equal(damage == "bytes altered", _bench.Log.Lines.Any(line => line.Contains("does not fit together", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_server_that_is_wrong_is_blamed_once_all_came_from_it()
    {
        await DownloadHalfAsync();
        _server.Inject(PieceFault.Alter(content => [.. content.Select(b => (byte)(b ^ 1))]));
        PieceRefusal refusal = await _bench.RefusalAsync(Piece.Wanted, _server.Url);
        Assert.Equal(RefusalKind.WrongBytes, refusal.Kind);
        Assert.Empty(Directory.GetFileSystemEntries(_bench.Store.Folder));
    }

    [Fact]
    public async Task A_server_that_changes_its_mind_all_the_time_is_given_up()
    {
        int total = Length;
        _server.Inject(new PieceFault(reply => reply with { Total = Interlocked.Increment(ref total) }));
        PieceRefusal refusal = await _bench.RefusalAsync(Piece.Wanted, _server.Url);
        Assert.Equal(RefusalKind.Garbled, refusal.Kind);
        Assert.Contains("changed the length of the piece", refusal.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_piece_replaced_on_the_server_midway_is_got_anew()
    {
        int request = 0;
        byte[] old = VectorFiles.Stream("old", Length);
        _server.Inject(new PieceFault(reply => Interlocked.Increment(ref request) <= 8
            ? (reply with { Content = old, Tag = "\"old\"" }).Ranged()
            : reply));
        SourceBench.AssertHolds(await _bench.FetchAsync(Piece, _server.Url), Piece);
    }

    private async Task DownloadHalfAsync()
    {
        _server.Delay = TimeSpan.FromMilliseconds(20);
        using CancellationTokenSource source = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.Fetcher(_server.Url).FetchAsync(
            Piece.Wanted, new CancelAt(source, PieceActivity.Downloading, 400_000), source.Token));
        _server.Delay = TimeSpan.Zero;
        Assert.True(File.Exists(Part) && File.Exists(State));
    }

    /// <summary>The bytes of the part file that its state says are there.</summary>
    private ByteRanges WrittenDown()
    {
        Match done = Regex.Match(File.ReadAllText(State), """
            "Done":\[([0-9,]*)\]
            """);
        Assert.True(ByteRanges.TryRead([.. done.Groups[1].Value.Split(',').Select(long.Parse)], Length, out ByteRanges there));
        Assert.InRange(there.Total, 1, Length - 1);
        return there;
    }

    /// <summary>However often a busy machine made it try again: nothing that is there was asked for.</summary>
    private static void AssertAskedForNone(ByteRanges there, FakePieceServer server, int asked)
    {
        PieceRequest[] requests = [.. server.Requests.Skip(asked)];
        Assert.NotEmpty(requests);
        foreach (PieceRequest request in requests)
        {
            long[] range = [.. request.Range["bytes=".Length..].Split('-').Select(long.Parse)];
            (long start, long end) = (range[0], Math.Min(range[1] + 1, Length));
            Assert.True(
                start >= Length || there.Missing(Length, Length).Any(missing => missing.Start <= start && end <= missing.End),
                $"of {request.Range} something was there");
        }
    }

    /// <summary>Copies a folder once so much is downloaded and a state is written down.</summary>
    private sealed class Photograph(string from, string to, long when) : IProgress<PieceProgress>
    {
        private int _taken;

        public void Report(PieceProgress value)
        {
            // Several ranges of a download report at the same time.
            if (value.Activity == PieceActivity.Downloading && value.Done >= when
                && Directory.GetFiles(from, "*.part.state").Length == 1 && Interlocked.Exchange(ref _taken, 1) == 0)
            {
                Directory.CreateDirectory(to);
                // The state first: what it says has been written by then.
                foreach (string suffix in new[] { ".part.state", ".part" })
                {
                    string file = Directory.GetFiles(from, "*" + suffix).Single();
                    File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
                }
            }
        }
    }
}
