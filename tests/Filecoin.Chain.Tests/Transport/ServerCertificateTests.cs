using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Filecoin.Chain.Transport;
using Xunit;

namespace SealerRecover.Tests.Chain;

public sealed class ServerCertificateTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void What_the_system_trusts_is_trusted() =>
        Assert.True(Judge().Check(this, _authority.Issue("node.example"), null, SslPolicyErrors.None));

    [Fact]
    public void Another_host_s_certificate_names_whom_it_is_for()
    {
        CertificateRefusedException refused = Refused(_authority.Issue("other.example", "10.0.0.7"), isKnown: true, isOfHost: false);
        Assert.Equal("shows a certificate that is not trusted: it is for other.example, 10.0.0.7, not for node.example", refused.Message);
        Assert.Equal("name the node by a host that its certificate is for, or give it a certificate for node.example", refused.Hint);

        refused = Refused(_authority.Issue("a", "b", "c", "d", "e"), isKnown: true, isOfHost: false);
        Assert.Contains("it is for a, b, c, d, …, not for node.example", refused.Message, StringComparison.Ordinal);
        refused = Refused(_authority.Issue(), isKnown: true, isOfHost: false);
        Assert.Contains("it does not say that it is for node.example", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_out_of_its_time_says_since_or_until_when()
    {
        using X509Certificate2 expired = _authority.Issue(fromDay: -20, toDay: -10, "node.example");
        CertificateRefusedException refused = Refused(expired, isKnown: true);
        Assert.Equal($"shows a certificate that is not trusted: it expired on {Utc(expired.NotAfter)}", refused.Message);
        Assert.Contains("clock", refused.Hint, StringComparison.Ordinal);

        using X509Certificate2 early = _authority.Issue(fromDay: 10, toDay: 20, "node.example");
        refused = Refused(early, isKnown: true);
        Assert.Equal($"shows a certificate that is not trusted: it is not valid before {Utc(early.NotBefore)}", refused.Message);
    }

    [Fact]
    public void An_unknown_issuer_is_named_and_how_to_trust_it()
    {
        CertificateRefusedException refused = Refused(_authority.Issue("node.example"), isKnown: false);
        Assert.Equal("shows a certificate that is not trusted: its issuer \"Authority of a test\" is not known here", refused.Message);
        Assert.Contains("SSL_CERT_FILE", refused.Hint, StringComparison.Ordinal);
        Assert.Contains("SSL_CERT_DIR", refused.Hint, StringComparison.Ordinal);

        refused = Refused(_authority.SelfSigned("node.example"), isKnown: false);
        Assert.Equal("shows a certificate that is not trusted: it is signed by nobody but itself", refused.Message);
        Assert.Contains("SSL_CERT_FILE", refused.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_certificates_that_is_not_there_is_told_first()
    {
        X509Certificate2 unknown = _authority.Issue("node.example");
        string Hint(string? namedFile) =>
            Judge(namedFile).Refused("node.example", unknown, Chain(unknown), SslPolicyErrors.RemoteCertificateChainErrors).Hint;

        Assert.StartsWith("SSL_CERT_FILE names \"/nowhere/ca.pem\", which is not there; if you trust that issuer", Hint("/nowhere/ca.pem"), StringComparison.Ordinal);
        Assert.StartsWith("if you trust that issuer", Hint(typeof(ServerCertificateTests).Assembly.Location), StringComparison.Ordinal);
        Assert.StartsWith("if you trust that issuer", Hint(null), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_reasons_each_is_told()
    {
        CertificateRefusedException refused = Refused(_authority.Issue(fromDay: -20, toDay: -10, "other.example"), isKnown: false, isOfHost: false);
        Assert.Contains("it is for other.example, not for node.example, and it expired on ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith(", and its issuer \"Authority of a test\" is not known here", refused.Message, StringComparison.Ordinal);
        Assert.Contains("give it a certificate for node.example; renew ", refused.Hint, StringComparison.Ordinal);
        Assert.Contains("; if you trust that issuer", refused.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void An_issuer_s_own_name_cannot_write_to_the_terminal()
    {
        using TestAuthority hostile = new("\u001b[2J\r\nerror: " + new string('x', 40));
        CertificateRefusedException refused = Refused(hostile.Issue("node.example"), isKnown: false);
        Assert.DoesNotContain(refused.Message, char.IsControl);
    }

    [Fact]
    public void Without_a_chain_or_a_certificate_there_is_a_sentence_too()
    {
        Assert.Equal("shows no certificate", Judge().Refused("node.example", null, null, SslPolicyErrors.RemoteCertificateNotAvailable).Message);
        CertificateRefusedException refused = Judge().Refused(
            "node.example", _authority.Issue("node.example"), null, SslPolicyErrors.RemoteCertificateChainErrors);
        Assert.Contains("not valid (RemoteCertificateChainErrors)", refused.Message, StringComparison.Ordinal);
    }

    private static ServerCertificate Judge(string? namedFile = null) => new(TimeProvider.System, namedFile);

    /// <summary>What an empty machine says of a certificate.</summary>
    private static X509Chain Chain(X509Certificate2 certificate)
    {
        X509Chain chain = new();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.Build(certificate);
        return chain;
    }

    private CertificateRefusedException Refused(X509Certificate2 certificate, bool isKnown, bool isOfHost = true)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        if (isKnown)
        {
            chain.ChainPolicy.CustomTrustStore.Add(_authority.Certificate);
        }

        SslPolicyErrors errors = (chain.Build(certificate) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors)
            | (isOfHost ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateNameMismatch);
        Assert.NotEqual(SslPolicyErrors.None, errors);
        return Judge().Refused("node.example", certificate, chain, errors);
    }

    private static string Utc(DateTime local) => local.ToUniversalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";
}
