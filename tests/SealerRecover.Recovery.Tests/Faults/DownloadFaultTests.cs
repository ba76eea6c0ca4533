using Filecoin.Primitives;
using SealerRecover.Recovery.PieceSources;
using SealerRecover.Recovery.Tests.PieceSources;

namespace SealerRecover.Recovery.Tests.Faults;

/// <summary>Downloads of a piece to disks that fail, and power cuts: what gets the piece's name is the piece, and the next run gets it.</summary>
public sealed class DownloadFaultTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly int MostOfAKind = VectorFiles.LongTests ? int.MaxValue : 5;
    private static readonly PieceFetcherOptions Often = SourceBench.Quick with { CheckpointInterval = TimeSpan.Zero, Connections = 1 };
    private static readonly TestPiece Piece = TestPiece.Make(200_000);

    private readonly TestFolder _folder = new(Directory.Exists("/dev/shm") ? "/dev/shm" : null);
    private FakePieceServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakePieceServer.StartAsync();
        Piece.AddTo(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Faults_and_power_cuts_while_a_piece_is_downloaded_lose_nothing()
    {
        int count = 0;
        FolderImage nothing = FolderImage.Of(_folder.Path);
        LyingFileSystem honest = new();
        Assert.Null(await FetchAsync(honest));
        foreach (FaultKind kind in FileFault.Kinds)
        {
            foreach (int at in FaultMatrixTests.Spread(honest.Count(kind), MostOfAKind))
            {
                nothing.Restore(_folder.Path);
                LyingFileSystem lying = new(new FileFault(kind, at));
                OperatorException? failure = await FetchAsync(lying);
                string what = $"{kind} at {at} ({lying.Happened}): {failure?.Message}";
                AssertWholeOrAbsent(what);
                await AssertComesAsync(what);
                count++;
            }
        }

        nothing.Restore(_folder.Path);
        RecordingFileSystem recording = new(_folder.Path);
        Assert.Null(await FetchAsync(recording));
        foreach (Survival survival in Enum.GetValues<Survival>())
        {
            foreach (int at in FaultMatrixTests.Spread(recording.Operations, MostOfAKind))
            {
                recording.After(new PowerCut(at, survival, at)).Restore(_folder.Path);
                await AssertComesAsync($"power cut at {at} after {recording.Describe(at)}, {survival} survives");
                count++;
            }
        }

        output.WriteLine($"{count} faults while a piece is downloaded");
    }

    [Fact]
    public async Task What_is_written_down_of_a_download_is_there_after_a_power_cut()
    {
        RecordingFileSystem recording = new(_folder.Path);
        Assert.Null(await FetchAsync(recording));
        int written = Enumerable.Range(1, recording.Operations).First(at => recording.Describe(at).StartsWith("Replace", StringComparison.Ordinal)) + 1;

        FolderImage after = recording.After(new PowerCut(written, Survival.Nothing, 0));

        Assert.StartsWith("SyncFolder", recording.Describe(written), StringComparison.Ordinal);
        Assert.Contains(after.Entries.Keys, name => name.EndsWith(".part", StringComparison.Ordinal));
        Assert.Contains(after.Entries.Keys, name => name.EndsWith(".part.state", StringComparison.Ordinal));
    }

    private string Whole => _folder.At("pieces", Piece.V1);

    private async Task<OperatorException?> FetchAsync(Filecoin.Sealing.Files.IFileSystem files)
    {
        using PieceFetcher fetcher = new(
            PieceSource.ParseAll([_server.Url]), new PieceStore(_folder.Path, files), Often, new ListLogger(), TimeProvider.System);
        try
        {
            await fetcher.FetchAsync(Piece.Wanted, new Progress<PieceProgress>(), TestContext.Current.CancellationToken);
            return null;
        }
        catch (OperatorException failure)
        {
            return failure;
        }
    }

    private async Task AssertComesAsync(string what)
    {
        OperatorException? failure = await FetchAsync(new LyingFileSystem());
        Assert.True(failure is null, $"{what}; then {failure?.Message}");
        Assert.True(File.Exists(Whole), what);
        AssertWholeOrAbsent(what);
    }

    private void AssertWholeOrAbsent(string what) =>
        Assert.True(!File.Exists(Whole) || File.ReadAllBytes(Whole).AsSpan().SequenceEqual(Piece.Raw), what);
}
