using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;
using SealerRecover.Settings;
using Xunit;

namespace SealerRecover.Tests.Settings;

/// <summary>The certificate of a page's server, in files that somebody renews.</summary>
public sealed class CertificateFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("certificates-");
    private readonly Clock _time = new();
    private readonly Lines _log = new();

    private string Certificate => Path.Combine(_folder.FullName, "page.pem");

    private string Key => Path.Combine(_folder.FullName, "page.key");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_was_renewed_is_taken_up_and_what_cannot_be_used_is_not_and_is_said_once()
    {
        Write(Certificate, Key);
        using CertificateFiles files = new(Certificate, Key, _time, _log);
        string first = Shown(files);

        // Of the two files one is written before the other; nobody looks for a minute.
        Write(Certificate, Key + ".new");
        Assert.Equal(first, Shown(files));
        for (int minute = 0; minute < 3; minute++)
        {
            _time.Pass();
            Assert.Equal(first, Shown(files));
        }

        Assert.StartsWith("Warning ", Assert.Single(_log.Told), StringComparison.Ordinal);
        File.Move(Key + ".new", Key, overwrite: true);
        Assert.Equal(first, Shown(files));
        _time.Pass();
        string second = Shown(files);
        Assert.NotEqual(first, second);
        Assert.StartsWith("Information the certificate in ", _log.Told[1], StringComparison.Ordinal);

        File.Delete(Certificate);
        _time.Pass();
        Assert.Equal(second, Shown(files));
        Assert.Equal(3, _log.Told.Count);

        // Links change what they lead to, as certbot's do.
        Write(Certificate + ".2", Key + ".2");
        File.CreateSymbolicLink(Certificate, Certificate + ".2");
        File.Delete(Key);
        File.CreateSymbolicLink(Key, Key + ".2");
        _time.Pass();
        Assert.DoesNotContain(Shown(files), new[] { first, second });
        Assert.Equal(4, _log.Told.Count);
    }

    [Fact]
    public void Files_that_are_no_certificate_with_its_key_are_a_sentence()
    {
        Write(Certificate, Key);
        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => new CertificateFiles(Certificate, Certificate, _time, _log)).Kind);
        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => new CertificateFiles(Key, Key, _time, _log)).Kind);
        Assert.Equal(FailureKind.BadInput, Assert.Throws<OperatorException>(() => new CertificateFiles(Certificate + "-not", Key, _time, _log)).Kind);
    }

    private static void Write(string certificatePath, string keyPath)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(certificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
    }

    private static string Shown(CertificateFiles files) => files.Current.TargetCertificate.Thumbprint;

    private sealed class Clock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass() => _now += CertificateFiles.Interval.Ticks;

        public override long GetTimestamp() => _now;
    }

    /// <summary>Keeps what is logged.</summary>
    private sealed class Lines : ILoggerFactory, ILogger
    {
        public List<string> Told { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Told.Add($"{logLevel} {formatter(state, exception)}");

        public void Dispose()
        {
            // Holds nothing.
        }
    }
}
