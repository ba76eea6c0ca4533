using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Filecoin.Primitives;

namespace Filecoin.Chain.Transport;

/// <summary>
/// Finds words for what is wrong with a server's certificate. The judgement itself stays the system's: nothing is trusted here that it does
/// not trust.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="namedFile">What SSL_CERT_FILE names; null for nothing.</param>
internal sealed class ServerCertificate(TimeProvider time, string? namedFile)
{
    private const int QuotedCharacters = 80;
    private const int NamedHosts = 4;

    private const X509ChainStatusFlags UnknownIssuer = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;

    /// <summary>To be asked by the TLS stream about each server.</summary>
    /// <exception cref="CertificateRefusedException">The system does not trust the certificate; says why.</exception>
    internal bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        errors == SslPolicyErrors.None
            ? true
            : throw Refused((sender as SslStream)?.TargetHostName ?? "this host", certificate as X509Certificate2, chain, errors);

    /// <summary>Every reason why a certificate is refused, in one sentence, and a hint for each.</summary>
    /// <param name="host">Whom the certificate should be for.</param>
    /// <param name="certificate">What the server showed.</param>
    /// <param name="chain">How far the system could follow it.</param>
    /// <param name="errors">What the system says of it.</param>
    internal CertificateRefusedException Refused(string host, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return new("shows no certificate", "check the node's TLS settings, or those of the proxy before it");
        }

        X509ChainElement[] elements = chain is null ? [] : [.. chain.ChainElements];
        X509ChainStatusFlags flags = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        List<string> reasons = [];
        List<string> hints = [];
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            reasons.Add(Names(certificate) is { Length: > 0 } names ? $"it is for {names}, not for {host}" : $"it does not say that it is for {host}");
            hints.Add($"name the node by a host that its certificate is for, or give it a certificate for {host}");
        }

        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            reasons.Add(OutOfTime(certificate, elements));
            hints.Add("renew the certificate, and check that the clock of this machine is right");
        }

        if ((flags & UnknownIssuer) != 0)
        {
            X509Certificate2 last = elements.Length > 0 ? elements[^1].Certificate : certificate;
            reasons.Add(
                certificate.Subject == certificate.Issuer ? "it is signed by nobody but itself"
                : $"its issuer {Quoted(last.GetNameInfo(X509NameType.SimpleName, forIssuer: true))} is not known here");
            hints.Add(
                MissingFile
                + "if you trust that issuer, name its certificate (a PEM file) in SSL_CERT_FILE, or a folder that holds it in SSL_CERT_DIR");
        }

        X509ChainStatusFlags others = flags & ~UnknownIssuer & ~X509ChainStatusFlags.NotTimeValid;
        if (others != X509ChainStatusFlags.NoError || reasons.Count == 0)
        {
            reasons.Add($"the system finds it not valid ({(others == X509ChainStatusFlags.NoError ? errors : others)})");
            hints.Add("give the node another certificate");
        }

        return new($"shows a certificate that is not trusted: {string.Join(", and ", reasons)}", string.Join("; ", hints));
    }

    /// <summary>That the file is not there which SSL_CERT_FILE names, as the beginning of a hint: .NET passes over it without a word.</summary>
    private string MissingFile => namedFile is { Length: > 0 } && !File.Exists(namedFile)
        ? $"SSL_CERT_FILE names {Quoted(namedFile)}, which is not there; "
        : "";

    /// <summary>The hosts a certificate is for, as far as fits into a sentence; empty if it names none.</summary>
    private static string Names(X509Certificate2 certificate)
    {
        string[] names =
        [
            .. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())))
                .Select(name => SafeText.Line(name, QuotedCharacters)),
        ];
        return string.Join(", ", names.Take(NamedHosts)) + (names.Length > NamedHosts ? ", …" : "");
    }

    private string OutOfTime(X509Certificate2 certificate, X509ChainElement[] elements)
    {
        X509Certificate2 stale = elements
            .FirstOrDefault(element => element.ChainElementStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)))?.Certificate
            ?? certificate;
        string whose = stale.Thumbprint == certificate.Thumbprint
            ? "it"
            : $"the certificate of its issuer {Quoted(stale.GetNameInfo(X509NameType.SimpleName, forIssuer: false))}";
        DateTime begins = stale.NotBefore.ToUniversalTime();
        return begins > time.GetUtcNow()
            ? string.Create(CultureInfo.InvariantCulture, $"{whose} is not valid before {begins:yyyy-MM-dd HH:mm} UTC")
            : string.Create(CultureInfo.InvariantCulture, $"{whose} expired on {stale.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm} UTC");
    }

    private static string Quoted(string name) => $"\"{SafeText.Line(name, QuotedCharacters)}\"";
}

/// <summary>A server's certificate is not trusted.</summary>
/// <param name="what">Half a sentence about the server, printable.</param>
/// <param name="hint">What to do.</param>
internal sealed class CertificateRefusedException(string what, string hint) : AuthenticationException(what)
{
    /// <summary>What to do.</summary>
    public string Hint { get; } = hint;
}
