using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Microsoft.Extensions.Logging;

namespace SealerRecover.Settings;

/// <summary>
/// A certificate with its key, from PEM files that are read again when they change: whoever renews it need not start the server anew. Files that
/// cannot be used, as while one of the two is still the old one, change nothing but that it is logged, once. From any thread.
/// </summary>
internal sealed partial class CertificateFiles : IDisposable
{
    /// <summary>Between two looks at the files.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly string _certificate;
    private readonly string _key;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private (FileLook Certificate, FileLook Key) _seen;
    private long _looked;
    private SslStreamCertificateContext _current;

    /// <summary>Reads them.</summary>
    /// <param name="certificate">The certificate, and those above it, for readers that do not have them.</param>
    /// <param name="key">Its key, without a password; may be the same file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Told when another certificate was taken up, or could not be.</param>
    /// <exception cref="OperatorException">BadInput: they are no certificate with its key.</exception>
    public CertificateFiles(string certificate, string key, TimeProvider time, ILoggerFactory log)
    {
        (_certificate, _key, _time, _log) = (certificate, key, time, log.CreateLogger<CertificateFiles>());
        (_seen, _looked) = (Look(), time.GetTimestamp());
        try
        {
            _current = Read();
        }
        catch (Exception failure) when (IsOfFiles(failure))
        {
            throw new OperatorException(
                FailureKind.BadInput, $"{_certificate} and {_key} are no certificate with its key: {failure.Message}", "name PEM files of both, the key without a password", failure);
        }
    }

    /// <summary>What the next connection is shown.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            lock (_gate)
            {
                if (_time.GetElapsedTime(_looked) >= Interval)
                {
                    _looked = _time.GetTimestamp();
                    Renew();
                }

                return _current;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _current.TargetCertificate.Dispose();

    private static bool IsOfFiles(Exception failure) => failure is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;

    private (FileLook Certificate, FileLook Key) Look() => (FileLook.TryThrough(_certificate), FileLook.TryThrough(_key));

    private void Renew()
    {
        // Before they are read: what changes meanwhile is seen the next time.
        (FileLook Certificate, FileLook Key) look = Look();
        if (look == _seen)
        {
            return;
        }

        _seen = look;
        try
        {
            // Connections that were shown the one before go on with it, so that it is not disposed of.
            X509Certificate2 before = _current.TargetCertificate;
            _current = Read();
            if (!_current.TargetCertificate.RawDataMemory.Span.SequenceEqual(before.RawDataMemory.Span))
            {
                TakenUp(_log, _certificate, _current.TargetCertificate.NotAfter.ToUniversalTime());
            }
        }
        catch (Exception failure) when (IsOfFiles(failure))
        {
            NotTakenUp(_log, _certificate, _key, failure.Message);
        }
    }

    private SslStreamCertificateContext Read()
    {
        X509Certificate2Collection chain = [];
        chain.ImportFromPemFile(_certificate);

        // Nobody else is asked for what is missing above it.
        return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(_certificate, _key), chain, offline: true);
    }

    [LoggerMessage(LogLevel.Information, "the certificate in {File} has changed and is used from now on; it is good until {Until:u}")]
    private static partial void TakenUp(ILogger log, string file, DateTime until);

    [LoggerMessage(LogLevel.Warning, "{File} has changed and is with {Key} no certificate that can be used ({Problem}); the one before is used on")]
    private static partial void NotTakenUp(ILogger log, string file, string key, string problem);
}
