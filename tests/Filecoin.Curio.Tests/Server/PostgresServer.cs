using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace SealerRecover.Tests;

/// <summary>
/// A PostgreSQL server of the tests' own: data in a folder that goes with it, a free port of the loopback interface, one user, "yugabyte", who
/// has to tell the password. It talks TLS with who wants to, with a certificate for "localhost". PostgreSQL refuses to run as root, so root runs it as the user "postgres" that Debian's package makes.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The user, who may do everything.</summary>
    public const string User = "yugabyte";

    /// <summary>The user's password, with characters that a URL has to encode.</summary>
    public const string Password = "s3cr3t/p@ss:w%rd'\\";

    private static readonly string? Binaries = FindBinaries();

    private readonly string _folder;
    private readonly PostgresHost _host;
    private Process _process;

    private PostgresServer(string folder, PostgresHost host, int port, Process process)
    {
        _folder = folder;
        _host = host;
        Port = port;
        _process = process;
    }

    /// <summary>Why none can be started here; null if one can.</summary>
    public static string? Missing =>
        Binaries is null ? "no PostgreSQL server is installed (Debian: apt-get install postgresql), so nothing that needs one was tested"
        : Environment.IsPrivilegedProcess && !File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal))
            ? "PostgreSQL does not run as root, and there is no user postgres to run it as"
        : null;

    /// <summary>Its port, on 127.0.0.1 unless it was started on another host.</summary>
    public int Port { get; }

    /// <summary>PEM of the authority that answers for its certificate.</summary>
    public string Certificate => Path.Combine(_folder, "root.crt");

    /// <summary>Names of the databases that hold a schema and nothing else, to be copied.</summary>
    internal ConcurrentDictionary<CurioSchema, Lazy<Task<string>>> Templates { get; } = new();

    /// <summary>The folder of its unix socket.</summary>
    public string SocketFolder => _folder;

    /// <summary>Where its first database is, with the password.</summary>
    public string Url => $"postgres://{User}:{Uri.EscapeDataString(Password)}@{_host.Address}:{Port}/postgres";

    /// <summary>Makes a data folder and starts a server on it.</summary>
    public static Task<PostgresServer> StartAsync(CancellationToken cancellation) => StartAsync(new PostgresHost("127.0.0.1", []), cancellation);

    /// <summary>Makes a data folder and starts a server on it that machines of its network reach.</summary>
    public static async Task<PostgresServer> StartAsync(PostgresHost host, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("sealer-recover-postgres-").FullName;
        string data = Path.Combine(folder, "data");
        string password = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(password, Password, cancellation);
        await WriteCertificateAsync(folder, cancellation);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync(Start("chown", ["-R", "postgres", folder]), cancellation);
        }

        await RunAsync(
            AsUser("initdb", ["-D", data, "-U", User, "-A", "scram-sha-256", $"--pwfile={password}", "-E", "UTF8", "--locale=C", "--no-sync"]), cancellation);
        if (host.Enter.Count > 0)
        {
            await File.AppendAllTextAsync(Path.Combine(data, "pg_hba.conf"), "host all all samenet scram-sha-256\n", cancellation);
        }

        int port = FreePort();
        return new PostgresServer(folder, host, port, await LaunchAsync(folder, host, port, cancellation));
    }

    /// <summary>SIGKILL to it and to all its children at once, as when memory is out; returns when none is left.</summary>
    public async Task KillAsync()
    {
        // Held still first, so that it makes no more of them.
        string id = _process.Id.ToString(CultureInfo.InvariantCulture);
        await SignalAsync("-STOP", id);
        string[] children = (await File.ReadAllTextAsync($"/proc/{id}/task/{id}/children")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        await SignalAsync("-KILL", [id, .. children]);
        await _process.WaitForExitAsync();
        _process.Dispose();
        while (children.Any(IsAtWork))
        {
            await Task.Delay(10);
        }

        static async Task SignalAsync(string signal, params string[] processes)
        {
            using Process kill = Start("kill", [signal, .. processes]);
            await kill.WaitForExitAsync();
        }

        static bool IsAtWork(string process)
        {
            try
            {
                // The state stands behind the name; a zombie holds nothing.
                return File.ReadAllText($"/proc/{process}/stat") is var stat && stat[stat.LastIndexOf(')') + 2] != 'Z';
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>Starts it again after <see cref="KillAsync"/>, on what is on the disk, at the same port.</summary>
    public async Task StartAgainAsync(CancellationToken cancellation) => _process = await LaunchAsync(_folder, _host, Port, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Fast shutdown; whoever is connected is thrown out.
        using (Process kill = Start("kill", ["-INT", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A port of the loopback interface where nothing listens.</summary>
    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<Process> LaunchAsync(string folder, PostgresHost host, int port, CancellationToken cancellation)
    {
        Process process = AsUser(
            "postgres",
            [
                "-D", Path.Combine(folder, "data"), "-p", port.ToString(CultureInfo.InvariantCulture), "-k", folder, "-c", $"listen_addresses={host.Address}",
                "-c", "ssl=on", "-c", $"ssl_cert_file={folder}/server.crt", "-c", $"ssl_key_file={folder}/server.key", "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "shared_buffers=16MB", "-c", "max_connections=40", "-c", "autovacuum=off",
            ],
            host.Enter);
        await ReadyAsync(process, cancellation);
        return process;
    }

    private static async Task WriteCertificateAsync(string folder, CancellationToken cancellation)
    {
        using TestAuthority authority = new();
        X509Certificate2 certificate = authority.Issue("localhost");
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        await File.WriteAllTextAsync(Path.Combine(folder, "server.crt"), certificate.ExportCertificatePem(), cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "root.crt"), authority.Certificate.ExportCertificatePem(), cancellation);
        string file = Path.Combine(folder, "server.key");
        await File.WriteAllTextAsync(file, key.ExportPkcs8PrivateKeyPem(), cancellation);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static async Task ReadyAsync(Process process, CancellationToken cancellation)
    {
        StringBuilder said = new();
        TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        process.ErrorDataReceived += (_, line) =>
        {
            lock (said)
            {
                said.AppendLine(line.Data);
            }

            if (line.Data is null)
            {
                ready.TrySetException(new InvalidOperationException($"PostgreSQL did not start:\n{said}"));
            }
            else if (line.Data.Contains("ready to accept connections", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        await ready.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellation);
    }

    private static Process AsUser(string program, string[] arguments, IReadOnlyList<string>? enter = null)
    {
        string[] asUser = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
        string[] command = [.. enter ?? [], .. asUser, Path.Combine(Binaries!, program), .. arguments];
        return Start(command[0], command[1..]);
    }

    private static Process Start(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = "/",
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment["LC_ALL"] = "C";
        return Process.Start(start)!;
    }

    private static async Task RunAsync(Process process, CancellationToken cancellation)
    {
        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
            string error = await process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{process.StartInfo.FileName} failed:\n{await output}\n{error}");
            }
        }
    }

    /// <summary>Debian keeps each version in a folder of its own; else what the search path has.</summary>
    private static string? FindBinaries()
    {
        IEnumerable<string> versions = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql")
                .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int version) ? version : 0)
                .Select(folder => Path.Combine(folder, "bin"))
            : [];
        string[] search = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return versions.Concat(search).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }
}

/// <summary>Where a server runs.</summary>
/// <param name="Address">The address it listens at.</param>
/// <param name="Enter">What has a program started there, before its name; nothing for this host.</param>
public sealed record PostgresHost(string Address, IReadOnlyList<string> Enter);
