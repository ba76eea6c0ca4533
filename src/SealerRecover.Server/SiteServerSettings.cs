using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using Filecoin.Primitives;
using SealerRecover.Recovery.Transfer;

namespace SealerRecover.Server;

/// <summary>Where a server listens and whom it answers.</summary>
public sealed record SiteServerSettings
{
    /// <summary>Address and port; port 0 for any that is free.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>For TLS, asked for at each new connection, from any thread; null for none.</summary>
    public Func<SslStreamCertificateContext>? Certificate { get; init; }

    /// <summary>Whoever has it may act, and read from other hosts; null: nobody.</summary>
    public string? Token { get; init; }

    /// <summary>Names that readers may call the server by, beside localhost and addresses.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary>What was built.</summary>
    public required string Version { get; init; }

    /// <summary>How a hint is worded where its names are known.</summary>
    public Func<Hint, string> Word { get; init; } = hint => hint.ToString();

    /// <summary>Results of this machine that others fetch; null for none.</summary>
    public ResultShelf? Shelf { get; init; }

    /// <summary>Whether all that listens is this machine itself.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(Listen.Address);
}
