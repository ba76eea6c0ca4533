using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Filecoin.Primitives;
using Npgsql;

namespace Filecoin.Curio;

/// <summary>How the driver gets into a database, with nothing of it taken from the environment.</summary>
public static class PostgresLogin
{
    /// <summary>Settings of a connection but for hosts, pools and how long to wait.</summary>
    /// <param name="user">The user.</param>
    /// <param name="password">The user's password; null for none.</param>
    /// <param name="database">Name of the database.</param>
    /// <param name="tls">TLS or not.</param>
    public static NpgsqlConnectionStringBuilder Settings(string user, string? password, string database, TlsMode tls) => new()
    {
        Username = user,
        Password = password,
        Database = database,
        SslMode = tls switch
        {
            TlsMode.Disable => SslMode.Disable,
            TlsMode.Allow => SslMode.Allow,
            TlsMode.Prefer => SslMode.Prefer,
            TlsMode.Require => SslMode.Require,
            TlsMode.VerifyCa => SslMode.VerifyCA,
            _ => SslMode.VerifyFull,
        },
        SslNegotiation = SslNegotiation.Postgres,
        GssEncryptionMode = GssEncryptionMode.Disable,
        ApplicationName = "sealer-recover",

        // What the driver would else take from the environment.
        Options = "",
        ClientEncoding = "UTF8",
        Timezone = "UTC",
        Enlist = false,
    };

    /// <summary>The authorities of a file.</summary>
    /// <param name="file">PEM.</param>
    /// <exception cref="OperatorException">BadInput: it cannot be read, or holds none.</exception>
    public static X509Certificate2Collection Authorities(string file)
    {
        X509Certificate2Collection certificates = [];
        Exception? failure = null;
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            failure = error;
        }

        return failure is null && certificates.Count > 0 ? certificates : throw new OperatorException(
            FailureKind.BadInput,
            $"the file {SafeText.Line(file, 200)} that sslrootcert names cannot be read ({failure?.Message ?? "it holds no certificate"})",
            "name a file with the certificates of authorities, PEM",
            failure);
    }
}
