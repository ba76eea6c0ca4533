using System.Diagnostics;
using Filecoin.Chain.Transport;
using Filecoin.Primitives;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Recovery.Tests.PieceSources;

public sealed class ServerSourceTests : IAsyncLifetime
{
    private const int Length = 1_000_000;
    private static readonly TestPiece Piece = TestPiece.Make(Length);

    private readonly SourceBench _bench = new();
    private FakePieceServer _server = null!;

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

    [Theory]
    [InlineData(PieceDialect.Curio)]
    [InlineData(PieceDialect.Boost)]
    public async Task Every_piece_of_the_vectors_comes_from_a_server(PieceDialect dialect)
    {
        await using FakePieceServer server = await FakePieceServer.StartAsync(dialect);
        List<TestPiece> pieces = [.. VectorPieces.All()];
        PieceFetcher fetcher = _bench.Fetcher(server.Url);
        foreach (TestPiece piece in pieces)
        {
            piece.AddTo(server);
            VerifiedPiece found = await _bench.FetchAsync(fetcher, piece.Wanted);
            Assert.Equal(_bench.Store.FileOf(piece.Info), found.Path);
            Assert.Equal($"{server.Url}/piece/{piece.V1}", found.From);
            Assert.False(found.InPlace);
            SourceBench.AssertHolds(found, piece);
        }

        // Nothing but the pieces is left.
        Assert.Equal(
            pieces.Select(piece => piece.V1).Order(StringComparer.Ordinal),
            Directory.GetFileSystemEntries(_bench.Store.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Ranges_come_side_by_side_within_the_bound_and_uncompressed()
    {
        _server.Delay = TimeSpan.FromMilliseconds(30);
        SourceBench.AssertHolds(await _bench.FetchAsync(Piece, _server.Url), Piece);
        Assert.InRange(_server.MostOpen, 2, SourceBench.Quick.Connections);
        Assert.Equal(16, _server.Requests.Count);
        Assert.All(_server.Requests, request => Assert.Equal("identity", request.AcceptEncoding));
        Assert.Equal("bytes=0-65535", _server.Requests.First().Range);
        Assert.All(_server.Requests.Skip(1), request => Assert.Equal($"\"{Piece.V1}\"", request.IfRange));
        PieceProgress last = _bench.Progress.Last(progress => progress.Activity == PieceActivity.Downloading);
        Assert.Equal((Length, Length), (last.Done, last.Total));
        Assert.Equal(PieceActivity.Verifying, _bench.Progress[^1].Activity);
    }

    [Fact]
    public async Task Several_pieces_share_the_connections_to_a_server()
    {
        _server.Delay = TimeSpan.FromMilliseconds(20);
        List<TestPiece> pieces = [.. Enumerable.Range(0, 5).Select(i => TestPiece.Make(300_000, $"piece {i}"))];
        pieces.ForEach(piece => piece.AddTo(_server));
        PieceFetcher fetcher = _bench.Fetcher(_server.Url);
        VerifiedPiece[] found = await Task.WhenAll(pieces.Select(piece => _bench.FetchAsync(fetcher, piece.Wanted)));
        Assert.All(found.Zip(pieces), pair => SourceBench.AssertHolds(pair.First, pair.Second));
        Assert.InRange(_server.MostOpen, 2, SourceBench.Quick.Connections);
    }

    [Theory]
    [InlineData("ranges ignored")]
    [InlineData("chunks without length")]
    [InlineData("no total")]
    public async Task A_server_without_ranges_sends_it_whole(string habit)
    {
        _server.Inject(habit switch
        {
            "ranges ignored" => PieceFault.IgnoreRanges,
            "no total" => PieceFault.NoTotal,
            _ => PieceFault.Chunked,
        });
        SourceBench.AssertHolds(await _bench.FetchAsync(Piece, _server.Url), Piece);
        Assert.Equal(habit == "no total" ? 2 : 1, _server.Requests.Count);
    }

    [Theory]
    [InlineData("status 500")]
    [InlineData("status 503")]
    [InlineData("status 429")]
    [InlineData("broken off")]
    [InlineData("broken off at once")]
    [InlineData("stall")]
    [InlineData("stall at once")]
    [InlineData("ranges ignored for once")]
    [InlineData("another length for once")]
    public async Task What_passes_is_tried_again(string trouble)
    {
        PieceFault fault = trouble switch
        {
            "status 500" => PieceFault.Status(500),
            "status 503" => PieceFault.Status(503, retryAfter: "0"),
            "status 429" => PieceFault.Status(429, retryAfter: "Mon, 01 Jan 2024 00:00:00 GMT"),
            "broken off" => PieceFault.BreakOff(40_000),
            "broken off at once" => PieceFault.BreakOff(0),
            "stall" => PieceFault.Stall(40_000),
            "stall at once" => PieceFault.Stall(0),
            "ranges ignored for once" => PieceFault.IgnoreRanges,
            _ => PieceFault.ClaimTotal(Length - 5),
        };
        _server.Inject(new PieceFault(reply => reply), times: 3);
        _server.Inject(fault, times: 2);
        SourceBench.AssertHolds(await _bench.FetchAsync(Piece, _server.Url), Piece);
        Assert.NotEmpty(_bench.Log.Lines);
        Assert.All(_bench.Log.Lines, line => Assert.Contains(_server.Url, line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_range_goes_on_at_the_byte_where_it_broke_off()
    {
        _server.Inject(PieceFault.BreakOff(40_000), times: 1);
        SourceBench.AssertHolds(await _bench.FetchAsync(Piece, _server.Url), Piece);
        Assert.Contains(_server.Requests, request => request.Range.EndsWith("-65535", StringComparison.Ordinal)
            && request.Range is not "bytes=0-65535");
    }

    [Fact]
    public async Task Retry_After_is_honoured_up_to_the_longest_delay()
    {
        _server.Inject(PieceFault.Status(503, retryAfter: "7200"), times: 1);
        Stopwatch watch = Stopwatch.StartNew();
        SourceBench.AssertHolds(await _bench.FetchAsync(Piece, _server.Url), Piece);
        Assert.InRange(watch.Elapsed, SourceBench.Quick.MaxRetryInterval * 0.9, TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData("500", RefusalKind.ServerError, "failed: HTTP 500 (\"disk [31mon fire\"), 3 times")]
    [InlineData("429", RefusalKind.ServerError, "limits the rate of requests: HTTP 429, 3 times")]
    [InlineData("404", RefusalKind.NotThere, "does not have it: HTTP 404")]
    [InlineData("403", RefusalKind.NotPermitted, "does not allow it: HTTP 403")]
    [InlineData("418", RefusalKind.ServerError, "refused: HTTP 418")]
    [InlineData("gzip", RefusalKind.Compressed, "sent the piece compressed (gzip) although asked not to")]
    [InlineData("silent gzip", RefusalKind.Compressed, "look compressed by gzip")]
    [InlineData("page", RefusalKind.WebPage, "sent a web page of ")]
    [InlineData("wrong", RefusalKind.WrongBytes, "sent other bytes: 1000000 of CommP baga6ea4seaq")]
    [InlineData("cut", RefusalKind.WrongBytes, "sent other bytes: 999000 of CommP baga6ea4seaq")]
    [InlineData("too long", RefusalKind.TooLong, "has 2000000 bytes, more than the 1040384 that the piece can hold")]
    [InlineData("too long in chunks", RefusalKind.TooLong, "more than the 1040384 that the piece can hold")]
    [InlineData("stall", RefusalKind.Stalled, "stopped sending")]
    [InlineData("trickle", RefusalKind.Stalled, "stopped sending, with nothing or next to nothing within 0.4 s, 3 times")]
    [InlineData("broken off", RefusalKind.Truncated, "broke off before its answer was complete, 3 times")]
    [InlineData("other range", RefusalKind.Garbled, "sent another range than it was asked for (bytes 1-65535/1000000)")]
    [InlineData("loop", RefusalKind.Redirected, "redirects more than 5 times")]
    [InlineData("ftp", RefusalKind.Redirected, "redirects to an address of scheme ftp")]
    public async Task What_does_not_pass_is_told_and_the_next_source_is_tried(string trouble, RefusalKind kind, string what)
    {
        _server.Inject(trouble switch
        {
            "404" => PieceFault.Status(404),
            "429" => PieceFault.Status(429),
            "403" => PieceFault.Status(403),
            "418" => PieceFault.Status(418),
            "500" => PieceFault.Status(500, text: "disk\r\n\u001b[31mon fire"),
            "gzip" => PieceFault.Gzip,
            "silent gzip" => PieceFault.SilentGzip,
            "page" => PieceFault.Page("\n <!doctype html><title>Sign in</title>"),
            "wrong" => PieceFault.Alter(content => [.. content.Select(b => (byte)(b ^ 1))]),
            "cut" => new PieceFault(reply => reply with { Status = 200, Part = null, Content = reply.Content[..999_000] }),
            "too long" => PieceFault.Alter(_ => new byte[2_000_000]),
            "too long in chunks" => new PieceFault(reply => PieceFault.Chunked.Change(reply with { Content = new byte[2_000_000] })),
            "stall" => PieceFault.Stall(100),
            "trickle" => PieceFault.Trickle(TimeSpan.FromMilliseconds(50)),
            "broken off" => PieceFault.BreakOff(0),
            "other range" => PieceFault.OtherRange,
            "loop" => PieceFault.Redirect("/piece/again"),
            _ => PieceFault.Redirect("ftp://127.0.0.1/x"),
        });
        PieceRefusal refusal = await _bench.RefusalAsync(Piece.Wanted, _server.Url);
        Assert.Equal(kind, refusal.Kind);
        Assert.StartsWith($"{_server.Url}/piece/{Piece.V1} ", refusal.What, StringComparison.Ordinal);
        Assert.Contains(what, refusal.What, StringComparison.Ordinal);
        Assert.False(File.Exists(_bench.Store.FileOf(Piece.Info)), "nothing stands under the piece's name");

        await using FakePieceServer good = await FakePieceServer.StartAsync(PieceDialect.Boost);
        Piece.AddTo(good);
        VerifiedPiece found = await _bench.FetchAsync(Piece, _server.Url, good.Url);
        Assert.StartsWith(good.Url, found.From, StringComparison.Ordinal);
        SourceBench.AssertHolds(found, Piece);
    }

    [Fact]
    public async Task A_piece_that_is_a_web_page_is_no_error_page()
    {
        byte[] html = [.. "<html>"u8, .. VectorFiles.Stream("html", 200_000)];
        PieceInfo info = Filecoin.Sealing.Pieces.PieceCommitment.Compute(new MemoryStream(html), 262144, 1, CancellationToken.None);
        TestPiece piece = new(html, info);
        piece.AddTo(_server);
        SourceBench.AssertHolds(await _bench.FetchAsync(piece, _server.Url), piece);
    }

    [Fact]
    public async Task A_server_that_knows_only_version_2_is_asked_by_it()
    {
        await using FakePieceServer other = await FakePieceServer.StartAsync();
        other.Add(Piece.Raw, Piece.Info.UnpaddedSize, Piece.V2);
        PieceRefusal refusal = await _bench.RefusalAsync(Piece.Wanted, other.Url);
        Assert.Equal(RefusalKind.NotThere, refusal.Kind);
        VerifiedPiece found = await _bench.FetchAsync(Piece.Wanted with { RawLength = Length }, other.Url);
        Assert.Equal($"{other.Url}/piece/{Piece.V2}", found.From);
        SourceBench.AssertHolds(found, Piece);
    }

    [Fact]
    public async Task Redirects_are_followed_to_another_server()
    {
        await using FakePieceServer front = await FakePieceServer.StartAsync();
        front.Inject(PieceFault.Redirect($"{_server.Url}/piece/{Piece.V1}", 307));
        SourceBench.AssertHolds(await _bench.FetchAsync(Piece, front.Url + "/gateway/"), Piece);
        Assert.All(front.Requests, request => Assert.StartsWith("/gateway/piece/", request.Path, StringComparison.Ordinal));
        Assert.Equal(16, _server.Requests.Count);
    }

    [Fact]
    public async Task A_server_nobody_listens_at_is_tried_patiently_only_for_the_first_piece()
    {
        await using FakePieceServer gone = await FakePieceServer.StartAsync();
        await gone.DisposeAsync();
        PieceFetcher fetcher = _bench.Fetcher(gone.Url);
        MissingPieceException first = await Assert.ThrowsAsync<MissingPieceException>(() => _bench.FetchAsync(fetcher, Piece.Wanted));
        Assert.Equal(RefusalKind.Unreachable, first.Refusals.Single().Kind);
        Assert.EndsWith("refused the connection, 3 times", first.Refusals.Single().What, StringComparison.Ordinal);
        int lines = _bench.Log.Lines.Count;
        MissingPieceException second = await Assert.ThrowsAsync<MissingPieceException>(
            () => _bench.FetchAsync(fetcher, TestPiece.Make(10).Wanted));
        Assert.EndsWith("refused the connection", second.Refusals.Single().What, StringComparison.Ordinal);
        Assert.Equal(lines + 1, _bench.Log.Lines.Count); // The refusal, no retries.
    }

    [Theory]
    [InlineData("https://a/x", "http://a/y", "redirects from https to http, to a, which is not followed")]
    [InlineData("http://a/x", "javascript:alert(1)", "redirects to an address of scheme javascript")]
    [InlineData("http://a/x", null, "redirects without saying where to")]
    public void Some_redirects_are_not_followed(string from, string? to, string what)
    {
        Uri? location = to is null ? null : new Uri(to, UriKind.RelativeOrAbsolute);
        ServerTrouble trouble = Assert.Throws<ServerTrouble>(() => PieceServer.Target(new Uri(from), location, 0, 5));
        Assert.Equal((RefusalKind.Redirected, what, false), (trouble.Kind, trouble.Message, trouble.MayPass));
    }

    [Theory]
    [InlineData("http://a/x", "https://b/y", "https://b/y")]
    [InlineData("https://a/x/y", "../z", "https://a/z")]
    [InlineData("https://a/x", "//b/z", "https://b/z")]
    public void Other_redirects_lead_where_they_say(string from, string to, string target) =>
        Assert.Equal(target, PieceServer.Target(new Uri(from), new Uri(to, UriKind.RelativeOrAbsolute), 4, 5).ToString());

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, false, RefusalKind.Unreachable, true, "has a host name that does not resolve")]
    [InlineData(HttpRequestError.SecureConnectionError, false, RefusalKind.Unreachable, false, "failed the TLS handshake")]
    [InlineData(HttpRequestError.InvalidResponse, false, RefusalKind.Garbled, false, "answered with something that is not HTTP")]
    [InlineData(HttpRequestError.Unknown, false, RefusalKind.Unreachable, true, "closed the connection without an answer")]
    [InlineData(HttpRequestError.ResponseEnded, true, RefusalKind.Truncated, true, "broke off before its answer was complete")]
    public void What_goes_wrong_below_HTTP_has_words(HttpRequestError error, bool inBody, RefusalKind kind, bool mayPass, string what)
    {
        ServerTrouble trouble = ServerTrouble.Of(TransportException.Of(new HttpRequestException(error), inBody));
        Assert.Equal((kind, what, mayPass), (trouble.Kind, trouble.Message, trouble.MayPass));
    }

    [Fact]
    public async Task Two_that_want_the_same_piece_download_it_once()
    {
        _server.Delay = TimeSpan.FromMilliseconds(20);
        PieceFetcher one = _bench.Fetcher(_server.Url);
        PieceFetcher other = _bench.Fetcher(_server.Url); // As another process would: nothing shared but the store.
        VerifiedPiece[] found = await Task.WhenAll(
            new[] { one, one, other, other }.Select(fetcher => _bench.FetchAsync(fetcher, Piece.Wanted)));
        Assert.All(found, piece => SourceBench.AssertHolds(piece, Piece));
        Assert.Equal(16, _server.Requests.Count);
        Assert.Contains(_bench.Progress, progress => progress.Activity == PieceActivity.Waiting);
    }
}
