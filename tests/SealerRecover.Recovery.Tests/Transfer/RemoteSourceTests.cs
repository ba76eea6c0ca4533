using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Transfer;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Tests.Transfer;

/// <summary>One file of another machine's, over a line that breaks.</summary>
public sealed class RemoteSourceTests : IDisposable
{
    private const int Segment = SegmentDigests.SegmentBytes;

    private static readonly SectorId Sector = new(new ActorId(1000), 7);
    private static readonly byte[] Content = VectorFiles.Stream("a replica", (3 * Segment) + 77);

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Part => _folder.At("copying");

    private string To => _folder.At("sealed");

    [Fact]
    public async Task It_goes_on_behind_the_last_whole_segment_when_the_line_breaks()
    {
        await using ShelfServer server = await ShelfServer.StartAsync(_ => Content);
        server.IsRead = () => IsThere(2);
        server.Breaks.Enqueue((2 * Segment) + 5);
        server.Breaks.Enqueue(9);
        await BringAsync(server);
        Assert.Equal(["s-t01000-7/sealed 0", $"s-t01000-7/sealed {2 * Segment}", $"s-t01000-7/sealed {2 * Segment}"], server.Asked);
        Assert.Equal(Content, await File.ReadAllBytesAsync(To, TestContext.Current.CancellationToken));
        Assert.False(File.Exists(Part));
    }

    [Fact]
    public async Task It_goes_on_with_what_an_earlier_process_left_and_asks_for_the_rest_only()
    {
        await using ShelfServer server = await ShelfServer.StartAsync(_ => Content);
        await File.WriteAllBytesAsync(Part, Content.AsMemory(0, Segment + 9), TestContext.Current.CancellationToken);
        await BringAsync(server);
        Assert.Equal([$"s-t01000-7/sealed {Segment}"], server.Asked);
        Assert.Equal(Content, await File.ReadAllBytesAsync(To, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Segment)]
    [InlineData((3 * Segment) + 77)]
    [InlineData((3 * Segment) + 78)]
    [InlineData(9 * Segment)]
    public async Task What_is_left_of_another_file_costs_time_and_nothing_else(int length)
    {
        await using ShelfServer server = await ShelfServer.StartAsync(_ => Content);
        await File.WriteAllBytesAsync(Part, VectorFiles.Stream("of another", length), TestContext.Current.CancellationToken);
        await BringAsync(server);
        Assert.Equal(Content, await File.ReadAllBytesAsync(To, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_differs_in_a_bit_or_has_another_length_is_gone()
    {
        byte[] altered = [.. Content];
        altered[^1] ^= 1;
        foreach (byte[]? other in (byte[]?[])[altered, Content[..^1], [.. Content, 0], [], null])
        {
            await using ShelfServer server = await ShelfServer.StartAsync(_ => other);
            await Assert.ThrowsAsync<ResultGoneException>(() => BringAsync(server));
            Assert.False(File.Exists(To));
        }

        Assert.False(File.Exists(Part));
    }

    [Fact]
    public async Task A_server_that_is_overloaded_is_asked_again_and_one_that_lets_nobody_in_is_not()
    {
        await using ShelfServer server = await ShelfServer.StartAsync(_ => Content);
        server.Refusals.Enqueue(503);
        server.Refusals.Enqueue(502);
        await BringAsync(server);
        Assert.Equal(3, server.Asked.Count);

        OperatorException refused = await Assert.ThrowsAsync<OperatorException>(() => BringAsync(server, token: null));
        Assert.Equal(FailureKind.BadInput, refused.Kind);
        Assert.Contains("the same token", refused.Hint.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_does_not_answer_time_after_time_is_unreachable_and_what_came_is_kept()
    {
        await using ShelfServer server = await ShelfServer.StartAsync(_ => Content);
        server.IsRead = () => IsThere(1);
        server.Breaks.Enqueue(Segment + 1);
        for (int i = 0; i < 9; i++)
        {
            server.Breaks.Enqueue(1);
        }

        OperatorException silent = await Assert.ThrowsAsync<OperatorException>(() => BringAsync(server));
        Assert.Equal(FailureKind.NodeUnreachable, silent.Kind);
        Assert.Equal(Content[..Segment], (await File.ReadAllBytesAsync(Part, TestContext.Current.CancellationToken))[..Segment]);
    }

    private bool IsThere(int segments) => new FileInfo(Part) is { Exists: true, Length: var length } && length >= segments * Segment;

    private Task BringAsync(ShelfServer server, string? token = ShelfServer.Token) => Task.Run(() =>
    {
        File.Delete(To);
        using RemoteShelf shelf = server.Shelf(token);
        ManifestFile file = new(ManifestFile.Sealed, Content.Length, Digest());
        SealProgressCounter progress = new(null, SealPhase.Install, 1, 1, Content.Length);
        new RemoteSource(shelf, Sector, LinuxFileSystem.Instance) { FirstPause = TimeSpan.FromMilliseconds(1) }
            .Bring(file, To, Part, progress, TestContext.Current.CancellationToken);
    });

    private static Filecoin.Cryptography.Bytes32 Digest()
    {
        SegmentDigests digests = new(Content.Length);
        digests.SetAll(0, Content);
        return digests.ToFileDigest().Digest;
    }
}
