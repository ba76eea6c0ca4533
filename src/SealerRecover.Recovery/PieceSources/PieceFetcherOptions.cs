using Filecoin.Chain.Transport;

namespace SealerRecover.Recovery.PieceSources;

/// <summary>How long a <see cref="PieceFetcher"/> waits, how often it asks and how much it takes at once.</summary>
public sealed record PieceFetcherOptions : TransportOptions
{
    /// <summary>Servers of pieces are many and far away: they are waited for longer than a node.</summary>
    public PieceFetcherOptions()
    {
        ConnectTimeout = TimeSpan.FromSeconds(15);
        RetryInterval = TimeSpan.FromSeconds(1);
        MaxRetryInterval = TimeSpan.FromMinutes(2);
    }

    /// <summary>Threads that compute a commitment, at least 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Connections to one server at once, for all pieces together, at least 1.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>Bytes asked for in one request where a server knows ranges; a multiple of 1 MiB in production.</summary>
    public long RangeBytes { get; init; } = 32L << 20;

    /// <summary>Longest wait for the start of an answer; a server may first have to find the piece on a slow disk.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>A body that brings less than <see cref="StallBytes"/> in this time is given up.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>See <see cref="StallTimeout"/>.</summary>
    public int StallBytes { get; init; } = 32 << 10;

    /// <summary>Tries of one request that fail in a way that may pass, at least 1.</summary>
    public int MaxTries { get; init; } = 6;

    /// <summary>Redirects followed for one request.</summary>
    public int MaxRedirects { get; init; } = 5;

    /// <summary>How often the state of a download is written down for a later run.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(5);
}
