using System.Collections.Concurrent;
using Filecoin.Primitives;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Recovery.Tests.PieceSources;

/// <summary>Addresses that somebody wrote down, with what must not be shown.</summary>
public sealed class ToldSourceTests : IDisposable
{
    private const string Secret = "s3kr1t";

    private readonly SourceBench _bench = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("https://server/path/file.car?token=s3kr1t", "https://server/path/file.car")]
    [InlineData("http://me:s3kr1t@server:8080/a%20b", "http://server:8080/a%20b")]
    [InlineData("https://server/x#s3kr1t", "https://server/x")]
    [InlineData("ftp://server/x", null)]
    [InlineData("pieceref:7", null)]
    [InlineData("/path", null)]
    public void An_address_shows_nothing_that_may_be_secret(string url, string? shown) =>
        Assert.Equal(shown, ToldAddress.From(url, [KeyValuePair.Create("X-Key", Secret)])?.ToString());

    [Fact]
    public async Task Headers_go_to_their_server_and_not_to_where_it_redirects()
    {
        TestPiece piece = TestPiece.Make(300);
        await using FakePieceServer holder = await FakePieceServer.StartAsync();
        piece.AddTo(holder);
        ConcurrentBag<string> first = [];
        ConcurrentBag<string> second = [];
        await using LoopbackServer behind = new(
            async context =>
            {
                second.Add($"{context.Request.Headers.Authorization}|{context.Request.Headers["X-Key"]}|{context.Request.QueryString}");
                context.Response.Headers.ContentLength = piece.Raw.Length;
                await context.Response.Body.WriteAsync(piece.Raw, Cancellation);
            },
            null);
        await behind.StartAsync();
        await using LoopbackServer front = new(
            context =>
            {
                first.Add($"{context.Request.Headers.Authorization}|{context.Request.Headers["X-Key"]}|{context.Request.Headers.Host}|{context.Request.QueryString}");
                context.Response.StatusCode = 302;
                context.Response.Headers.Location = $"{behind.Url}/there?signature={Secret}";
                return Task.CompletedTask;
            },
            null);
        await front.StartAsync();
        ToldAddress told = ToldAddress.From(
            $"{front.Url.Replace("://", $"://me:{Secret}@", StringComparison.Ordinal)}/here?t={Secret}",
            [KeyValuePair.Create("X-Key", Secret), KeyValuePair.Create("Host", "elsewhere"), KeyValuePair.Create("X-Bad", $"{Secret}\r\nX-More: 1")])!;

        VerifiedPiece found = await FetchAsync(piece, new Teller(new ToldPlaces([told], [])));

        Assert.Equal(piece.Raw, await File.ReadAllBytesAsync(found.Path, Cancellation));
        Assert.Equal($"{front.Url}/here", found.From);
        string basic = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"me:{Secret}"));
        Assert.All(first, headers => Assert.Equal($"Basic {basic}|{Secret}|{new Uri(front.Url).Authority}|?t={Secret}", headers));
        Assert.All(second, headers => Assert.Equal($"||?signature={Secret}", headers));
        Assert.NotEmpty(second);
        AssertSecret();
    }

    [Fact]
    public async Task What_is_told_wrongly_or_by_nobody_is_a_refusal_among_others()
    {
        TestPiece piece = TestPiece.Make(300);
        await using FakePieceServer server = await FakePieceServer.StartAsync();
        server.Add(TestPiece.Make(300, "other").Raw, piece.Info.UnpaddedSize, piece.V1);
        ToldAddress wrong = ToldAddress.From($"{server.Url}/piece/{piece.V1}?{Secret}", [])!;
        MissingPieceException missing = await Assert.ThrowsAsync<MissingPieceException>(() => FetchAsync(piece, new Teller(new ToldPlaces([wrong], ["the file x"]))));
        Assert.Equal([RefusalKind.WrongBytes, RefusalKind.NotThere], missing.Refusals.Select(refusal => refusal.Kind));
        Assert.Contains("sent other bytes", missing.Message, StringComparison.Ordinal);
        Assert.Contains("says that it lies as the file x", missing.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, missing.ToString(), StringComparison.Ordinal);

        MissingPieceException nobody = await Assert.ThrowsAsync<MissingPieceException>(() => FetchAsync(piece, new Teller(null)));
        Assert.Contains("a teller could not be asked where it is (gone)", nobody.Message, StringComparison.Ordinal);
        MissingPieceException nothing = await Assert.ThrowsAsync<MissingPieceException>(() => FetchAsync(piece, new Teller(new ToldPlaces([], []))));
        Assert.Contains("a teller knows no place of it", nothing.Message, StringComparison.Ordinal);
        AssertSecret();
    }

    private void AssertSecret()
    {
        Assert.DoesNotContain(Secret, string.Join('\n', _bench.Log.Lines), StringComparison.Ordinal);
        Assert.All(
            Directory.EnumerateFiles(_bench.Folder.Path, "*", SearchOption.AllDirectories),
            file => Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(Secret)) < 0, file));
    }

    private async Task<VerifiedPiece> FetchAsync(TestPiece piece, IPieceTeller teller)
    {
        using PieceFetcher fetcher = new([new ToldSource(teller.Name, teller)], _bench.Store, SourceBench.Quick, _bench.Log, TimeProvider.System);
        return await fetcher.FetchAsync(piece.Wanted, new Progress<PieceProgress>(), Cancellation);
    }

    private sealed class Teller(ToldPlaces? places) : IPieceTeller
    {
        public string Name => "a teller";

        public Task<ToldPlaces> WhereAsync(PieceInfo piece, CancellationToken cancellation) => places is null
            ? throw new OperatorException(FailureKind.NodeUnreachable, "gone", "look")
            : Task.FromResult(places);
    }
}
