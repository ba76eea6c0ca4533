using Filecoin.Chain.Transport;

namespace Filecoin.Chain.Rpc;

/// <summary>How long a <see cref="JsonRpcClient"/> waits and how often it asks.</summary>
public sealed record JsonRpcOptions : TransportOptions
{
    /// <summary>Longest wait for one answer, its body included. An archive node may take tens of seconds to load old state.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Rounds over the endpoints before giving up on what is transient, at least 1.</summary>
    public int MaxRounds { get; init; } = 4;

    /// <summary>
    /// Rounds where an endpoint only asks to be asked less: it is there, so waiting pays. With the longest wait between them some minutes.
    /// </summary>
    public int MaxLimitedRounds { get; init; } = 12;

    /// <summary>Longest answer read, in bytes. The messages of one tipset are a few MiB.</summary>
    public int MaxResponseBytes { get; init; } = 64 << 20;
}
