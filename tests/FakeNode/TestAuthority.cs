using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SealerRecover.Tests;

/// <summary>A certificate authority of a test's own, which nothing trusts that is not told to. Valid for a month in either direction.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly DateTimeOffset _made = DateTimeOffset.UtcNow;
    private readonly List<X509Certificate2> _issued = [];

    /// <summary>Makes an authority of a name.</summary>
    public TestAuthority(string name = "Authority of a test")
    {
        X500DistinguishedNameBuilder subject = new();
        subject.AddCommonName(name);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        Certificate = request.CreateSelfSigned(_made.AddDays(-30), _made.AddDays(30));
    }

    /// <summary>Its own certificate, which whoever trusts it has to know.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>A server's certificate with its key, valid now; the authority disposes of it.</summary>
    /// <param name="hosts">Names and addresses it is for.</param>
    public X509Certificate2 Issue(params string[] hosts) => Issue(fromDay: -1, toDay: 29, hosts);

    /// <summary>A server's certificate that is valid from one day to another, counted from now.</summary>
    public X509Certificate2 Issue(int fromDay, int toDay, params string[] hosts)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 alone = Server(key, hosts)
            .Create(Certificate, _made.AddDays(fromDay), _made.AddDays(toDay), RandomNumberGenerator.GetBytes(8));
        return Keep(alone.CopyWithPrivateKey(key));
    }

    /// <summary>A server's certificate that no authority answers for.</summary>
    public X509Certificate2 SelfSigned(params string[] hosts)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Keep(Server(key, hosts).CreateSelfSigned(_made.AddDays(-1), _made.AddDays(29)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _issued.ForEach(certificate => certificate.Dispose());
        Certificate.Dispose();
    }

    private static CertificateRequest Server(ECDsa key, string[] hosts)
    {
        CertificateRequest request = new("CN=A node of a test", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        foreach (string host in hosts)
        {
            if (IPAddress.TryParse(host, out IPAddress? address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        if (hosts.Length > 0)
        {
            request.CertificateExtensions.Add(names.Build());
        }

        return request;
    }

    private X509Certificate2 Keep(X509Certificate2 certificate)
    {
        _issued.Add(certificate);
        return certificate;
    }
}
