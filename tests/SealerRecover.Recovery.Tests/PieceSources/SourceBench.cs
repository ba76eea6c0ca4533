using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using Microsoft.Extensions.Logging;
using SealerRecover.Recovery.PieceSources;
using PieceSource = SealerRecover.Recovery.PieceSources.PieceSource;

namespace SealerRecover.Recovery.Tests.PieceSources;

/// <summary>A piece of known bytes.</summary>
internal sealed record TestPiece(byte[] Raw, PieceInfo Info)
{
    public string V1 => Info.CommP.ToString();

    public string V2 => new PieceCidV2(Info, Raw.Length).ToString();

    public PieceWanted Wanted => new(Info);

    /// <summary>A piece of so many random bytes; the commitment is the reference's where the tests compare with vectors, ours here.</summary>
    public static TestPiece Make(int length, string seed = "piece", long? padded = null)
    {
        byte[] raw = VectorFiles.Stream(seed, length);
        long size = padded ?? PieceVerifier.NaturalSize(length);
        return new TestPiece(raw, PieceCommitment.Compute(new MemoryStream(raw), size, 1, CancellationToken.None));
    }

    public void AddTo(FakePieceServer server) =>
        server.Add(Raw, Info.UnpaddedSize, Info.UnpaddedSize - Raw.Length < Raw.Length ? [V1, V2] : [V1]);
}

/// <summary>A temporary folder with a store, a folder of files, and fetchers that lose patience quickly.</summary>
internal sealed class SourceBench : IDisposable
{
    public static readonly PieceFetcherOptions Quick = new()
    {
        Threads = 2,
        RangeBytes = 64 << 10,
        AnswerTimeout = TimeSpan.FromSeconds(5),
        StallTimeout = TimeSpan.FromMilliseconds(400),
        StallBytes = 1024,
        MaxTries = 3,
        RetryInterval = TimeSpan.FromMilliseconds(2),
        MaxRetryInterval = TimeSpan.FromMilliseconds(300),
        CheckpointInterval = TimeSpan.FromMilliseconds(20),
    };

    private readonly List<PieceFetcher> _fetchers = [];

    public SourceBench()
    {
        Directory.CreateDirectory(Files);
        Store = new PieceStore(Folder.At("temp"));
    }

    public TestFolder Folder { get; } = new();

    /// <summary>A folder for pieces.</summary>
    public string Files => Folder.At("files");

    public PieceStore Store { get; set; }

    public ListLogger Log { get; } = new();

    public List<PieceProgress> Progress { get; } = [];

    public string File(string name, ReadOnlySpan<byte> content)
    {
        string path = Path.Combine(Files, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    public PieceFetcher Fetcher(params IReadOnlyList<string> sources) => Fetcher(Quick, sources);

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public PieceFetcher Fetcher(PieceFetcherOptions options, params IReadOnlyList<string> sources)
    {
        PieceFetcher fetcher = new(PieceSource.ParseAll(sources), Store, options, Log, Time);
        _fetchers.Add(fetcher);
        return fetcher;
    }

    public Task<VerifiedPiece> FetchAsync(TestPiece piece, params IReadOnlyList<string> sources) => FetchAsync(piece.Wanted, sources);

    public Task<VerifiedPiece> FetchAsync(PieceWanted wanted, params IReadOnlyList<string> sources) => FetchAsync(Fetcher(sources), wanted);

    public Task<VerifiedPiece> FetchAsync(PieceFetcher fetcher, PieceWanted wanted) =>
        fetcher.FetchAsync(wanted, new Told(Progress), TestContext.Current.CancellationToken);

    /// <summary>Fails to fetch, and returns why.</summary>
    public async Task<MissingPieceException> MissAsync(PieceWanted wanted, params IReadOnlyList<string> sources)
    {
        MissingPieceException missing = await Assert.ThrowsAsync<MissingPieceException>(() => FetchAsync(wanted, sources));
        Assert.Equal(FailureKind.PieceMissing, missing.Kind);
        Assert.Contains(wanted.Piece.CommP.ToString(), missing.Message, StringComparison.Ordinal);
        return missing;
    }

    /// <summary>Fails to fetch from one place that has one thing to say, and returns it.</summary>
    public async Task<PieceRefusal> RefusalAsync(PieceWanted wanted, string source)
    {
        MissingPieceException missing = await MissAsync(wanted, source);
        PieceRefusal refusal = Assert.Single(missing.Refusals);
        Assert.Contains(refusal.What, missing.Message, StringComparison.Ordinal);
        return refusal;
    }

    public static void AssertHolds(VerifiedPiece found, TestPiece piece)
    {
        byte[] bytes = System.IO.File.ReadAllBytes(found.Path);
        Assert.Equal(found.RawLength, bytes.Length);
        Assert.InRange(bytes.Length, piece.Raw.Length, piece.Info.UnpaddedSize);
        Assert.True(bytes.AsSpan(0, piece.Raw.Length).SequenceEqual(piece.Raw), "the bytes are the piece's");
        Assert.True(bytes.AsSpan(piece.Raw.Length).IndexOfAnyExcept((byte)0) < 0, "zeros follow");
    }

    public void Dispose()
    {
        foreach (PieceFetcher fetcher in _fetchers)
        {
            fetcher.Dispose();
        }

        Folder.Dispose();
    }

    private sealed class Told(List<PieceProgress> progress) : IProgress<PieceProgress>
    {
        public void Report(PieceProgress value)
        {
            lock (progress)
            {
                progress.Add(value);
            }
        }
    }
}

/// <summary>Keeps what is logged at Warning or above.</summary>
internal sealed class ListLogger : ILogger
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            lock (Lines)
            {
                Lines.Add(formatter(state, exception));
            }
        }
    }
}
