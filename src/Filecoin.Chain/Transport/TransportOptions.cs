namespace Filecoin.Chain.Transport;

/// <summary>How long a server is waited for and when it is asked again.</summary>
public record TransportOptions
{
    /// <summary>Longest wait for a connection.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Wait before the second try; doubles each time, with jitter.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait between tries, also when Retry-After asks for more.</summary>
    public TimeSpan MaxRetryInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The file of certificates that SSL_CERT_FILE names, which the system passes over in silence where it is not there; null for none.</summary>
    public string? CertificateFile { get; init; }
}
