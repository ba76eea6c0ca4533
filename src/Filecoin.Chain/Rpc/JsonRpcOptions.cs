namespace Filecoin.Chain.Rpc;

/// <summary>How patient a <see cref="JsonRpcClient"/> is.</summary>
public sealed record JsonRpcOptions
{
    /// <summary>Longest wait for one answer, its body included. An archive node may take tens of seconds to load old state.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest wait for a connection.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Rounds over the endpoints before giving up on what is transient, at least 1.</summary>
    public int MaxRounds { get; init; } = 4;

    /// <summary>
    /// Rounds where an endpoint only asks to be asked less: it is there, so patience pays. With the longest wait between them some minutes.
    /// </summary>
    public int MaxLimitedRounds { get; init; } = 12;

    /// <summary>Wait before the second round; doubles each round, with jitter.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait between rounds, also when a node's Retry-After asks for more.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest answer read, in bytes. The messages of one tipset are a few MiB.</summary>
    public int MaxResponseBytes { get; init; } = 64 << 20;
}
